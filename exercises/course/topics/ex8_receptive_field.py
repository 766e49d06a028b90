"""What stands behind the checks of exercise 8: Receptive field and cost."""

from __future__ import annotations

from exercises.feedback.misconception import Misconception
from exercises.feedback.topic import Topic

# For you, the author: students get this file. Replace the example. A reference is the right answer to every call,
# written in another way than an answer to the task, or by torch; with it the checks of exercises/feedback/checks.py
# (must_return, must_raise, ...) need no numbers. A mistake that you expect is a Misconception: students are then told
# what is wrong, and it costs them only the lines that are about it.


def receptive_field(first: int, last: int) -> int:
    """As Python counts."""
    return len(range(first, last + 1))


TOPIC = Topic(
    references=(receptive_field,),
    misconceptions=(
        Misconception(
            "receptive-field-without-the-first",
            ("receptive_field",),
            "You seem to count the steps from one number to the next. There is always one number more than steps.",
            "#your-turn",
            lambda first, last: last - first,
        ),
    ),
)
