"""What stands behind the checks of exercise 8: the receptive field of layers, and what a layer costs."""

from __future__ import annotations

from exercises.course.topics.ex8_receptive_field import layer_costs, receptive_fields
from exercises.feedback.topic import Topic

TOPIC = Topic(
    references=(
        receptive_fields.jump,
        receptive_fields.receptive_field,
        layer_costs.count_parameters,
        layer_costs.count_multiplications,
    ),
    misconceptions=(*receptive_fields.TABLE, *layer_costs.TABLE),
    categories={
        "receptive field": "how much one number sees, and how far its neighbour is",
        "cost": "parameters and multiplications of a layer",
        "groups": "each kernel sees the channels of its own group",
    },
)
