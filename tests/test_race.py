"""How fast code is: told by the system, measured in turn, and never a reason for anything but its own points."""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from autograder.classes.difference import compare
from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.report import gradescope
from autograder.report.faults import Faults
from autograder.report.files import write_report
from autograder.report.grades import write_grades
from autograder.report.model import ExerciseReport, Line, Measurement, Provenance, Report
from autograder.report.pages.feedback import feedback_page
from autograder.report.reading import read_report, row
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission
from exercises.feedback.calls import Call
from exercises.feedback.catalogue import exercises
from exercises.feedback.failures import Outcome
from exercises.feedback.kinds import FailureKind
from exercises.feedback.race import GIVE_UP, Race, Rival, in_words, run, told

EX1 = exercises()[0]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of another process")


def quick() -> None:
    """Stands for a rival."""


def slow() -> None:
    """Stands for another one."""


@dataclass
class Course:
    """Times as they would come, in the order in which they are asked for."""

    own: list[float]
    asked: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def ask(self, call: Call, limit: float) -> float:
        self.asked.append("own")
        self.calls.append(call)
        self.limits.append(limit)
        return self.own.pop(0)

    def time_of(self, answer: Callable[..., Any], call: Call) -> float:
        self.asked.append(answer.__name__)
        assert not self.calls or call is not self.calls[-1]
        return {"quick": 1.0, "slow": 10.0}[answer.__name__]


def race(rounds: int = 3) -> Race:
    return Race(
        "f",
        Call("f", ()),
        lambda numbers: Call("f", (numbers.random(),)),
        {"quick": Rival("a library", quick), "slow": Rival("a loop", slow)},
        rounds,
    )


def test_all_run_in_turn_each_round_has_new_inputs_and_the_best_counts() -> None:
    course = Course([3.0, 2.0, 4.0])
    found = run(race(), course.ask, course.time_of)
    assert (
        course.asked == ["quick"] + ["quick", "slow", "own"] * 3
    )  # the first of all makes ready, and does not count
    assert len({call.args for call in course.calls}) == 3
    assert (found.own, found.rivals, found.rounds) == (2.0, {"quick": 1.0, "slow": 10.0}, 3)
    assert (found.beside("quick"), found.beside("slow")) == (2.0, 0.2)


def test_who_is_far_behind_the_student_runs_twice_and_no_more() -> None:
    course = Course([1.0] * 5)
    run(race(5), course.ask, course.time_of)
    assert [course.asked.count(name) for name in ("quick", "slow", "own")] == [6, 2, 5]


def test_rounds_can_go_on() -> None:
    course = Course([3.0, 2.0, 4.0, 1.5, 2.0, 2.0])
    found = run(race(), course.ask, course.time_of)
    found = run(race(), course.ask, course.time_of, found)
    assert (found.own, found.rounds) == (1.5, 6)
    assert course.asked.count("slow") == 4  # until it was far behind


def test_inputs_are_not_those_of_a_seed_that_somebody_knows() -> None:
    seen = []
    for _ in range(2):
        random.seed(1)
        course = Course([1.0])
        run(race(1), course.ask, course.time_of)
        seen += course.calls
    assert seen[0] != seen[1]


def test_who_is_far_behind_is_stopped_and_not_asked_again() -> None:
    course = Course([16.0])
    assert run(race(), course.ask, course.time_of).rounds == 1
    assert course.limits == [GIVE_UP * 10.0]
    stopped = run(race(), Course([math.inf]).ask, course.time_of)
    assert "was stopped when it had taken 4 times as long as a loop" in told(race(), stopped)


def test_what_was_measured_is_told_with_all_times() -> None:
    course = Course([3e-2, 4.1e-2, 5e-2])
    found = replace(run(race(), course.ask, course.time_of), rivals={"quick": 3e-3, "slow": 0.18})
    assert told(race(), found) == (
        "f takes 30 ms, a library 3 ms and a loop 180 ms (the best of 3 rounds, all in the same run)"
    )
    assert [in_words(seconds) for seconds in (8.54e-4, 0.0414, 1.23)] == ["0.85 ms", "41 ms", "1.2 s"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(OPERATORS) as warm:
        yield warm


def asked(sandbox: Sandbox, body: str, cpu: float = math.inf) -> tuple[Outcome, SandboxedSubmission]:
    given = Submission("test", Path("test"), {EX1.module: body}, {}, None, (), "")
    who = SandboxedSubmission(sandbox, given, COURSE, TimeLimits(call=20))
    outcome = who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": (1, 1)}], cpu)
    return outcome, who


WORK = """
import threading, time
def work():
    end = {clock} + 0.3
    while {clock} < end:
        pass
"""
LYING = """
import time
def output_size(*a):
    used = time.process_time
    end = used() + 0.3
    while used() < end:
        pass
    for name in ("process_time", "perf_counter", "monotonic", "thread_time", "time", "clock_gettime"):
        setattr(time, name, lambda *a: 0.0)
    return 1
"""


@linux_only
def test_processor_time_is_the_systems_word_not_the_workers(sandbox: Sandbox) -> None:
    outcome, who = asked(sandbox, LYING)
    assert list(outcome.results) == [1]
    assert who.cpu > 0.29


@linux_only
def test_threads_count_and_waiting_does_not(sandbox: Sandbox) -> None:
    threads = (
        WORK.format(clock="time.thread_time()")
        + """
def output_size(*a):
    both = [threading.Thread(target=work) for _ in range(2)]
    for each in both: each.start()
    for each in both: each.join()
    return 1
"""
    )
    _, who = asked(sandbox, threads)
    assert who.cpu > 0.58
    _, who = asked(sandbox, "import time\ndef output_size(*a):\n    time.sleep(0.5)\n    return 1\n")
    assert 0 < who.cpu < 0.25


@linux_only
def test_a_call_is_stopped_by_the_time_it_has_used(sandbox: Sandbox) -> None:
    outcome, who = asked(sandbox, "def output_size(*a):\n    while True: pass\n", cpu=0.2)
    assert outcome.trouble_kind == FailureKind.SLOW
    assert not who.unsafe(EX1)  # it has not been waited for in vain, and is asked again
    outcome = who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": (1, 1)}], 0.2)
    assert outcome.trouble_kind == FailureKind.SLOW
    outcome, _ = asked(
        sandbox, "import time\ndef output_size(*a):\n    time.sleep(0.5)\n    return 1\n", cpu=0.3
    )
    assert list(outcome.results) == [1]


@linux_only
def test_a_worker_stands_still_while_others_are_measured(sandbox: Sandbox) -> None:
    busy = """
import threading
def spin():
    while True: pass
def output_size(*a):
    threading.Thread(target=spin, daemon=True).start()
    return 1
"""
    _, who = asked(sandbox, busy)
    [loaded] = who._workers.values()
    who.hold()
    time.sleep(0.05)  # a signal needs a moment
    before = loaded.worker.cpu_seconds()
    time.sleep(0.2)
    assert loaded.worker.cpu_seconds() - before < 0.02
    assert who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": (1, 1)}]).results
    who.keep_printed()


def report(student: str, *measured: Measurement, earned: float = 1.0) -> Report:
    line = Line("values", "It works.", "values", 1.0, earned, 1, 1, 0, ())
    parts = tuple(
        ExerciseReport(
            f"ex{n}", f"ex{n}_x", "X", 1.0, earned, (), (line,), measured=measured if n == 2 else ()
        )
        for n in (1, 2)
    )
    provenance = Provenance("1", "", 1, "2.6", "3.11", "", ("cpu",))
    return Report(student, 2.0, 2 * earned, parts, (), "", 1.0, provenance)


RATIO = Measurement("times as long as torch's own convolution", 1.43, "asc")
GAIN = Measurement("times as fast as a plain loop", 31.0, "desc")


def test_a_report_keeps_what_was_measured(tmp_path: Path) -> None:
    write_report(tmp_path / "ada.json", report("ada", RATIO, GAIN))
    read = read_report(tmp_path / "ada.json")
    assert read is not None and read == report("ada", RATIO, GAIN)
    assert row(read).exercises[1].measured == (RATIO, GAIN)


def test_gradescope_gets_a_leaderboard_where_something_was_measured() -> None:
    found = gradescope.results(report("ada", RATIO, GAIN))
    assert found["leaderboard"] == [
        {"name": "ex2: times as long as torch's own convolution", "value": 1.43, "order": "asc"},
        {"name": "ex2: times as fast as a plain loop", "value": 31.0, "order": "desc"},
    ]
    json.dumps(found, allow_nan=False)
    assert "leaderboard" not in gradescope.results(report("ben"))


def test_the_student_reads_it_in_a_sentence() -> None:
    sentence = "Measured: 1.43 times as long as torch's own convolution, 31 times as fast as a plain loop."
    assert sentence in gradescope.results(report("ada", RATIO, GAIN))["output"]
    assert sentence.replace("'", "&#39;") in feedback_page(report("ada", RATIO, GAIN))


def test_the_table_of_a_class_has_a_column_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_grades(path, [("ben", report("ben")), ("ada", report("ada", RATIO, GAIN))], {}, Faults())
    head, ben, ada = path.read_text(encoding="utf-8").splitlines()
    assert head.endswith(
        '"changes","found","ex2: times as fast as a plain loop","ex2: times as long as torch\'s own convolution"'
    )
    assert ben.endswith('"all right","",""')
    assert ada.endswith('"all right","31","1.43"')
    write_grades(path, [("ben", report("ben"))], {}, Faults())
    assert "times" not in path.read_text(encoding="utf-8")


def test_another_time_is_no_change_of_a_grade(tmp_path: Path) -> None:
    for name, given in (("old", RATIO), ("new", replace(RATIO, value=1.6))):
        write_report(tmp_path / name / "ada.json", report("ada", given))
    assert not compare(tmp_path / "old", tmp_path / "new").any
