"""A whole class: workers, what is kept of an interrupted run, what is told, and what has changed."""

from __future__ import annotations

import functools
import gc
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.__main__ import main
from autograder.classes.batch import grade_class
from autograder.classes.dispatch import results
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.workers import GradingJob, GradingResult, ProcessPool, Settings
from autograder.course import COURSE
from autograder.report.files import write_report
from autograder.report.reading import read_report
from autograder.report.terminal.progress import Event, Tally, display
from autograder.sandbox.host import Sandbox
from autograder.sandbox.lock import lock
from autograder.sandbox.private_folder import PrivateFolder, sweep
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.submission import SubmissionError, read_submission
from exercises.feedback.catalogue import exercises
from tests.soak import CLASS, Run, kill_often, make_class, reports

ROOT = Path(__file__).resolve().parents[1]
MODULES = [e.module for e in exercises()]
SETTINGS = Settings(COURSE, ("cpu",), 1, 10.0, 4096)
HAND_INS = 8


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[dict[str, Any]]]:
    """A class graded by two workers that nobody disturbed, and what was told meanwhile."""
    folder = tmp_path_factory.mktemp("batch")
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o711)  # workers of another user pass through
    make_class(folder / "class", HAND_INS)
    run = Run(folder / "class", folder / "quiet", folder / "tmp")
    return run, run.to_the_end()


def grade_again(run: Run, out: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """Runs the command in this process; its events by student."""
    capsys.readouterr()
    command = ["grade", str(run.hand_ins), "-o", str(out), "--device", "cpu", "--workers", "1", "--json"]
    assert main([*command, *options]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {e.get("student", e["event"]): e for e in events}


def test_two_workers_give_every_hand_in_a_report_and_tell_each_step_as_json(
    quiet: tuple[Run, list[dict[str, Any]]],
) -> None:
    run, events = quiet
    names = {path.stem for path in run.hand_ins.iterdir()}
    for kind in ("started", "graded"):
        assert {e["student"] for e in events if e["event"] == kind} == names
    assert events[-1] | {"seconds": 0} == {
        "event": "finished", "total": HAND_INS, "graded": HAND_INS, "cached": 0, "failed": 0, "seconds": 0,
    }  # fmt: skip
    assert {e["total"] for e in events} == {HAND_INS}
    assert all(not e["cached"] and e["seconds"] > 0 for e in events if e["event"] == "graded")
    assert len((run.out / "grades.csv").read_text(encoding="utf-8").splitlines()) == HAND_INS + 1
    assert run.left_over() == []


@pytest.mark.platforms  # four runs of the command
def test_killed_at_random_moments_it_ends_with_the_reports_of_a_quiet_run(
    quiet: tuple[Run, list[dict[str, Any]]], tmp_path: Path
) -> None:
    run, _ = quiet
    killed = replace(run, out=run.out.with_name("killed"), sessions=set())
    kill_often(killed, 2, HAND_INS, random.Random(20261124))
    assert reports(killed.out) == reports(run.out)
    assert killed.left_over() == []


def test_the_same_command_grades_only_what_is_new_changed_or_damaged(
    quiet: tuple[Run, list[dict[str, Any]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = quiet
    shutil.copytree(run.out, tmp_path / "out")
    shutil.copytree(run.hand_ins, tmp_path / "class")
    run = replace(run, hand_ins=tmp_path / "class")
    out = tmp_path / "out"
    (answer,) = (tmp_path / "class" / "000-joão").glob("*.py")
    answer.write_text("conv2d_valid = None\n")
    (out / "001-émile.json").write_text("{", encoding="utf-8")
    (out / "005-joão.results.json").unlink()
    (out / "grades.csv").unlink()
    (out / ".of-a-killed-grader.unfinished").write_text("{")
    events = grade_again(run, out, capsys)
    graded = {name for name, e in events.items() if e["event"] == "graded" and not e["cached"]}
    assert graded == {"000-joão", "001-émile", "005-joão"}
    assert events["000-joão"]["points"] == 0.0
    assert events["finished"]["cached"] == HAND_INS - 3
    same, before = reports(out), reports(run.out)
    assert {name for name in before if same[name] != before[name]} == {
        "000-joão.html", "000-joão.json", "000-joão.results.json", "dashboard.htm", "grades.csv",
    }  # fmt: skip
    assert set(same) == set(before)
    # and now the difference between the two runs
    assert main(["diff", str(run.out), str(out)]) == 1
    shown = capsys.readouterr().out
    assert f"1 of {HAND_INS} students have other points" in shown
    assert f"what was handed in (1 of {HAND_INS})" in shown
    assert main(["diff", str(run.out), str(run.out)]) == 0


def test_a_class_that_is_done_needs_no_grader_unless_forced(
    quiet: tuple[Run, list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Started(Exception):
        pass

    def start(_: Settings) -> None:
        raise Started

    run, _ = quiet
    monkeypatch.setattr(Settings, "grader", start)
    assert grade_again(run, run.out, capsys)["finished"]["cached"] == HAND_INS
    command = ["grade", str(run.hand_ins), "-o", str(run.out), "--device", "cpu", "--workers", "1"]
    assert main(command) == 0
    assert f"{HAND_INS} of {HAND_INS} were graded before" in capsys.readouterr().out
    for option in (["--force"], ["--seed", "5"], ["--show-calls"], ["--timeout", "9"], ["--memory", "4000"]):
        with pytest.raises(Started):
            main([*command, *option])


def test_a_key_hangs_on_what_was_read_and_on_how_it_is_graded() -> None:
    wanted = GradingOptions(SETTINGS)
    ivan = read_submission(CLASS / "ivan", MODULES)
    keys = [
        wanted.key(ivan),
        wanted.key(replace(ivan, digest="0" * 64)),
        wanted.key(replace(ivan, notes=("something was ignored",))),
        wanted.key(SubmissionError("no zip")),
        GradingOptions(SETTINGS, show_calls=True).key(ivan),
        *(
            GradingOptions(replace(SETTINGS, **{name: value})).key(ivan)
            for name, value in {"seed": 2, "timeout": 5.0, "memory": 99, "devices": ("cpu", "cuda")}.items()
        ),
    ]
    assert len(set(keys)) == len(keys)
    assert GradingOptions(SETTINGS, force=True).key(replace(ivan, path=Path("elsewhere"))) == keys[0]


def test_a_report_that_was_read_back_is_the_one_that_was_written(
    quiet: tuple[Run, list[dict[str, Any]]], tmp_path: Path
) -> None:
    run, _ = quiet
    source = run.out / "002-bjørn.json"
    report = read_report(source)
    assert report is not None
    write_report(tmp_path / source.name, report)
    assert (tmp_path / source.name).read_bytes() == source.read_bytes()


class Fragile(Executor):
    """Dies of an order as often as it is told."""

    def __init__(self, deaths: int, every: bool = False) -> None:
        self.deaths, self.every = deaths, every
        self.given: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        order = args[0]
        self.given.append(order.name)
        if order.name == "deadly" and self.deaths and (order.submission or self.every):
            self.deaths -= 1
            future.set_exception(BrokenProcessPool("died"))
        else:
            future.set_result(GradingResult(0.0, 0.0, order.problem, None, {}, order.broken))
        return future


def orders() -> Iterator[GradingJob]:
    ivan = read_submission(CLASS / "ivan", MODULES)
    return (GradingJob(name, SETTINGS, ivan) for name in ("amy", "deadly", "zoe"))


def test_a_hand_in_whose_worker_died_is_tried_once_more() -> None:
    executor = Fragile(deaths=1)
    came = dict(results(orders(), executor, lambda: 2, lambda name: None))
    assert [(graded.problem, graded.broken) for graded in came.values()] == [("", False)] * 3
    assert executor.given.count("deadly") == 2


def test_a_hand_in_that_kills_two_workers_is_reported_as_such() -> None:
    started: list[str] = []
    came = dict(results(orders(), Fragile(deaths=2), lambda: 2, started.append))
    assert came["deadly"].broken
    assert came["deadly"].problem == "could not be graded: 2 grader processes died of it"
    assert not came["amy"].broken
    assert not came["zoe"].broken
    assert started == ["amy", "deadly", "zoe"]


def test_workers_that_die_without_a_hand_in_end_the_run() -> None:
    with pytest.raises(BatchError, match="as soon as they start"):
        dict(results(orders(), Fragile(deaths=9, every=True), lambda: 1, lambda name: None))


@pytest.mark.parametrize(
    "end", [(os._exit, 3), (signal.raise_signal, signal.SIGTERM)], ids=["dies", "is told to end"]
)
def test_a_dead_worker_is_replaced_and_the_others_go_on(end: tuple[Callable[[int], Any], int]) -> None:
    with ProcessPool(2) as executor:
        lives = executor.submit(time.sleep, 1)
        dies = executor.submit(*end)
        with pytest.raises(BrokenProcessPool):
            dies.result(60)
        lives.result(60)
        assert executor.submit(os.getpid).result(60) != os.getpid()


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.platforms)])
def test_a_ctrl_c_at_the_terminal_gets_one_line(
    quiet: tuple[Run, list[dict[str, Any]]], tmp_path: Path, workers: str
) -> None:
    run = replace(quiet[0], out=tmp_path / "out", by=("--workers", workers), sessions=set())
    with (tmp_path / "said").open("w+") as said:
        process = run.start(stderr=said)
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["event"] != "graded":
            pass
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
        process.communicate(timeout=60)
        said.seek(0)
        line = said.read()
    done = len(list(run.out.glob("*.results.json")))
    assert 1 <= done < HAND_INS
    hand_ins = f"{done} of {HAND_INS} hand-ins are done"
    assert line == f"autograder: stopped: {hand_ins}, and the same command goes on from there\n"
    assert process.returncode == 130
    assert run.left_over() == []


class Destroyed:
    """Its destructor is what a Ctrl-C comes in the middle of."""

    def __del__(self) -> None:
        raise KeyboardInterrupt


def test_a_ctrl_c_that_python_loses_in_a_destructor_stops_the_run_all_the_same(tmp_path: Path) -> None:
    told: list[str] = []

    def tell(event: Event) -> None:
        told.append(event.kind)
        Destroyed()

    said = "stopped: 1 of 2 hand-ins are done, and the same command without --force goes on from there"
    with pytest.raises(KeyboardInterrupt, match=said):
        grade_class(
            [ClassSubmission("amy", None), ClassSubmission("zoe", None)],
            GradingOptions(SETTINGS, force=True),
            tmp_path,
            tell,
        )
    assert told == ["started", "failed"]
    assert (tmp_path / "amy.json").is_file()


def test_two_graders_do_not_write_into_one_folder(tmp_path: Path) -> None:
    held = lock(tmp_path)
    assert held is not None
    try:
        with pytest.raises(BatchError, match="another autograder"):
            grade_class([], GradingOptions(SETTINGS), tmp_path, lambda event: None)
    finally:
        os.close(held)


def test_only_the_folders_of_graders_that_are_gone_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    make = "from autograder.sandbox.private_folder import PrivateFolder as P; print(P().path, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", make],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        (theirs / "work" / "deep" / "down").mkdir(parents=True)
        (theirs / "work" / "deep").chmod(0)
        mine = PrivateFolder()
        (tmp_path / "exercise-sandbox-link").symlink_to(theirs)
        assert sweep() == 0
        other.send_signal(signal.SIGKILL)
    assert sweep() == 1
    assert not theirs.exists()
    assert mine.work.is_dir()
    mine.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["exercise-sandbox-link"]


def test_graders_whose_parent_is_killed_tidy_up_whatever_they_do(tmp_path: Path) -> None:
    start = (
        "import time\n"
        "from autograder.classes.workers import ProcessPool, unconfined\n"
        "from tests.test_batch import SETTINGS\n"
        "pool = ProcessPool(2)\n"
        "for each in [pool.submit(unconfined, SETTINGS) for _ in range(2)]: each.result()\n"
        "pool.submit(time.sleep, 600)\n"  # the other one waits for work
        "print(flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        folders = list(tmp_path.glob("exercise-sandbox-*"))
        process.kill()  # before anything is asserted: what is alive is waited for
    # two graders, and each has a folder for all workers that may call the same
    with Sandbox(COURSE.operators) as sandbox:
        alike = {sandbox.besides(exercise.forbids) for exercise in COURSE.exercises}
    assert len(folders) == 2 * len(alike)
    end = time.monotonic() + 60
    while left := list(tmp_path.glob("exercise-sandbox-*")):
        assert time.monotonic() < end, left
        time.sleep(0.1)


def test_the_tally_counts_what_is_done_running_and_failed() -> None:
    tally = Tally(lambda: 0.0)
    for event in (
        Event("graded", 40, "old", cached=True),
        Event("started", 40, "amy"),
        Event("started", 40, "ben"),
        Event("started", 40, "cleo"),
        Event("graded", 40, "amy", 50.0),
        Event("failed", 40, "ben", problem="no zip"),
    ):
        tally.count(event)
    assert tally.line() == "3 of 40 done, 1 running, 1 failed, 1 were graded before"


def test_the_display_takes_any_name_and_lines_go_to_standard_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.report.terminal.progress.PRINT_SECONDS", 0.0)
    events = [Event("started", 2, "[red]\x1b[31m a"), Event("graded", 2, "[red]\x1b[31m a")]
    screen = Console(file=io.StringIO(), force_terminal=True, width=150)
    with display(screen) as tell:
        tell(events[0])
    assert "[red]\ufffd[31m a" in screen.file.getvalue()  # type: ignore[attr-defined]
    with display(Console(file=io.StringIO())) as tell:
        for event in events:
            tell(event)
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("1 of 2 done, 0 running, 0 failed")


def test_what_a_grader_keeps_does_not_grow_with_the_hand_ins() -> None:
    def sizes() -> dict[str, int]:
        gc.collect()  # a failure may hold one, and be held by nobody but itself
        caches = [o for o in gc.get_objects() if type(o) is functools._lru_cache_wrapper]
        ours = [c for c in caches if c.__module__.startswith(("exercises.", "autograder."))]
        return {f"{c.__module__}.{c.__qualname__}": c.cache_info().currsize for c in ours}

    def grade(more: str) -> None:
        for name in ("dana.ipynb", "chen_wei.zip", "émile", "ivan"):
            read = read_submission(CLASS / name, MODULES)
            grader.grade(replace(read, modules={m: text + more for m, text in read.modules.items()}))

    with SETTINGS.grader() as grader:
        before = sizes()
        for time in range(5):  # on a busy machine a first call may have been too slow for those after it
            grade(f"\n# {time}\n")
            now = sizes()
            if now == before:
                return
            before = now
    pytest.fail("what is kept grew with each time that the same hand-ins were graded")
