"""Where the time goes: the clock, what `--profile` writes, and what follows from it for a large class."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.classes.profile import read_table, write_profile, write_table
from autograder.report.faults import Faults
from autograder.sandbox.clock import PHASES, Clock
from autograder.submissions.downloads import ClassSubmission
from tests.benchmarks.client import measure
from tests.benchmarks.row import AT_LEAST, AT_MOST, Row, in_turn
from tests.benchmarks.simulation import simulate

CLASS = Path(__file__).resolve().parent / "submissions" / "class"


def ticking(*moments: float) -> Clock:
    times: Iterator[float] = iter(moments)
    return Clock(lambda: next(times))


def test_each_moment_counts_for_the_innermost_phase() -> None:
    clock = ticking(0, 10, 12, 17, 20)
    with clock.phase("compare"), clock.phase("calls"):
        pass
    assert clock.seconds == dict.fromkeys(PHASES, 0) | {"compare": 2 + 3, "calls": 5}


def test_a_phase_ends_when_an_error_leaves_it() -> None:
    clock = ticking(0, 1, 4, 6, 9)
    with pytest.raises(ZeroDivisionError), clock.phase("calls"):
        raise ZeroDivisionError
    with clock.phase("report"):
        pass
    assert clock.seconds == dict.fromkeys(PHASES, 0) | {"calls": 3, "report": 3}


@pytest.mark.parametrize(
    ("said", "moved"),
    [(2.0, 2), (5.5, 5), (-1.0, 0), (math.nan, 0), (math.inf, 0), ("2", 0), (None, 0), (True, 0)],
)
def test_what_a_worker_says_of_its_seconds_can_only_be_part_of_what_was_measured(
    said: Any, moved: float
) -> None:
    clock = ticking(0, 0, 5, 5)
    with clock.phase("calls"):
        clock.move("student code", said)
    assert clock.seconds == dict.fromkeys(PHASES, 0) | {"calls": 5 - moved, "student code": moved}


def test_profile_says_where_the_time_of_each_hand_in_went(tmp_path: Path) -> None:
    out = tmp_path / "graded"
    hand_ins = [str(CLASS / name) for name in ("joão", "émile")]
    assert main(["grade", *hand_ins, "-o", str(out), "--device", "cpu", "--workers", "1", "--profile"]) == 0
    with (out / "profile.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["joão", "émile"]
    for student, row in rows.items():
        seconds = {phase: float(row[phase]) for phase in PHASES}
        assert float(row["total"]) == pytest.approx(sum(seconds.values()), abs=1e-5)
        assert all(seconds[phase] > 0 for phase in PHASES if phase != "start"), student
    page = (out / "profile.htm").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert all(f"</span>{phase}</th>" in page for phase in PHASES)
    # the first waits for the grader to start, and only the first
    assert float(rows["joão"]["start"]) > 100 * float(rows["émile"]["start"])


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    spent = {"=ada": dict.fromkeys(PHASES, 0.25), "bo": {"calls": 1.5}}
    write_table(tmp_path / "profile.csv", spent, Faults())
    assert read_table(tmp_path / "profile.csv") == [
        dict.fromkeys(PHASES, 0.25), dict.fromkeys(PHASES, 0.0) | {"calls": 1.5},
    ]  # fmt: skip
    (tmp_path / "grades.csv").write_text("student,total\nada,10\n")
    with pytest.raises(ValueError, match="--profile"):
        read_table(tmp_path / "grades.csv")


def test_the_page_shows_hostile_and_long_names_as_text_and_each_as_another(tmp_path: Path) -> None:
    names = ["<b>bold</b>", "\x1b[31mred", "a" * 40, "a" * 41, "", "=1+1"]
    spent = {name: {"student code": 1.0 + n} for n, name in enumerate(names)}
    assert write_profile(tmp_path, spent, Faults()) == []
    page = (tmp_path / "profile.htm").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "\x1b" not in page
    assert page.count("a" * 10) == 2
    assert "'=1+1" in (tmp_path / "profile.csv").read_text(encoding="utf-8")


def test_a_run_that_graded_nothing_has_a_page_that_says_so(tmp_path: Path) -> None:
    assert write_profile(tmp_path, {}, Faults()) == []
    assert "0 hand-ins" in (tmp_path / "profile.htm").read_text(encoding="utf-8")


ONE_SECOND = dict.fromkeys(PHASES, 0.0) | {"student code": 1.0}


@pytest.mark.parametrize(("cores", "seconds"), [(1, 103), (10, 13), (100, 4), (1000, 4)])
def test_equal_hand_ins_take_as_many_rounds_as_there_are_for_each_core(cores: int, seconds: float) -> None:
    cost = simulate([ONE_SECOND], 100, cores, client=0.0, start=3.0)
    assert cost.seconds == pytest.approx(seconds)
    assert cost.worked == pytest.approx(100)
    assert cost.client == 0


def test_a_slow_client_is_what_many_cores_wait_for() -> None:
    assert simulate([ONE_SECOND], 1000, 1, client=0.25, start=0.0).seconds == pytest.approx(1250)
    assert simulate([ONE_SECOND], 1000, 1000, client=0.25, start=0.0).seconds == pytest.approx(251)


def test_what_one_worker_made_the_client_wait_for_is_not_counted_as_well() -> None:
    written = ONE_SECOND | {"read": 0.5, "report": 0.5}
    assert simulate([written], 10, 1, client=0.0, start=0.0).seconds == pytest.approx(10)


def test_the_client_is_measured_by_what_it_does_for_a_class(tmp_path: Path) -> None:
    hand_ins = tmp_path / "class"
    for name in ("joão", "émile"):
        shutil.copytree(CLASS / name, hand_ins / name)
    out = tmp_path / "graded"
    assert main(["grade", str(hand_ins), "-o", str(out), "--device", "cpu", "--workers", "1"]) == 0
    class_ = [ClassSubmission(path.name, path) for path in sorted(hand_ins.iterdir())]
    seconds, cpu = measure(class_, out, 7)
    assert seconds > 0
    assert cpu > 0
    assert not list(out.glob(".*"))


def test_hand_ins_are_drawn_as_often_as_they_were_measured() -> None:
    spent = [ONE_SECOND, ONE_SECOND, ONE_SECOND, ONE_SECOND | {"student code": 21.0}]
    assert simulate(spent, 20_000, 10, client=0.0).worked == pytest.approx(20_000 * 6, rel=0.02)


def test_a_ratio_is_that_of_medians_and_its_spread_that_of_neighbours() -> None:
    row = Row("", [4.0, 6.0, 90.0], [2.0, 1.0, 3.0], AT_MOST, 3.0)
    assert (row.ratio, row.spread, row.reached) == (3.0, (2.0, 30.0), True)
    assert not Row("", [7.0], [2.0], AT_MOST, 3.0).reached
    assert not Row("", [5.0], [2.0], AT_LEAST, 3.0).reached
    assert Row("", [7.0], [2.0], AT_LEAST, 3.0).reached


def test_measurements_are_taken_in_turn() -> None:
    order: list[int] = []
    one, two = in_turn(2, lambda: order.append(1) or 1.0, lambda: order.append(2) or 2.0, "")
    assert (one, two, order) == ([1.0, 1.0], [2.0, 2.0], [1, 2, 1, 2])
