"""What stands behind the checks of exercise 13: the right answers, how they go wrong, and what makes them slow.

`race` has what the code is measured beside, `mistakes` the ways to get the numbers wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from exercises.course.topics.ex13_fast import mistakes
from exercises.course.visualizer_link import of_convolution
from exercises.feedback.calls import Call
from exercises.feedback.cause import Cause
from exercises.feedback.oracle import Oracle
from exercises.feedback.topic import Topic

_SHOWN = Oracle({"conv2d_fast": mistakes.conv2d_fast})
SECTION = "#what-makes-a-convolution-fast"


def link(call: Call, worst: Sequence[int] | None = None) -> str:
    """What opens the visualizer at a call; empty if it cannot show it."""
    return of_convolution(_SHOWN.arguments(call), worst)


TOPIC = Topic(
    references=(mistakes.conv2d_fast,),
    misconceptions=mistakes.MISCONCEPTIONS,
    families=mistakes.FAMILIES,
    causes=(
        Cause(
            "fast-beside-the-loop",
            "slower than asked for beside a plain loop",
            "The first step is the cheapest one: no loop over the places of the output. Loop over the taps of the "
            "kernel, which are far fewer; a slice with a step has the pixels under one tap for all places at once.",
            SECTION,
        ),
        Cause(
            "fast-beside-torch",
            "slower than asked for beside torch",
            "Compute what is asked for and nothing else: no products with the zeros between two taps, no places that "
            "the stride leaves out. Then let one matrix product, or one for each tap, do all the multiplications.",
            SECTION,
        ),
    ),
    fragment=link,
    categories={"speed": "how fast it is beside torch's own and a loop"},
)
