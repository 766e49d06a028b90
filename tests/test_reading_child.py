"""Hand-ins are read by another process: what comes of it is the same, and one that is too much costs itself alone."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import handed_in_lines  # noqa: F401 - each adds its own
import handed_in_work  # noqa: F401
import pytest
from as_handed_in import HAND_INS

from autograder.__main__ import main
from autograder.submissions import child as client
from autograder.submissions import frames
from autograder.submissions.child import Child, Limits, TooMuchToRead
from autograder.submissions.reading import read
from autograder.submissions.submission import SubmissionError, read_submission, read_tokens
from autograder.submissions.tokens import own_tokens
from exercises.feedback.catalogue import exercises
from tests import attack_corpus
from tests.bad_files import UPLOADS

ROOT = Path(__file__).resolve().parents[1]
SUBMISSIONS = Path(__file__).parent / "submissions"
AMARA = SUBMISSIONS / "class" / "amara"
MODULES = [e.module for e in exercises()]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits")
posix_only = pytest.mark.skipif(os.name != "posix", reason="sends signals, or waits for pipes")


@pytest.fixture
def child() -> Iterator[Child]:
    mine = Child(Limits(cpu=1, wait=20.0))
    yield mine
    mine.end()


def request(path: Path, wanted: str = "submission") -> frames.Groups:
    return [[wanted, str(path)], MODULES]


def good(child: Child) -> bool:
    """Whether it reads an ordinary hand-in."""
    return child.ask("amara", request(AMARA))[0] == ["read", read(AMARA, MODULES).digest]


def notebook(path: Path, *cells: str) -> Path:
    document = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def stalls(folder: Path) -> Path:
    """For each expression, Python 3.11 goes through all of an f-string once more."""
    return notebook(folder / "stalls.ipynb", *['x = f"' + "{a:{b}}" * 14_000 + '"'] * 10)


def corpus(folder: Path) -> Iterator[Path]:
    """All hand-ins that there are, made up ones in a folder."""
    yield ROOT / "solutions"
    yield ROOT / "exercises"
    for kind in ("class", "wrong", "honest"):
        yield from sorted((SUBMISSIONS / kind).iterdir())
    for name in attack_corpus.names():
        yield attack_corpus.hand_in(name, folder / name)
    for number, hand_in in enumerate(HAND_INS.values()):
        yield hand_in.write(folder / "as-handed-in" / str(number))
    (folder / "bad").mkdir()
    for upload in UPLOADS.values():
        yield upload.write(folder / "bad")


def told(reader: object, path: Path) -> object:
    try:
        return reader(path, MODULES)  # type: ignore[operator]
    except SubmissionError as error:
        return str(error)


@pytest.mark.thorough
def test_every_hand_in_is_read_as_it_would_be_here(tmp_path: Path) -> None:
    paths = list(corpus(tmp_path))
    assert len(paths) > 300
    for path in paths:
        assert told(read_submission, path) == told(read, path), path


def test_its_tokens_are_those_that_it_has_here() -> None:
    for path in (AMARA, *sorted((SUBMISSIONS / "honest").iterdir())[:10]):
        assert read_tokens(path, MODULES) == own_tokens(read(path, MODULES))


def test_names_that_are_no_text_arrive_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff \xe4\n")
    try:
        path.mkdir()
    except OSError:
        pytest.skip("this file system takes no such names")
    assert told(read_submission, path) == told(read, path)
    (path / "ex1_output_size.py").write_text("x = 1\n")
    assert told(read_submission, path) == told(read, path)


@linux_only
def test_a_hand_in_that_stalls_is_ended_by_processor_time_and_the_next_is_read(
    tmp_path: Path, child: Child
) -> None:
    path = stalls(tmp_path)
    with pytest.raises(
        TooMuchToRead, match=r"^stalls\.ipynb: could not be read within 1 s of processor time$"
    ):
        child.ask(path.name, request(path, "tokens"))
    assert good(child)


@linux_only
def test_a_hand_in_that_takes_all_memory_is_ended_and_the_next_is_read(tmp_path: Path) -> None:
    path = notebook(tmp_path / "full.ipynb", "x" * 15_000_000)
    child = Child(Limits(memory=60))
    with pytest.raises(TooMuchToRead, match=r"^full\.ipynb: could not be read with 60 MiB of memory$"):
        child.ask(path.name, request(path))
    assert good(child)
    child.end()


@posix_only
def test_one_that_only_waits_is_ended_by_the_clock_and_the_next_is_read() -> None:
    child = Child(Limits(wait=1.0))
    assert good(child)
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGSTOP)
    with pytest.raises(TooMuchToRead, match=r"^amara: could not be read within 1 s$"):
        child.ask("amara", request(AMARA))
    assert good(child)
    child.end()


@posix_only
def test_one_that_takes_the_process_along_is_named_and_the_next_is_read(child: Child) -> None:
    assert good(child)
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGSTOP)
    killer = threading.Timer(0.3, child._process.kill)
    killer.start()
    with pytest.raises(
        TooMuchToRead, match=r"could not be read here: it ended the process that read it \(SIGKILL\)"
    ):
        child.ask("amara", request(AMARA))
    assert good(child)


@posix_only
def test_a_process_that_was_killed_between_two_hand_ins_costs_neither(child: Child) -> None:
    assert good(child)
    assert child._process is not None
    child._process.kill()
    child._process.wait()
    assert good(child)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C works as at a terminal: whatever runs in the background was started with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@posix_only
@pytest.mark.usefixtures("interruptible")
def test_after_an_interrupt_the_next_answer_belongs_to_the_next_hand_in(child: Child) -> None:
    assert good(child)
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGSTOP)
    interrupter = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        child.ask("stubs", request(ROOT / "exercises"))
    assert good(child)


def test_two_threads_each_get_their_own_answer(child: Child) -> None:
    right = []

    def ask(path: Path) -> None:
        digest = read(path, MODULES).digest
        right.extend(child.ask("x", request(path))[0] == ["read", digest] for _ in range(20))

    threads = [threading.Thread(target=ask, args=[path]) for path in (AMARA, ROOT / "exercises")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert right == [True] * 40


def test_a_mistake_of_ours_costs_one_hand_in_and_says_where_it_is(child: Child) -> None:
    (answer,) = child.ask("amara", [["nothing known", str(AMARA)], MODULES])
    assert answer[0] == "broken" and answer[1].startswith("KeyError in serving.py, line ")
    assert good(child)


def test_where_no_process_starts_the_run_ends_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(client, "_LAUNCH", "raise SystemExit(3)")
    monkeypatch.setattr("autograder.submissions.submission.child", lambda: Child())
    assert main(["grade", str(AMARA), "-o", str(tmp_path / "out"), "--workers", "1"]) == 2
    assert capsys.readouterr().err == (
        "autograder: no hand-in can be read: the process that reads does not start (exit code 3)\n"
    )
    assert not [*(tmp_path / "out").glob("*.json")]  # and blames nobody's hand-in for it


@posix_only
def test_the_process_ends_with_its_grader() -> None:
    script = (
        "import os\n"
        "from autograder.submissions.child import child\n"
        "child().ask('x', [['submission', 'x'], []])\n"
        "print(child()._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(int(done.stdout), 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("it lives on")


GROWTH = """
import resource, sys
from pathlib import Path
from autograder.submissions.submission import read_submission
from exercises.feedback.catalogue import exercises
modules = [e.module for e in exercises()]
sizes = []
for path in sys.argv[1:]:
    found = read_submission(Path(path), modules)
    sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(sizes[-1] - sizes[0], len(found.extras), found.notes[-1])
"""


@linux_only
def test_the_grader_does_not_grow_with_what_is_handed_in(tmp_path: Path) -> None:
    for number in range(45):
        (tmp_path / f"helper{number}.py").write_text("x = 'ä😀'\n" * 65_000, encoding="utf-8")
    (tmp_path / "ex1_output_size.py").write_bytes((AMARA / "ex1_output_size.py").read_bytes())
    command = [sys.executable, "-c", GROWTH, str(AMARA), str(tmp_path)]
    grown, extras, note = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split(maxsplit=2)
    assert int(grown) < 48 << 10  # KiB: four times 4 MiB of text, once as bytes and once as it is
    assert int(extras) == 4
    assert "and 37 more cannot be imported: there is more than 4 MiB of source" in note


@posix_only
def test_what_is_asked_for_next_is_read_meanwhile(child: Child) -> None:
    child.ask("amara", request(AMARA))
    child.expect(request(AMARA, "tokens"))
    process = child._process
    assert process is not None
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 60)[0]  # the answer is there before anybody has asked
    assert child.ask("amara", request(AMARA, "tokens"))[0] == ["read"]
    assert good(child)
    assert child._process is process


def test_what_is_asked_for_instead_of_what_was_expected_has_its_own_answer(child: Child) -> None:
    assert good(child)
    child.expect(request(AMARA.parent / "ivan"))
    assert good(child)


@linux_only
def test_a_hand_in_that_ends_the_process_ahead_of_time_costs_itself_alone(
    tmp_path: Path, child: Child
) -> None:
    path = stalls(tmp_path)
    assert good(child)
    child.expect(request(path, "tokens"))
    process = child._process
    assert process is not None
    process.wait(60)
    child.expect(request(AMARA))  # nobody is there to be told
    with pytest.raises(TooMuchToRead, match="within 1 s of processor time"):
        child.ask(path.name, request(path, "tokens"))
    assert good(child)


@posix_only
def test_who_has_ended_by_the_time_a_request_is_sent_ahead_is_replaced(child: Child) -> None:
    assert good(child)
    assert child._process is not None
    child._process.kill()
    child._process.wait()
    child.expect(request(AMARA))
    assert good(child)


@posix_only
@pytest.mark.usefixtures("interruptible")
def test_after_an_interrupt_of_what_is_sent_ahead_the_next_request_is_whole(child: Child) -> None:
    assert good(child)
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        child.expect([["submission", str(AMARA)], ["x" * (4 << 20)]])  # more than a pipe takes
    assert good(child)
