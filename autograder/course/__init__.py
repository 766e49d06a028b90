"""The hidden half of the course: what only its instructors have. `COURSE` is what the autograder is handed.

`suites` has the hidden checks, `operators` what no hand-in can call, and `stand_ins` the right answers that take the
place of a wrong exercise where others build on it.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.course.operators import OPERATORS
from autograder.paths import STAND_INS, SUITES
from exercises.course import COURSE as PUBLIC

COURSE = replace(
    PUBLIC, module=__name__, operators={**OPERATORS, **PUBLIC.operators}, suites=SUITES, stand_ins=STAND_INS
)
