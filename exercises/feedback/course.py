"""What an exercise package is about, in one place: the engine is handed a `Course`, and knows no other.

A course is made where its content stands, by `COURSE = Course(__name__, …)`. What only its instructors have is added
there: `dataclasses.replace(COURSE, module=__name__, suites=…)`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.catalogue import CourseInfo, Exercise
from exercises.feedback.categories import CATEGORIES
from exercises.feedback.cause import Cause
from exercises.feedback.misconception import Family, Misconception
from exercises.feedback.oracle import Oracle
from exercises.feedback.rule import Operators, Rule
from exercises.feedback.steps import Raised


def no_cause(_error: Raised, _call: Call) -> str:
    """For courses that explain no exception of their own."""
    return ""


def no_link(_call: Call, _worst: Sequence[int] | None = None) -> str:
    """For courses that have nothing to look at."""
    return ""


@dataclass(frozen=True)
class Detail:
    """What is drawn beside others: numbers along two axes as a grid, along one as a curve, with a title."""

    title: str
    subtitle: str
    values: Tensor


def no_details(_call: Call, _worst: Sequence[int]) -> Sequence[Detail]:
    """For courses whose answers have no parts to look at."""
    return ()


def no_development(_answers: Sequence[tuple[Call, Any]]) -> Sequence[Detail]:
    """For functions whose answers do not belong together."""
    return ()


@dataclass(frozen=True, eq=False)
class Course:
    """The content of an exercise package. It travels to other processes by the name of the module that makes it.

    Attributes:
        module: where it is made, under the name `COURSE`.
        info: its title and what else it says of itself.
        exercises: in their order.
        oracle: the right answers.
        misconceptions: ways to get numbers wrong, the likelier first.
        families: those that differ by a number of the student's own.
        causes: what explains other failures, by name. The checks ask for some by names of theirs; what is not there
            stays unexplained.
        cause_of_error: the name of the cause of an exception of a student's code, where the course knows one.
        rules: what an exercise may forbid, by the names that stand in headers.
        operators: what of it no student code can call while it is graded, by the same names.
        follows: categories of rubric lines that are about something else than values under some misconceptions, and
            whether they are, for a misconception and the function that the exercise is about.
        categories: what rubric lines can be about, beside what every course's can, each in words for students.
        valueless: exercise modules with categories of rubric lines that look at no result: zeros may earn them.
        fragment: what opens the visualizer at a call and its worst number; empty where it cannot show that.
        close_up: what of a call's arguments meets at the worst place of its answer, to be drawn beside it.
        development: what the calls that one check has made show together, with their answers as `steps.run` gives
            them: drawn for whoever asks for pictures, right or wrong.
        suites: the folder of the hidden suites, where there are any.
        stand_ins: the folder of the right answers for an exercise that others build on.
    """

    module: str
    info: CourseInfo
    exercises: tuple[Exercise, ...]
    oracle: Oracle
    misconceptions: tuple[Misconception, ...] = ()
    families: tuple[Family, ...] = ()
    causes: Mapping[str, Cause] = field(default_factory=dict)
    cause_of_error: Callable[[Raised, Call], str] = no_cause
    rules: Mapping[str, Rule] = field(default_factory=dict)
    operators: Mapping[str, Operators] = field(default_factory=dict)
    follows: Mapping[str, Callable[[Misconception, str], bool]] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    valueless: frozenset[tuple[str, str]] = frozenset()
    fragment: Callable[[Call, Sequence[int] | None], str] = no_link
    close_up: Callable[[Call, Sequence[int]], Sequence[Detail]] = no_details
    development: Callable[[Sequence[tuple[Call, Any]]], Sequence[Detail]] = no_development
    suites: Path | None = None
    stand_ins: Path | None = None

    @property
    def meanings(self) -> dict[str, str]:
        """What any of its rubric lines can be about, in words for students."""
        return {**CATEGORIES, **self.categories}

    def rules_of(self, exercise: Exercise) -> dict[str, Rule]:
        """What an exercise forbids, by name."""
        return {name: self.rules[name] for name in exercise.forbids}

    def __reduce__(self) -> tuple[Any, ...]:
        return made_in, (self.module,)


def made_in(module: str) -> Course:
    """The course that a module makes."""
    course: Course = importlib.import_module(module).COURSE
    return course
