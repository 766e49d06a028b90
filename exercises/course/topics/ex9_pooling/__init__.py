"""What stands behind the checks of exercise 9: `pooling` has the right answers, `mistakes` how it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

from exercises.course.oracle import pair
from exercises.course.topics.ex9_pooling.mistakes import MISCONCEPTIONS
from exercises.course.topics.ex9_pooling.pooling import avg_pool2d, max_pool2d
from exercises.course.visualizer_link import opened
from exercises.feedback.calls import Call
from exercises.feedback.oracle import Oracle
from exercises.feedback.rule import Operators, Rule
from exercises.feedback.topic import Topic

_POOL = r"\w*pool\w*"


def link(call: Call, worst: Sequence[int] | None = None) -> str:
    """What opens the visualizer at a call, in its mode for pooling; empty if it cannot show it.

    The page always rounds sizes down, and its means count the padding.
    """
    given = Oracle({f.__name__: f for f in (max_pool2d, avg_pool2d)}).arguments(call)
    x, kernel, stride, padding = (given[name] for name in ("x", "kernel_size", "stride", "padding"))
    if (
        x.dim() != 4
        or given["ceil_mode"]
        or (any(pair(padding)) and not given.get("count_include_pad", True))
    ):
        return ""
    sizes = {
        "in": tuple(x.shape[2:]),
        "ch": (x.shape[1], x.shape[1]),
        "k": pair(kernel),
        "p": pair(padding),
        "s": pair(kernel if stride is None else stride),
        "d": pair(given.get("dilation", 1)),
    }
    return opened(x, sizes, [f"pool={call.function.removesuffix('_pool2d')}"], worst)


TOPIC = Topic(
    fragment=link,
    references=(max_pool2d, avg_pool2d),
    misconceptions=MISCONCEPTIONS,
    rules={
        "pooling": Rule(
            "this exercise asks you to write it yourself",
            (
                rf"torch\.{_POOL}",
                rf"torch\.nn\.functional\.{_POOL}",
                r"torch\.nn(\.\w+)*\.\w*Pool(\dd|Nd)\w*",
                rf"torch\.ops\.\w+\.{_POOL}",
                rf"torch\.(_C(\.\w+)?|_VF|_decomp(\.\w+)*|_refs(\.\w+)*)\.{_POOL}",
                rf"torch\.ao(\.\w+)*\.{_POOL}",
            ),
        )
    },
    operators={
        "pooling": Operators(
            words=("_pool",),
            fair=("alloc_from_pool",),
            symbols=("pool",),
            functions=tuple(
                f"torch._decomp.decompositions.{name}"
                for name in (
                    "_max_pool_nd_with_indices",
                    "adaptive_avg_pool2d",
                    "adaptive_max_pool2d",
                    "adaptive_max_pool3d",
                )
            ),
        )
    },
    categories={
        "padding": "what surrounds the picture, and what of it counts",
        "rest": "pixels left over at the end",
    },
)
