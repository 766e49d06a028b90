"""The table of misconceptions.

The entries stand in six modules: `sizes` (numbers: exercises 1 and 2), `sums` (what is multiplied and
added: from exercise 3 on), `placing` (stride and padding: exercises 2, 4, 5 and 7), `spacing` (dilation:
exercises 5 and 7), `squares` (sizes taken for granted: from exercise 3 on), `pictures` (exercise 6). `fitted` holds
the families, whose members differ by numbers that are read off the answer.
"""

from __future__ import annotations

from exercises.course.misconceptions import fitted, pictures, placing, sizes, spacing, squares, sums
from exercises.feedback.misconception import Family, Misconception

MISCONCEPTIONS: tuple[Misconception, ...] = (
    *sizes.TABLE,
    *sums.TABLE,
    *placing.TABLE,
    *spacing.TABLE,
    *squares.TABLE,
    *pictures.TABLE,
)
FAMILIES: tuple[Family, ...] = fitted.FAMILIES
