"""What stands behind the checks of exercise 12: the right answers with groups, and how they go wrong.

`grouped` and `separable` each have one of the two functions.
"""

from __future__ import annotations

from collections.abc import Sequence

from exercises.course.topics.ex12_groups import grouped, separable
from exercises.course.visualizer_link import of_convolution
from exercises.feedback.calls import Call
from exercises.feedback.oracle import Oracle
from exercises.feedback.topic import Topic

_SHOWN = Oracle({"conv2d_grouped": grouped.conv2d_grouped})  # the page cannot show two layers


def link(call: Call, worst: Sequence[int] | None = None) -> str:
    """What opens the visualizer at a call, in its mode for groups; empty if it cannot show it."""
    return of_convolution(_SHOWN.arguments(call), worst) if call.function in _SHOWN.functions else ""


TOPIC = Topic(
    references=(grouped.conv2d_grouped, separable.depthwise_separable),
    misconceptions=(*grouped.MISCONCEPTIONS, *separable.MISCONCEPTIONS),
    fragment=link,
    categories={"groups": "which input channels an output channel looks at"},
)
