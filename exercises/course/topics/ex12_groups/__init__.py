"""What stands behind the checks of exercise 12: the right answers with groups, and how they go wrong.

`grouped` and `separable` each have one of the two functions.
"""

from __future__ import annotations

from exercises.course.topics.ex12_groups import grouped, separable
from exercises.feedback.topic import Topic

TOPIC = Topic(
    references=(grouped.conv2d_grouped, separable.depthwise_separable),
    misconceptions=(*grouped.MISCONCEPTIONS, *separable.MISCONCEPTIONS),
    categories={"groups": "which input channels an output channel looks at"},
)
