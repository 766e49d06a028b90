"""The hidden half of the course."""

from __future__ import annotations

from dataclasses import replace

from autograder.paths import SUITES
from exercises.course import COURSE as PUBLIC
from exercises.feedback.rule import Operators

COURSE = replace(
    PUBLIC, module=__name__, operators={"ready-made": Operators(words=("aten::add.out",))}, suites=SUITES
)
