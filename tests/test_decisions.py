"""What a person decided and the course's policy: points become a grade, and every step is told."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.classes.arrivals import with_times
from autograder.classes.decided import Decided, set_aside
from autograder.classes.decisions import COLUMNS, DecisionError, manual_points, read_decisions, with_rows
from autograder.classes.lms import write_imports
from autograder.paths import SOLUTIONS
from autograder.platforms.gradebook import _decided
from autograder.report.faults import Faults
from autograder.report.grades import write_grades
from autograder.report.marking import Circumstances, Decision, mark_of, marked
from autograder.report.model import Change, ExerciseReport, Line, Mark, Provenance, Report
from autograder.report.policy import Policy, PolicyError, policy_of, read_policy
from autograder.report.reading import Row, read_report, row
from autograder.submissions.archive import SubmissionError
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.exported import Exported
from autograder.submissions.downloads.formats import stamped
from autograder.submissions.downloads.times import time_in, time_in_utc
from exercises.feedback.catalogue import exercises

PROVENANCE = Provenance("1", "", 1, "2", "3", "", ())
CET = timezone(timedelta(hours=1))
DUE = datetime(2026, 11, 20, 23, 59, tzinfo=CET)
LATE = Policy(due=DUE, late_percent_per_day=10, late_percent_at_most=50, grace_minutes=15)


def exercise(name: str, points: float, earned: float, extra: bool = False) -> ExerciseReport:
    line = Line("values", "Right values.", "values", points / 2, max(earned - points / 2, 0), 2, 1, 0, ())
    other = replace(line, name="shapes", earned=earned - line.earned)
    return ExerciseReport(name, f"{name}_x", "Title", points, earned, (), (line, other), extra)


EXERCISES = (
    exercise("ex1", 10, 10),
    exercise("ex2", 10, 4),
    exercise("ex3", 20, 11),
    exercise("ex8", 8, 6, True),
)
REPORT = Report("ada", 40.0, 25.0, EXERCISES, (), "", 1.0, PROVENANCE)


def mark(*decisions: Decision, report: Report = REPORT, policy: Policy | None = None, **when: object) -> Mark:
    return mark_of(report, Circumstances(policy or Policy(), decisions, **when))  # type: ignore[arg-type]


def test_without_policy_and_decisions_the_points_are_the_grade_and_nothing_is_told() -> None:
    assert mark() == Mark(25.0, 25.0)


def test_points_are_changed_with_a_reason_and_the_report_keeps_its_own() -> None:
    found = mark(
        Decision("ex3", points=20, reason="right by another way"), Decision("ex2", "shapes", 5, reason="why")
    )
    assert found.final == 25 + 9 + (5 - 4)
    assert found.changes == (
        Change("ex2", "shapes", 4, 5, "why"),
        Change("ex3", "", 11, 20, "right by another way"),
    )
    assert found.steps == (
        "ex2 shapes: 5 points instead of 4: why.",
        "ex3: 20 points instead of 11: right by another way.",
    )


def test_points_of_the_whole_hand_in_are_given_where_no_check_could_look() -> None:
    withheld = replace(REPORT, problem="cannot be read", earned=0.0)
    assert mark(report=withheld).final is None
    found = mark(Decision(points=30, reason="read on paper"), report=withheld)
    assert found.final == 30 and found.steps == ("30 of 40 points were given by hand: read on paper.",)


def test_an_excuse_takes_an_exercise_out_of_the_total() -> None:
    found = mark(Decision("ex3", excused=True, reason="ill"))
    assert found.final == pytest.approx(40 * 14 / 20)
    assert found.steps[0] == "ex3 does not count, since you are excused: ill."
    whole = mark(Decision(excused=True, reason="ill"))
    assert whole.excused and whole.final is None


def test_a_decision_that_saw_other_points_stands_and_is_told_to_the_instructor() -> None:
    found = mark(Decision("ex3", points=20, reason="r", automatic=15, row=4))
    assert found.final == 34
    assert found.remarks == (
        "row 4: the checks give ex3 11 points now, where they gave 15 when 20 was decided",
    )
    assert not mark(Decision("ex3", points=20, reason="r", automatic=11)).remarks
    unknown = mark(Decision("ex3", "volume", 1, reason="r", row=2))
    assert unknown.final == 25 and "ex3 has no line 'volume'" in unknown.remarks[0]


@pytest.mark.parametrize(
    ("after", "days", "taken"),
    [
        (timedelta(minutes=-1), 0, 0),
        (timedelta(minutes=15), 0, 0),
        (timedelta(minutes=16), 1, 4),
        (timedelta(days=1), 1, 4),
        (timedelta(days=1, seconds=1), 2, 8),
        (timedelta(days=30), 30, 20),
    ],
    ids=str,
)
def test_each_day_begun_costs_after_the_grace_and_never_more_than_the_most(
    after: timedelta, days: int, taken: float
) -> None:
    found = mark(policy=LATE, submitted=DUE + after)
    assert (found.days_late, found.deducted, found.final, found.before_late) == (days, taken, 25 - taken, 25)
    assert bool(found.steps) == bool(taken)


def test_a_time_in_another_zone_is_the_same_time() -> None:
    there = (DUE + timedelta(hours=2)).astimezone(timezone(timedelta(hours=-8)))
    assert mark(policy=LATE, submitted=there).days_late == 1
    # one without a zone is in the policy's: 23:30 in Berlin, not in UTC
    local = datetime(2026, 11, 20, 23, 30)
    assert mark(policy=LATE, submitted=local).days_late == 0
    west = replace(LATE, zone="America/Los_Angeles")
    assert mark(policy=west, submitted=local).days_late == 1


def test_nothing_is_taken_twice_nor_below_zero_nor_without_a_time() -> None:
    poor = replace(REPORT, earned=3.0, exercises=(exercise("ex3", 40, 3),))
    found = mark(report=poor, policy=LATE, submitted=DUE + timedelta(days=3))
    assert (found.final, found.deducted) == (0, 3)
    unknown = mark(policy=LATE, late=True)
    assert unknown.final == 25 and "by how much is not known" in unknown.remarks[0]
    absent = replace(REPORT, earned=0.0, handed_in=False, problem="nothing handed in")
    assert mark(report=absent, policy=LATE, submitted=DUE + timedelta(days=3)).deducted == 0


def test_an_extension_moves_the_time_and_is_told() -> None:
    found = mark(Decision(days=2, reason="ill"), policy=LATE, submitted=DUE + timedelta(days=2, hours=1))
    assert (found.days_late, found.final) == (1, 21)
    assert found.steps[0] == "You had 2 days more: ill."
    assert "no due" in mark(Decision(days=2, reason="ill", row=3)).remarks[0]


def test_who_handed_in_nothing_has_0_or_no_grade() -> None:
    absent = replace(REPORT, earned=0.0, handed_in=False, problem="nothing handed in", exercises=())
    assert mark(report=absent).final == 0
    assert mark(report=absent, policy=Policy(absent="blank")).final is None


def test_weights_and_dropped_exercises_scale_to_the_same_total() -> None:
    found = mark(policy=Policy(weights={"ex3": 2.0}))
    assert found.final == pytest.approx(40 * (10 + 4 + 22) / (10 + 10 + 40))
    dropped = mark(policy=Policy(drop_lowest=1))  # ex2 has the smallest share
    assert dropped.final == pytest.approx(40 * 21 / 30)
    assert dropped.steps[0].endswith("drops the lowest: ex2.")
    assert mark(policy=Policy(drop_lowest=9)).final == 40  # one is left, the best


@pytest.mark.parametrize(("extra", "final"), [("beside", 25), ("added", 31), ("capped", 31)])
def test_extra_points_stand_beside_or_are_added(extra: str, final: float) -> None:
    assert mark(policy=policy_of({"extra": extra})).final == final


def test_extra_points_fill_up_at_most() -> None:
    best = replace(REPORT, earned=38.0, exercises=(exercise("ex1", 40, 38), exercise("ex8", 8, 6, True)))
    assert mark(report=best, policy=Policy(extra="capped")).final == 40
    assert mark(report=best, policy=Policy(extra="added")).final == 44


@pytest.mark.parametrize(
    ("step", "points", "final"), [(0.5, 24.75, 25.0), (0.5, 24.7, 24.5), (1, 0.5, 1), (0.1, 2.25, 2.3)]
)
def test_halves_are_rounded_up(step: float, points: float, final: float) -> None:
    report = replace(REPORT, earned=points, exercises=(exercise("ex1", 40, points),))
    assert mark(report=report, policy=Policy(round_to=step)).final == final


@pytest.mark.parametrize("weight", [2.0, 0.5])
def test_weights_that_are_all_the_same_change_nothing(weight: float) -> None:
    assert mark(policy=Policy(weights={"ex1": weight, "ex2": weight, "ex3": weight})).final == 25
    others = mark(policy=Policy(weights={"ex1": 2, "ex2": 3, "ex3": 4}))  # none of them is 1
    assert others.final == pytest.approx(40 * (20 + 12 + 44) / (20 + 30 + 80))


def test_an_exercise_without_weight_is_not_the_one_that_is_dropped() -> None:
    assert mark(policy=Policy(weights={"ex2": 0}, drop_lowest=1)).final == 40  # ex3 goes, ex1 is left


def test_who_is_excused_from_all_that_counts_has_no_grade_and_not_0() -> None:
    found = mark(*(Decision(name, excused=True, reason="ill") for name in ("ex1", "ex2", "ex3")))
    assert found.final is None and found.excused
    weighted = mark(Decision("ex1", excused=True, reason="ill"), policy=Policy(weights={"ex2": 0, "ex3": 0}))
    assert weighted.final is None and weighted.excused


def test_a_line_gives_no_more_than_it_is_worth() -> None:
    found = mark(Decision("ex3", "shapes", 20, reason="r", row=2))
    assert found.final == 25 and found.changes == (Change("ex3", "shapes", 10, 10, "r"),)
    assert found.remarks == ("row 2: ex3 shapes is worth 10 points, so 20 are 10",)


def test_what_is_not_applied_is_said() -> None:
    of_ex3 = Decision("ex3", points=20, reason="r", row=2)
    whole = mark(of_ex3, Decision(points=30, reason="w", row=3))
    assert whole.final == 30
    assert whole.remarks == (
        "row 2: what it says of ex3 changes nothing, since row 3 gives the points of the whole hand-in",
    )
    absent = replace(REPORT, earned=0.0, handed_in=False, problem="nothing handed in")
    for report in (absent, replace(REPORT, problem="cannot be read")):
        found = mark(of_ex3, report=report, policy=Policy(absent="blank"))
        assert found.final is None and "changes nothing, since there is no grade" in found.remarks[0]


BERLIN = Policy(zone="Europe/Berlin", late_percent_per_day=10, grace_minutes=15)


def test_an_extension_ends_at_the_same_time_of_the_day_where_summer_time_ends() -> None:
    summer = replace(BERLIN, due=datetime(2026, 10, 24, 23, 59, tzinfo=timezone(timedelta(hours=2))))
    two_days = Decision(days=2, reason="ill")
    assert mark(two_days, policy=summer, submitted=datetime(2026, 10, 26, 23, 30)).days_late == 0
    in_utc = datetime(2026, 10, 26, 22, 30, tzinfo=UTC)
    assert mark(two_days, policy=summer, submitted=in_utc).days_late == 0
    # a day with 25 hours is one day
    assert mark(policy=summer, submitted=datetime(2026, 10, 25, 23, 30)).days_late == 1


def test_an_hour_that_the_clock_leaves_out_is_no_delay() -> None:
    policy = replace(BERLIN, due=datetime(2026, 3, 29, 1, 59))
    assert mark(policy=policy, submitted=datetime(2026, 3, 29, 3, 1)).days_late == 0
    assert mark(policy=policy, submitted=datetime(2026, 3, 29, 3, 20)).days_late == 1


# The policy's table


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"duee": 1}, "duee is none of due, zone,"),
        ({"due": "tomorrow"}, "due has to be a date and a time"),
        ({"due": DUE, "zone": "Berlin"}, "zone has to be the name of a time zone"),
        ({"zone": "../../etc/passwd"}, "zone has to be the name of a time zone"),
        ({"late_percent_per_day": 10}, "needs due"),
        ({"due": DUE, "late_percent_per_day": 101}, "a number from 0 to 100"),
        ({"round_to": True}, "round_to has to be"),
        ({"round_to": float("nan")}, "round_to has to be"),
        ({"round_to": 1e-30}, "round_to has to be"),
        ({"due": datetime(9999, 12, 31)}, "due has to be a date and a time"),
        ({"absent": "one"}, "one of zero, blank"),
        ({"drop_lowest": 0.5}, "a whole number"),
        ({"weights": {"ex1": -1}}, "weights has to be"),
        ({"deducted_by": "canvas"}, "a list with any of canvas, moodle, nbgrader"),
    ],
    ids=str,
)
def test_what_is_wrong_in_a_policy_is_named(told: dict[str, object], why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        policy_of(told)


def test_a_policy_is_read_from_the_course_file(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    assert read_policy(path, ["ex1"]) == Policy()
    path.write_text('title = "t"\n[policy]\ndue = 2026-11-20T23:59:00+01:00\nlate_percent_per_day = 10\n')
    assert read_policy(path, ["ex1"]) == Policy(due=DUE, late_percent_per_day=10)
    path.write_text("[policy.weights]\nex9 = 2\n")
    with pytest.raises(PolicyError, match="weights has ex9; there are ex1"):
        read_policy(path, ["ex1"])
    path.write_text("[policy\n")
    with pytest.raises(PolicyError, match=r"course\.toml cannot be read"):
        read_policy(path, ["ex1"])


# When it came


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-20T23:10:00Z", "2026-11-20T23:10:00+00:00"),
        ("2026-11-20 23:10:00 +0100", "2026-11-20T23:10:00+01:00"),
        ("2026-11-20 15:58:23.948203 UTC", "2026-11-20T15:58:23.948203+00:00"),
        ("2026-11-20 15:58", "2026-11-20T15:58:00"),
        ("Friday, 20 November 2026, 11:58 PM", "2026-11-20T23:58:00"),
        ("2026-11-20 15:58 -03", "2026-11-20T15:58:00-03:00"),
        ("2026-11-21 12:05 AM", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("20/11/2026", None),
        ("2026-13-40 15:58", None),
        ("", None),
    ],
)  # fmt: skip
def test_times_are_read_as_platforms_write_them(text: str, time: str | None) -> None:
    assert time_in(text) == (datetime.fromisoformat(time) if time else None)
    utc = time_in_utc(text)
    assert (utc is None) == (time is None) and (utc is None or utc.tzinfo is not None)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-20 23:30:00.948203 CET", "2026-11-20T23:30:00.948203"),
        ("2026-11-20 23:30:00 UTC\n", "2026-11-20T23:30:00+00:00"),
        ("2026-11-20 23:30:00", "2026-11-20T23:30:00+00:00"),
    ],
)
def test_a_stamp_with_a_zones_name_is_not_taken_for_one_in_utc(tmp_path: Path, text: str, time: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert stamped(tmp_path) == datetime.fromisoformat(time)


# The file of decisions

CLASS = (
    ClassSubmission(
        "Ada Lovelace", None, "ada1", name="Ada Lovelace", ids={"login": "ada1", "email": "ada@x.org"}
    ),
    ClassSubmission("Ben", None, "ben1", ids={"canvas_id": "7"}),
    ClassSubmission("Ben-2", None, "ben2", name="Ben"),
)


def read(path: Path, *rows: str) -> dict[str, tuple[Decision, ...]]:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return read_decisions(path, CLASS, exercises())


def test_students_are_known_by_any_name_or_id(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    found = read(path, "student,exercise,points,reason", "ADA@x.org,ex3,18,a", "ada1,ex4,1.5,b", "7,EX1,2,c")
    assert {name: [each.exercise for each in all_] for name, all_ in found.items()} == {
        "Ada Lovelace": ["ex3", "ex4"],
        "Ben": ["ex1"],
    }
    semicolons = read(path, "student;exercise;points;reason", "ada1;ex3;1,5;komma")
    assert semicolons["Ada Lovelace"][0].points == 1.5


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("eve,ex1,,1,,,,r,", "row 2: eve is nobody in this class"),
        (",ex1,,1,,,,r,", "row 2: names no student"),
        ("ben,ex1,,1,,,,r,", "row 2: ben may be Ben or Ben-2"),
        ("ada1,ex99,,1,,,,r,", "row 2: ex99 is no exercise"),
        ("ada1,,values,1,,,,r,", "row 2: line values of which exercise"),
        ("ada1,ex1,,11,,,,r,", "row 2: points is 11, which is no number from 0 to 10"),
        ("ada1,ex1,,-1,,,,r,", "row 2: points is -1"),
        ("ada1,ex1,,nan,,,,r,", "row 2: points is nan"),
        ("ada1,ex1,,5,,,,,", "row 2: needs a reason"),
        ("ada1,ex1,,,yes,,,,", "row 2: needs a reason"),
        ("ada1,ex1,,,perhaps,,,r,", "row 2: excused is perhaps"),
        ("ada1,ex1,,5,yes,,,r,", "row 2: an excuse is for a whole exercise"),
        ("ada1,ex1,,,,2,,r,", "row 2: days are for the whole hand-in"),
        ("ada1,ex1,,,,,,r,", "row 2: decides nothing"),
        ("ada1,ex1,,5,,,,r,\nada1,ex1,values,5,,,,r,", "row 3: Ada Lovelace, ex1 values: row 2 decides that already"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_carried_out_is_named(tmp_path: Path, told: str, why: str) -> None:
    with pytest.raises(DecisionError, match=f"decisions.csv, {why}"):
        read(tmp_path / "decisions.csv", ",".join(COLUMNS), told)


def test_all_rows_that_are_wrong_are_told_at_once_and_columns_have_names(tmp_path: Path) -> None:
    with pytest.raises(DecisionError) as told:
        read(tmp_path / "decisions.csv", ",".join(COLUMNS), "eve,ex1,,1,,,,r,", "ada1,ex1,,5,,,,,")
    assert len(str(told.value).splitlines()) == 2
    with pytest.raises(DecisionError, match="it has grade; the columns are student, exercise"):
        read(tmp_path / "decisions.csv", "student,grade", "ada1,5")
    with pytest.raises(DecisionError, match="student is missing"):
        read(tmp_path / "decisions.csv", "exercise,points", "ex1,5")


def test_rows_have_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    with pytest.raises(DecisionError, match=r"decisions\.csv, row 4: eve is nobody"):
        read(tmp_path / "decisions.csv", ",".join(COLUMNS), "", ",,,,,,,,", "eve,ex1,,1,,,,r,")


def test_a_row_is_added_to_whatever_columns_a_file_has(tmp_path: Path) -> None:
    cells = {"student": "ada1", "exercise": "ex1", "points": "5", "reason": 'so, "there"'}
    first = with_rows("", [cells])
    assert first.splitlines()[0] == ",".join(COLUMNS)
    other = with_rows("points,student,reason,exercise\n3,ada1,r,ex2", [cells])
    assert other.splitlines()[1:] == ["3,ada1,r,ex2", '5,ada1,"so, ""there""",ex1']
    found = read(tmp_path / "decisions.csv", *other.splitlines())
    assert [(each.exercise, each.points) for each in found["Ada Lovelace"]] == [("ex2", 3), ("ex1", 5)]


def test_a_row_is_added_as_a_spreadsheet_saved_the_file(tmp_path: Path) -> None:
    cells = {"student": "ada1", "exercise": "ex1", "points": "5", "reason": "so", "automatic": "3"}
    added = with_rows("sep=;\nStudent;Exercise;Points;Reason\nada1;ex2;3;r\n", [cells])
    assert added.endswith("\nada1;ex1;5;so\n")
    found = read(tmp_path / "decisions.csv", *added.splitlines())
    assert [(each.exercise, each.points) for each in found["Ada Lovelace"]] == [("ex2", 3), ("ex1", 5)]
    assert with_rows("\n", [cells]) == with_rows("", [cells])


def test_a_row_is_not_added_without_the_column_that_says_what_it_is_about() -> None:
    # without it, points of an exercise would be those of the whole hand-in
    with pytest.raises(DecisionError, match="has no column exercise"):
        with_rows(
            "student,points,reason\n", [{"student": "ada1", "exercise": "ex1", "points": "5", "reason": "r"}]
        )


def test_a_comment_of_a_peer_is_no_formula_in_the_file_and_reads_as_it_was(tmp_path: Path) -> None:
    told = '=HYPERLINK("http://x")'
    text = with_rows("", [{"student": "ada1", "exercise": "ex1", "comment": told}])
    assert "'=HYPERLINK" in text
    (decision,) = read(tmp_path / "decisions.csv", *text.splitlines())["Ada Lovelace"]
    assert decision.comment == told


def test_a_decision_is_about_all_hand_ins_of_one_student(tmp_path: Path) -> None:
    ids = {"login": "cy"}
    class_ = [ClassSubmission(name, None, "cy", name="Cy", ids=ids) for name in ("Cy", "Cy-2")]
    path = tmp_path / "decisions.csv"
    path.write_text("student,excused,reason\ncy,yes,ill\n")
    assert read_decisions(path, class_, exercises()).keys() == {"Cy", "Cy-2"}
    path.write_text("student,excused,reason\nCy-2,yes,ill\n")
    assert read_decisions(path, class_, exercises()).keys() == {"Cy-2"}
    class_[1] = replace(class_[1], doubt="may be another's")
    path.write_text("student,excused,reason\ncy,yes,ill\n")
    with pytest.raises(DecisionError, match="cy may be Cy or Cy-2"):
        read_decisions(path, class_, exercises())


def test_points_that_a_decision_does_not_tell_are_those_of_the_run_before() -> None:
    decided = Decided(decisions={"ada": (Decision("ex3", points=20, reason="r"),)})
    entry = ClassSubmission("ada", None)
    before = replace(REPORT, mark=mark(Decision("ex3", points=20, reason="r")))
    (known,) = decided.circumstances(entry, before).decisions
    assert known.automatic == 11
    (unknown,) = decided.circumstances(entry, None).decisions
    assert unknown.automatic is None


# Several hand-ins of one student


def handed_in(name: str, when: datetime | None, doubt: str = "") -> ClassSubmission:
    return ClassSubmission(name, Path(name), ids={"canvas_id": "7"}, submitted=when, doubt=doubt)


def of(final: float | None) -> Row:
    return row(replace(REPORT, mark=Mark(final, final)))


@pytest.mark.parametrize(
    ("policy", "aside"), [("best", {"b"}), ("last", {"a"}), ("ask", set())], ids=("best", "last", "ask")
)
def test_of_several_hand_ins_the_policy_says_which_counts(policy: str, aside: set[str]) -> None:
    class_ = {"a": handed_in("a", DUE), "b": handed_in("b", DUE + timedelta(hours=1))}
    rows = {"a": of(30), "b": of(20)}
    assert set_aside(class_, rows, policy_of({"hand_ins": policy})).keys() == aside


def test_nothing_is_set_aside_where_it_is_not_known_which_was_last() -> None:
    class_ = {"a": handed_in("a", DUE), "b": handed_in("b", None)}
    assert set_aside(class_, {"a": of(30), "b": of(20)}, Policy(hand_ins="last")) == {}
    best = set_aside(class_, {"a": of(None), "b": of(0)}, Policy(hand_ins="best"))
    assert best == {"a": "the best of 2 hand-ins counts, b"}


# nbgrader's gradebook


def test_points_by_hand_for_an_extra_exercise_are_no_part_of_nbgraders_total() -> None:
    report = replace(REPORT, mark=Mark(25.0, 25.0, changes=(Change("ex8", "", 6, 8, "r"),)))
    assert _decided(EXERCISES[3], report) is None
    report = replace(REPORT, mark=Mark(25.0, 25.0, changes=(Change("ex3", "", 11, 12, "r"),)))
    assert _decided(EXERCISES[2], report) == 12


# The commands, on a class


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of two, of whom one wrote exercise 1 and one exercise 2, graded once."""
    root = tmp_path_factory.mktemp("desk")
    for student, module in (("ada", "ex1_output_size"), ("ben", "ex2_padding")):
        (root / "class" / student).mkdir(parents=True)
        shutil.copy(SOLUTIONS / f"{module}.py", root / "class" / student)
    (root / "roster.csv").write_text("name,login,email,submitted\nada,a1,a@x,2026-11-23 08:00\nben,b1,b@x,\n")
    grade(root)
    return root


def grade(root: Path, *more: str) -> tuple[int, str]:
    told = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "class", "--roster", "roster.csv", "-o", "graded",
         "--workers", "1", *more],
        cwd=root, env={**os.environ, "PYTHONPATH": str(SOLUTIONS.parent)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return told.returncode, told.stdout + told.stderr


def table(root: Path) -> dict[str, dict[str, str]]:
    with (root / "graded" / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {line["student"]: line for line in csv.DictReader(file)}


def test_a_decision_is_noted_with_the_points_it_is_about_and_holds_in_later_runs(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graded = desk / "graded"
    assert main(["decide", str(graded), "a@x", "ex1", "--points", "7", "--reason", "late questions"]) == 0
    assert "ada, ex1, 7 points (the checks gave 10)" in capsys.readouterr().out
    assert main(["decide", str(graded), "b1", "--comment", "Do the others, <too>"]) == 0
    rows = (graded / "decisions.csv").read_text(encoding="utf-8").splitlines()
    assert rows == [",".join(COLUMNS), "a@x,ex1,,7,,,,late questions,10", 'b1,,,,,,"Do the others, <too>",,']

    code, told = grade(desk)
    assert code == 0 and "2 of 2 were graded before" in told  # the mark is new, the points are not
    found = table(desk)["ada"]
    assert (found["ex1"], found["total"], found["final"]) == ("10", "10", "7")
    assert (found["id"], found["login"], found["email"]) == ("", "a1", "a@x")
    assert found["changes"] == "ex1: 7 points instead of 10: late questions."
    page = (graded / "ada.html").read_text(encoding="utf-8")
    assert "7 of 100 points" in page and "ex1: 7 points instead of 10: late questions" in page
    assert "Do the others, &lt;too&gt;" in (graded / "ben.html").read_text(encoding="utf-8")
    assert json.loads((graded / "ada.results.json").read_text())["score"] == 7
    assert read_report(graded / "ada.json").mark.final == 7  # type: ignore[union-attr]

    code, _ = grade(desk, "--force")
    assert code == 0 and table(desk)["ada"]["final"] == "7"
    # points that have changed under a decision are told
    text = (graded / "decisions.csv").read_text(encoding="utf-8")
    (graded / "decisions.csv").write_text(text.replace(",10\n", ",4\n"), encoding="utf-8")
    _, told = grade(desk)
    assert "ada: row 2: the checks give ex1 10 points now, where they gave 4 when 7 was decided" in told
    # and one that is gone is forgotten
    (graded / "decisions.csv").unlink()
    grade(desk)
    assert table(desk)["ada"]["final"] == "10" and not table(desk)["ada"]["changes"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("eve", "ex1", "--points", "7", "--reason", "r"), "eve is nobody in this class"),
        (("ada", "ex1", "--points", "70", "--reason", "r"), "points is 70, which is no number from 0 to 10"),
        (("ada", "ex1.volume", "--points", "1", "--reason", "r"), "ex1 has no line 'volume'; it has "),
        (("ada", "ex1.errors", "--points", "9", "--reason", "r"), "ex1 errors is worth 2 points, not 9"),
        (("ada", "ex1"), "decides nothing"),
        (("ada", "--days", "soon", "--reason", "r"), "days is soon"),
    ],
    ids=str,
)
def test_what_cannot_be_decided_is_said_and_nothing_is_noted(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    assert main(["decide", str(desk / "graded"), *arguments]) == 2
    assert why in capsys.readouterr().err
    assert not (desk / "graded" / "decisions.csv").exists()


def test_points_that_others_gave_are_imported_and_of_several_the_mean_counts(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graded, given, mine = desk / "graded", desk / "peers.csv", desk / "imported.csv"
    given.write_text("Peer;Student;Points;Comment\nx;ada;4;Short.\ny;ben;3;\nz;ada;7,5;Clear.\n")
    options = ["decide", str(graded), "--import", str(given), "--decisions", str(mine)]
    assert main(options) == 2 and "of which exercise" in capsys.readouterr().err
    assert main([*options, "--exercise", "ex1"]) == 0
    assert "ada, ex1, 5.75 points (the checks gave 10)" in capsys.readouterr().out
    assert mine.read_text(encoding="utf-8").splitlines()[1:] == [
        'ada,ex1,,5.75,,,Short. Clear.,"graded by hand, the mean of 2",10',
        "ben,ex1,,3,,,,graded by hand,0",
    ]
    kept = mine.read_text(encoding="utf-8")
    assert (
        main([*options, "--exercise", "ex1"]) == 2 and "row 2 decides that already" in capsys.readouterr().err
    )
    for text, why in (
        ("student,points\neve,1\n", "row 4: eve is nobody in this class"),
        ("student,points\nada,x\n", "peers.csv, row 2: points is x"),
        ("student,points\nada,\n", "row 2: needs a student and points"),
        ("student,grade\nada,1\n", "no column points"),
        ("student,points\n", "has no rows"),
    ):
        given.write_text(text)
        assert main([*options, "--exercise", "ex2"]) == 2 and why in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == kept


def test_the_mark_of_a_spreadsheet_stays_and_no_row_is_lost_in_an_open_cell(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = desk / "spreadsheet.csv"
    options = ["decide", str(desk / "graded"), "ada", "ex1", "--points", "7", "--reason", "r"]
    mine.write_text("student;exercise;points;reason\n", encoding="utf-8-sig")
    assert main([*options, "--decisions", str(mine)]) == 0
    assert mine.read_bytes() == b"\xef\xbb\xbfstudent;exercise;points;reason\nada;ex1;7;r\n"
    before = 'student,exercise,points,reason\nben,ex1,3,"r\n'
    mine.write_text(before)
    assert main([*options, "--decisions", str(mine)]) == 2
    assert "a quotation mark" in capsys.readouterr().err and mine.read_text() == before


def test_decisions_that_cannot_be_carried_out_stop_the_run_before_anything_is_graded(desk: Path) -> None:
    (desk / "mine.csv").write_text("student,exercise,points,reason\neve,ex1,1,r\n")
    code, told = grade(desk, "--decisions", "mine.csv")
    assert code == 2 and told == "autograder: mine.csv, row 2: eve is nobody in this class; " + (
        "a student is named by name, login, email or id\n"
    )
    code, told = grade(desk, "--decisions", "none.csv")
    assert code == 2 and "there is no such file" in told


# A table of times


def arrived(path: Path, text: str) -> list[datetime | None]:
    path.write_text(text, encoding="utf-8")
    return [each.submitted for each in with_times(CLASS, path)]


def test_a_table_tells_when_hand_ins_came(tmp_path: Path) -> None:
    when = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
    of_canvas = [
        {"user_id": 7, "submitted_at": "2026-11-20T22:59:00Z"},
        {"user_id": 8, "submitted_at": None},
    ]
    assert arrived(tmp_path / "a.json", json.dumps(of_canvas)) == [None, when, None]
    assert arrived(tmp_path / "a.csv", "login,submitted at\nADA1,2026-11-20 23:59 +0100\n") == [
        when,
        None,
        None,
    ]


def test_a_table_may_tell_what_is_known_already(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("login,submitted\nada1,2026-11-20 23:59 +0100\n")
    (known,) = with_times(CLASS[:1], path)
    assert with_times([known], path) == [known]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.json", "{}", "has a time for none"),
        ("a.json", "[1]", "not what Canvas's API says"),
        ("a.json", "[" * 100_000, "not what Canvas's API says"),
        ("a.csv", "login,submitted\neve,2026-11-20 23:59\n", "has a time for none"),
        ("a.csv", "login,submitted\nada1,yesterday\n", "yesterday of ada1 is no time, such as 2026-11-20T"),
        ("a.csv", "submitted\n2026-11-20 23:59\n", "--times a.csv: no column is called name"),
    ],
)
def test_a_table_without_times_is_refused(tmp_path: Path, name: str, text: str, why: str) -> None:
    with pytest.raises(SubmissionError) as told:
        arrived(tmp_path / name, text)
    assert why in str(told.value).replace(str(tmp_path) + "/", "")


# A class of 500


def test_in_a_class_of_500_everybody_gets_the_own_grade(tmp_path: Path) -> None:
    class_ = {
        f"s{n}": ClassSubmission(
            f"s{n}", Path("x"), f"login{n}", ids={"canvas_id": str(n + 1)}, submitted=DUE
        )
        for n in range(500)
    }
    lines = [f"login{n},ex1,{n % 10},r{n}" for n in range(0, 500, 5)]
    (tmp_path / "decisions.csv").write_text("\n".join(["student,exercise,points,reason", *lines, ""]))
    decisions = read_decisions(tmp_path / "decisions.csv", class_.values(), exercises())
    assert len(decisions) == 100
    decided = Decided(LATE, decisions)
    rows = [
        (name, row(marked(replace(REPORT, student=name), decided.circumstances(entry, None))))
        for name, entry in class_.items()
    ]
    finals = {name: 25 - 10 + n % 10 if n % 5 == 0 else 25 for n, name in enumerate(class_)}
    assert {name: found.final for name, found in rows} == finals
    write_grades(tmp_path / "grades.csv", rows, {}, Faults())
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        assert {line["student"]: float(line["final"]) for line in csv.DictReader(file)} == finals
    write_imports(tmp_path, class_, rows, Exported(), LATE, {}, Faults())
    with (tmp_path / "canvas.csv").open(encoding="utf-8", newline="") as file:
        sent = {line["ID"]: float(line["03 Convolutions"]) for line in csv.DictReader(file) if line["ID"]}
    assert sent == {str(n + 1): finals[f"s{n}"] for n in range(500)}


def test_points_for_500_are_imported_at_once(tmp_path: Path) -> None:
    given = tmp_path / "assistants.csv"
    given.write_text("\n".join(["student,points", *(f"login{n},{n % 11}" for n in range(500)), ""]))
    rows = [
        {"student": student, "exercise": "ex1", "points": f"{points[0].points:g}", "reason": "by hand"}
        for student, points in manual_points(given).items()
    ]
    (tmp_path / "decisions.csv").write_text(with_rows("", rows))
    class_ = [ClassSubmission(f"s{n}", None, f"login{n}") for n in range(500)]
    found = read_decisions(tmp_path / "decisions.csv", class_, exercises())
    assert {name: each[0].points for name, each in found.items()} == {f"s{n}": n % 11 for n in range(500)}
