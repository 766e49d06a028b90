"""What a course knows of one exercise, in a module of its own that nothing else has to name."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, TypeVar

from exercises.feedback.calls import Call
from exercises.feedback.cause import Cause
from exercises.feedback.course import Course, Detail, no_development, no_link
from exercises.feedback.misconception import Family, Misconception
from exercises.feedback.rule import Operators, Rule

_MODULE = re.compile(r"ex\d+_\w+")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Topic:
    """What stands behind the checks of an exercise.

    Attributes:
        references: the right answers, functions named as the students' are; see `Oracle.functions`.
        without_cancelling: see `Oracle`.
        conditions: see `Oracle`.
        misconceptions: ways to get numbers wrong, the likelier first.
        families: those that differ by a number of the student's own.
        causes: what explains other failures.
        rules: what the exercise may forbid beside what the course's others may, by the names that stand in headers.
        operators: what of these rules no student code can call while it is graded, by the same names.
        categories: what its rubric lines can be about, beside what every course's can, in words for students.
        fragment: what opens the visualizer at a call of its functions; see `Course`.
        development: what the answers to its functions show together; see `Course`.
        valueless: those of its categories whose rubric lines look at no result: zeros may earn them.
    """

    references: Sequence[Callable[..., Any]] = ()
    without_cancelling: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    conditions: Mapping[str, Callable[[Any, float], float]] = field(default_factory=dict)
    misconceptions: Sequence[Misconception] = ()
    families: Sequence[Family] = ()
    causes: Sequence[Cause] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    operators: Mapping[str, Operators] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    fragment: Callable[[Call, Sequence[int] | None], str] = no_link
    development: Callable[[Sequence[tuple[Call, Any]]], Sequence[Detail]] = no_development
    valueless: Sequence[str] = ()


def with_topics(course: Course, package: str) -> Course:
    """The course with what a package knows of its exercises, in modules that are named as theirs and have a `TOPIC`.

    What the course has of its own comes first.
    """
    topics = _gathered(package)
    every = topics.values()
    oracle = course.oracle
    fragments = {f.__name__: each.fragment for each in every for f in each.references}

    def fragment(call: Call, worst: Sequence[int] | None = None) -> str:
        return fragments.get(call.function, course.fragment)(call, worst)

    developments = {f.__name__: each.development for each in every for f in each.references}

    def development(answers: Sequence[tuple[Call, Any]]) -> Sequence[Detail]:
        functions = {call.function for call, _ in answers}
        if len(functions) != 1:
            return ()
        return developments.get(functions.pop(), course.development)(answers)

    return replace(
        course,
        oracle=replace(
            oracle,
            functions={**oracle.functions, **{f.__name__: f for each in every for f in each.references}},
            without_cancelling=_merged(
                oracle.without_cancelling, (each.without_cancelling for each in every)
            ),
            conditions=_merged(oracle.conditions, (each.conditions for each in every)),
        ),
        misconceptions=(*course.misconceptions, *chain.from_iterable(each.misconceptions for each in every)),
        families=(*course.families, *chain.from_iterable(each.families for each in every)),
        causes={**course.causes, **{cause.name: cause for each in every for cause in each.causes}},
        rules=_merged(course.rules, (each.rules for each in every)),
        operators=_merged(course.operators, (each.operators for each in every)),
        categories=_merged(course.categories, (each.categories for each in every)),
        fragment=fragment,
        development=development,
        valueless=course.valueless
        | {(module, category) for module, each in topics.items() for category in each.valueless},
    )


def _gathered(package: str) -> dict[str, Topic]:
    """The topics by the names of their modules, in the order of the exercises."""
    found = importlib.import_module(package)
    names = [each.name for each in pkgutil.iter_modules(found.__path__) if _MODULE.fullmatch(each.name)]
    names.sort(key=lambda name: int(name[2:].split("_")[0]))
    return {name: importlib.import_module(f"{package}.{name}").TOPIC for name in names}


def _merged(own: Mapping[str, Value], others: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    return dict(chain(own.items(), *(each.items() for each in others)))
