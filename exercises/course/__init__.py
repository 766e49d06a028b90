"""What this package is about: convolutions, and how they go wrong. The engine is handed it as `COURSE`.

`oracle` has the right answers, `layer_oracle` those of a layer; `layer_checks`, with `layer_problem` and
`layer_failures`, is the vocabulary for checks of a layer, and `layer_on_paper` its worked examples; `misconceptions`
and `causes` explain what is wrong and send to one of the `sections`, `errors` and `bias` find out whether they do;
`rules` says what an exercise may forbid; `large_layer` is the layer of the check that asks for speed, and `speed`
tells how long it will take; `visualizer_link` opens the visualizer at a failing call, and `close_up` is what of it is
drawn in a picture. What is about a single exercise of another track stands in a module of `topics`.
"""

from __future__ import annotations

from exercises.course import errors
from exercises.course.bias import adds_bias_once
from exercises.course.causes import CAUSES
from exercises.course.close_up import close_up
from exercises.course.misconceptions import FAMILIES, MISCONCEPTIONS
from exercises.course.oracle import ORACLE
from exercises.course.rules import RULES
from exercises.course.visualizer_link import fragment
from exercises.feedback.calls import Call
from exercises.feedback.catalogue import course_info, exercises
from exercises.feedback.course import Course
from exercises.feedback.steps import Raised
from exercises.feedback.topic import with_topics


def cause_of_error(error: Raised, call: Call) -> str:
    """The name of the cause of an exception; empty where that cannot be said."""
    return errors.cause_of_error(COURSE.oracle, error, call)  # which knows the exercises of `topics` too


_CORE = Course(
    module=__name__,
    info=course_info(),
    exercises=exercises(),
    oracle=ORACLE,
    misconceptions=MISCONCEPTIONS,
    families=FAMILIES,
    causes=CAUSES,
    cause_of_error=cause_of_error,
    rules=RULES,
    follows={"bias": adds_bias_once},
    categories={
        "bias": "the bias is added once to each output value",
        "combinations": "stride, padding and dilation together",
        "padding by name": '"same" and "valid"',
        "pairs": "two numbers, (vertical, horizontal)",
        "parameters": "weight and bias: names, shapes, start values",
        "properties": "what holds for every convolution, whatever the numbers",
        "shapes": "pictures and kernels that are not square, or very small",
        "stride": "sizes are rounded down",
    },
    # lines about the layer's parameters and its printed form
    valueless=frozenset({("ex7_layer", "parameters"), ("ex7_layer", "manners")}),
    fragment=fragment,
    close_up=close_up,
)
COURSE = with_topics(_CORE, f"{__name__}.topics")
