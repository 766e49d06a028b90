"""What stands behind the checks of exercise 14: gradient descent on one kernel.

`descent` has the right answer, `misconceptions` with `variations` how it goes wrong, `drawing` the picture of a
kernel on its way, and this module what no number tells.
"""

from __future__ import annotations

from exercises.course.topics.ex14_learn.descent import (
    FUNCTION,
    NOISE,
    SECTION,
    learn_kernel,
    learn_kernel_without_cancelling,
)
from exercises.course.topics.ex14_learn.drawing import development
from exercises.course.topics.ex14_learn.misconceptions import MISCONCEPTIONS
from exercises.feedback.cause import Cause
from exercises.feedback.rule import Operators, Rule
from exercises.feedback.topic import Topic

CAUSES = (
    Cause(
        "learn-noise-is-constant",
        "the kernel starts with equal numbers",
        "Without `start`, all numbers of the kernel are the same at the start. Begin with noise: a network whose "
        "kernels all begin alike would keep them alike.",
        SECTION,
    ),
    Cause(
        "learn-noise-of-other-scale",
        "the noise has another mean or deviation",
        f"The noise at the start has another mean or standard deviation than 0 and {NOISE}. `torch.randn` gives "
        "numbers with mean 0 and standard deviation 1, `torch.rand` numbers between 0 and 1.",
        SECTION,
    ),
    Cause(
        "learn-noise-repeats",
        "two runs start with the same noise",
        "Two calls without `start` begin with the same numbers. If the generator is seeded in your function, leave "
        "that to whoever calls it: `torch.manual_seed` would make all later random numbers of the program repeat.",
        SECTION,
    ),
    Cause(
        "learn-still-in-the-graph",
        "the result still requires a gradient",
        "What you return still requires a gradient, so it holds on to the graph it was computed in. Return "
        "`kernel.detach()` and losses that were detached.",
        SECTION,
    ),
    Cause(
        "learn-start-requires-a-gradient",
        "start requires a gradient after the call",
        "The caller's `start` requires a gradient after the call. `requires_grad_()` changes the tensor it is called "
        "on, so make a copy first: `start.clone()`.",
        SECTION,
    ),
)
# the functions that do the work of torch's optimisers, each in the module of its class
_FUNCTIONAL = (
    "adadelta", "adagrad", "adam", "adamax", "adamw", "asgd", "nadam", "radam", "rmsprop", "rprop", "sgd",
)  # fmt: skip
TOPIC = Topic(
    references=(learn_kernel,),
    without_cancelling={FUNCTION: learn_kernel_without_cancelling},
    misconceptions=MISCONCEPTIONS,
    causes=CAUSES,
    rules={
        "optimisers": Rule(
            "this exercise asks you to write the update yourself",
            (
                r"torch\.optim(\.\w+)*",
                r"torch\.distributed\.optim(\.\w+)*",
                r"torch\._(foreach|fused)_\w*(adam|sgd|adagrad)\w*",
                r"torch\.ops\.\w+\._fused_\w*(adam|sgd|adagrad)\w*",
                r"torch\.(_C(\.\w+)?|_VF)\._fused_\w*(adam|sgd|adagrad)\w*",
            ),
        )
    },
    operators={
        "optimisers": Operators(
            words=("aten::_fused_adam", "aten::_fused_sgd", "aten::_fused_adagrad"),
            functions=tuple(f"torch.optim.{name}.{name}" for name in _FUNCTIONAL),
            classes={"torch.optim.optimizer.Optimizer": "torch.optim"},
        )
    },
    categories={
        "start": "the noise that learning begins with",
        "recovery": "kernels that were never shown are found",
    },
    development=development,
)
