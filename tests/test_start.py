"""How a grading program starts: torch imported once, and workers forked from what knows nothing of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autograder import __main__, cli
from autograder.course.operators import OPERATORS
from autograder.paths import ROOT
from autograder.sandbox.host import Sandbox

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a program starts as any other")
# made here, so that no source file and no other process has it
TOKEN, STUDENT = f"token-{os.getpid():x}-0f3a", f"amara-{os.getpid():x}-7c11"
ANSWER = "autograder.course.suites"  # a module that only the grader has


def started(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder.start", "tests.clean_program", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    done = started(TOKEN, STUDENT, ANSWER, GRADERS_TOKEN=TOKEN)
    assert done.returncode == 3, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@linux_only
def test_what_workers_are_forked_from_knows_nothing_of_the_grader(found: dict[str, Any]) -> None:
    """Its environment, its arguments, and the names of its modules; the grader itself has them all."""
    assert found["knows"] == {"grader": [TOKEN, STUDENT, ANSWER], "server": [], "parent": []}
    assert found["secret"] == TOKEN


@linux_only
@pytest.mark.parametrize("name", ["site-packages", "packages"])
def test_packages_may_lie_where_an_isolated_python_does_not_look(name: str, tmp_path: Path) -> None:
    """Pip puts them into the user's own folder, say, where Python's own may not be written to."""
    [packages] = {path for path in sys.path if Path(path).name == "site-packages"}
    (tmp_path / name).symlink_to(packages)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    hand_in = tmp_path / "amara"
    hand_in.mkdir()
    shutil.copy(ROOT / "solutions" / "ex1_output_size.py", hand_in)
    done = subprocess.run(
        [str(tmp_path / "bare/bin/python"), "-m", "autograder", "grade", str(hand_in), "--out", "graded"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path / name}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    report = json.loads((tmp_path / "graded" / "amara.json").read_text(encoding="utf-8"))
    assert report["exercises"][0]["earned"] == report["exercises"][0]["points"] > 0
    # what guards workers is found there, too
    with Sandbox(OPERATORS) as sandbox:
        layers = list(sandbox.worker().confined)
    assert f"Confined by: {', '.join(layers)}" in done.stdout


@linux_only
def test_torch_is_imported_once(found: dict[str, Any]) -> None:
    grader, server, parent = found["pids"]
    assert len({grader, server, parent}) == 3
    assert found["parent of server"] == grader
    # a library that was loaded twice lies at two random places
    assert len(set(found["libraries"])) == 1
    assert "functions of torch have no code left" in found["traps"]


@linux_only
def test_what_is_forbidden_is_taken_out_while_the_grader_still_starts(found: dict[str, Any]) -> None:
    """Before any sandbox asks for it, and by the one that all of them are forked from."""
    assert (found["early"], found["servers"]) == (True, 1)


@linux_only
def test_a_program_has_its_arguments_environment_and_streams_back(tmp_path: Path) -> None:
    (tmp_path / "echoing.py").write_text(
        "import os, sys\n"
        "def main():\n"
        "    print(sys.argv, os.environ['WORD'], sys.stdout.encoding, 'tmp_path' in sys.path, 'PATH' in os.environ)\n"
        "    print('told', file=sys.stderr)\n"
        "    return int(sys.stdin.read())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "autograder.start", "echoing", "ä b", "--x"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "WORD": "wörd", "PYTHONIOENCODING": "latin-1"},
        input=b"7",
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (7, b"told\n")
    assert done.stdout.decode("latin-1") == "['echoing', 'ä b', '--x'] wörd iso8859-1 False True\n"


@linux_only
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_program_that_is_killed(end: int, tmp_path: Path) -> None:
    (tmp_path / "idle.py").write_text(
        "import os, time\n"
        "def main():\n"
        "    print(open(f'/proc/self/task/{os.getpid()}/children').read(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "autograder.start", "idle"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        (server,) = map(int, process.stdout.readline().split())
        process.send_signal(end)
    until = time.monotonic() + 60
    while Path(f"/proc/{server}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{server}").exists()


@pytest.mark.platforms
@pytest.mark.parametrize("lines", ["", "sys.settrace(lambda *_: None)"], ids=["anew", "as it is"])
def test_no_module_is_taken_from_the_current_folder(lines: str, tmp_path: Path) -> None:
    """Somebody may give the command from inside a hand-in, and its workers are new Pythons."""
    script, here = tmp_path / "bin" / "autograder", tmp_path / "here"
    script.parent.mkdir()
    script.write_text(
        f"import sys\n{lines}\nfrom autograder.__main__ import program\n"
        "if __name__ == '__main__':\n    sys.exit(program())\n"
    )
    for name in ("amy", "zoe"):
        (here / "class" / name).mkdir(parents=True)
        (here / "class" / name / "ex1_output_size.py").write_text("def output_size(*_): return 1\n")
    for name in ("multiprocessing", "socket", "torch", "signal"):
        (here / f"{name}.py").write_text("raise SystemExit('a module of the hand-in was imported')\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, str(script), "grade", "class", "-o", "out", "--workers", "2"],
        cwd=here,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (here / "out").glob("*.html")) == ["amy.html", "zoe.html"]


def test_the_commands_that_grade_are_commands() -> None:
    names = {command.__name__.rpartition(".")[2] for command in cli.COMMANDS}
    assert set(__main__.GRADING) <= names


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--help"], 0, "COMMAND"),
        (["--version"], 0, "."),
        (["grade", "-h"], 0, "--workers"),
        (["check", "-h"], 0, "--device"),
        (["release", "-h"], 0, "--only"),
        (["grade", "--wrokers", "2", "class"], 2, "unrecognized arguments: --wrokers"),
        (["grade", "class", "--workers", "0"], 2, "'0' is no number from 1 to 1024"),
        (["grade", "not-there"], 2, "not-there: there is no such file or folder"),
        (["grade"], 2, "grade what?"),
        (["grade", "--nbgrader", "not-there"], 2, "there is no such folder"),
        (["check", "--root", "."], 2, "no checkout of this project"),
        (["diff", "old", "new"], 2, "old: there is no such folder"),
    ],
)
def test_help_and_mistakes_are_told_before_torch_is_imported(
    arguments: list[str], code: int, says: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-m", "autograder", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    lines = done.stderr.splitlines()
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    said = done.stdout + "\n".join(line for line in lines if not line.startswith("import time:"))
    assert (done.returncode, says in said) == (code, True), said
    assert "autograder.cli.grade" in imported
    assert not imported & {"torch", "numpy", "pytest", "jinja2", "distributed"}
