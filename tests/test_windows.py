"""The student's part on Windows, as far as it can be tried elsewhere."""

from __future__ import annotations

import linecache
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from exercises import paths
from exercises.console import messages, outcome, wording
from exercises.course import COURSE
from exercises.feedback import raised_at
from exercises.feedback.calls import Call
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import FailureKind
from tests import on_windows
from tests.at_work import Seen, exchange, given_out, run_pytest, solve, write

FOLDER = PureWindowsPath(r"C:\Users\Åsa Öberg\03 Convolutions")
PROGRAM = on_windows.__file__


def worked_on(folder: Path) -> Path:
    """Right, wrong, raising and unwritten answers."""
    given_out(folder)
    solve(folder, "ex1_output_size")
    write(folder, "ex2_padding", "pad2d", "print('Größe: ' + str(x.shape))\nreturn x * 1.0")
    write(folder, "ex5_dilation", "dilate_kernel", "return weight.no_such_thing(dilation)")
    exchange(folder, "ex4_stride", "bias: Tensor | None = None,", "bias: Tensor | None = None")
    return folder


def without_places(text: str) -> str:
    """A screen without what differs between two folders, or two runs."""
    return re.sub(r"file://\S+/exercises/", "file://…/exercises/", text)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return run_pytest(worked_on(tmp_path_factory.mktemp("here")), encoding="cp1252")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The same work with Windows's line ends, in a folder with blanks and letters that its console does not have."""
    folder = worked_on(tmp_path_factory.mktemp("there") / "Åsa Öberg" / "03 卷积 #1")
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".md", ".json", ".ini"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    program = folder.parent / "on_windows.py"
    program.write_bytes(Path(PROGRAM).read_bytes())
    left_out = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "FORCE_COLOR", "PY_COLORS", "PYTHONPATH", "CI", "TERM")
    done = subprocess.run(
        [sys.executable, "-P", str(program), "exercises"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in left_out}
        | {"PYTHONIOENCODING": "cp1252", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return Seen(done.returncode, done.stdout.decode("cp1252"), 0.0)


def test_a_students_folder_says_there_what_it_says_here(here: Seen, there: Seen) -> None:
    assert (there.code, without_places(there.text)) == (here.code, without_places(here.text))
    assert "to do" in there.text and "wrong" in there.text
    assert "Traceback" not in there.text and "\x1b" not in there.text


def test_links_there_name_each_letter_of_the_folder(there: Seen) -> None:
    links = re.findall(r"file://\S+", there.text)
    assert links and all(
        "/%C3%85sa%20%C3%96berg/03%20%E5%8D%B7%E7%A7%AF%20%231/exercises/" in link for link in links
    )


@pytest.mark.parametrize(
    "line",
    ["import fcntl", "from termios import tcgetattr", "import os; os.fork", "from signal import SIGALRM"],
)
def test_what_only_posix_has_is_found(line: str, tmp_path: Path) -> None:
    """Seen to fail: a module of the student's part that needs it."""
    folder = given_out(tmp_path)
    path = folder / "exercises" / "console" / "wording.py"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-P", PROGRAM, "exercises", "--collect-only"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert re.search(
        r"(Module|Attribute|Import).*Error: .*(as on Windows|cannot import name)", done.stderr
    ), done.stderr


class _There(PureWindowsPath):
    """A path of a file that is there, for code that runs elsewhere."""

    def is_file(self) -> bool:
        return True


def test_links_keep_the_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    quoted = "file:///C:/Users/%C3%85sa%20%C3%96berg/03%20Convolutions/exercises"
    monkeypatch.setattr(wording, "TUTORIAL_PAGE", _There(FOLDER, "exercises", "tutorial.html"))
    assert (
        wording.Files()
        .tutorial("#exercise-2-padding")
        .endswith(f"\n{quoted}/tutorial.html#exercise-2-padding")
    )
    monkeypatch.setattr(messages, "VISUALIZER", _There(FOLDER, "exercises", "visualizer", "index.html"))
    failure = CheckFailure(FailureKind.VALUE, "…", call=Call("conv2d_valid"))
    course = replace(COURSE, fragment=lambda *_: "h=3&w=4")
    assert messages._page(course, failure).endswith(f"\n{quoted}/visualizer/index.html#h=3&w=4")


def test_files_are_named_with_slashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", FOLDER)
    within: Any = FOLDER / "exercises" / "console" / "run.py"
    assert paths.from_checkout(within) == "exercises/console/run.py"
    other: Any = PureWindowsPath(r"D:\pictures\cat.png")
    assert paths.from_checkout(other) == "D:/pictures/cat.png"
    assert outcome._from_here(within, FOLDER) == "exercises/console/run.py"  # type: ignore[arg-type]
    assert outcome._from_here(other, FOLDER) == r"D:\pictures\cat.png"  # type: ignore[arg-type]


def test_what_raised_is_named_by_its_file_alone() -> None:
    code = compile("def f(x):\n    return x + 'a'\n", str(FOLDER / "exercises" / "ex2_padding.py"), "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    text = ["def f(x):\n", "    return x + 'a'\n"]
    linecache.cache[code.co_filename] = (0, None, text, code.co_filename)
    try:
        names["f"](1)
    except TypeError as error:
        found = raised_at.expression_of(error)
    assert found is not None and found.place == ("ex2_padding.py", 2)
