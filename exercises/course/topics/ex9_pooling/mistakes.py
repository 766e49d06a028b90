"""How pooling goes wrong."""

from __future__ import annotations

from dataclasses import replace

from exercises.course.topics.ex9_pooling.pooling import pooling
from exercises.feedback.misconception import Misconception

MAX, MEAN = ("max_pool2d",), ("avg_pool2d",)
BOTH = (*MAX, *MEAN)
SECTION = "#pooling"

MISCONCEPTIONS = (
    Misconception(
        "pool-padded-with-zeros",
        "the padding of the maximum is made of zeros",
        MAX,
        "The padding seems to be made of zeros. Where all pixels of a window are negative, a zero wins. Padding "
        "must never be the largest: it has to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(0.0)),
    ),
    Misconception(
        "pool-stride-one-if-none",
        "the window moves by 1 without a stride",
        BOTH,
        "Without a stride the window seems to move by 1. In pooling, it then moves by its own size on each axis.",
        SECTION,
        lambda x, kernel_size, stride, *others: pooling(lambda s: s.run())(
            x, kernel_size, 1 if stride is None else stride, *others
        ),
    ),
    Misconception(
        "pool-stride-ignored",
        "the pooling stride is ignored",
        BOTH,
        "The stride seems to be left out: the window moves by its own size. That is right only where no stride is "
        "given.",
        SECTION,
        pooling(lambda s: s.run(stride=s.kernel)),
    ),
    Misconception(
        "pool-stride-swapped",
        "the two pooling strides are swapped",
        BOTH,
        "The two strides seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(stride=s.stride[::-1])),
    ),
    Misconception(
        "pool-window-swapped",
        "height and width of the window are swapped",
        BOTH,
        "Height and width of the window seem to be swapped. A pair is (vertical, horizontal): rows first, like the "
        "shape.",
        SECTION,
        pooling(lambda s: s.run(kernel=s.kernel[::-1])),
    ),
    Misconception(
        "pool-window-and-stride-swapped",
        "window and stride have their axes swapped",
        BOTH,
        "Height and width of the window seem to be swapped, and those of its steps with them. A pair is (vertical, "
        "horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(kernel=s.kernel[::-1], stride=s.stride[::-1])),
    ),
    Misconception(
        "pool-padding-swapped",
        "the two pooling paddings are swapped",
        BOTH,
        "The two paddings seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape. "
        "`torch.nn.functional.pad` counts the other way, from the last axis.",
        SECTION,
        pooling(lambda s: replace(s, padding=s.padding[::-1]).by_hand(s.sticking_out())),
    ),
    Misconception(
        "pool-padding-ignored",
        "the pooling padding is ignored",
        BOTH,
        "The padding seems to be left out: your answer is the one without a frame.",
        SECTION,
        pooling(lambda s: s.run(padding=(0, 0))),
    ),
    Misconception(
        "pool-dilation-ignored",
        "the pooling dilation is ignored",
        MAX,
        "The dilation seems to be left out: the numbers of your windows lie side by side.",
        SECTION,
        pooling(lambda s: s.run(dilation=(1, 1))),
    ),
    Misconception(
        "pool-dilation-swapped",
        "the two pooling dilations are swapped",
        MAX,
        "The two dilations seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(dilation=s.dilation[::-1])),
    ),
    Misconception(
        "pool-dilation-filled",
        "the dilated window has no gaps",
        MAX,
        "The window seems to have the size of a dilated one, but no gaps: numbers between its places count too. "
        "Only every d-th number along an axis belongs to it.",
        SECTION,
        pooling(lambda s: replace(s, kernel=s.span, dilation=(1, 1)).largest()),
    ),
    Misconception(
        "pool-ceil-ignored",
        "ceil_mode is ignored",
        BOTH,
        "`ceil_mode` seems to be left out: your sizes are rounded down. With it they are rounded up, so that the "
        "last window may stick out.",
        SECTION,
        pooling(lambda s: s.run(ceil=False)),
    ),
    Misconception(
        "pool-ceil-always",
        "sizes are rounded up without ceil_mode",
        BOTH,
        "The sizes seem to be rounded up where they should be rounded down. Only with `ceil_mode` may a window "
        "stick out.",
        SECTION,
        pooling(lambda s: s.run(ceil=True)),
    ),
    Misconception(
        "pool-ceil-one-too-many",
        "ceil_mode adds a window behind the picture",
        BOTH,
        "With `ceil_mode` there seems to be a window that starts behind the picture. It has to start on the "
        "picture, or on the padding in front of it; else it is left out.",
        SECTION,
        pooling(lambda s: s.by_hand(s.sticking_out(exception=False))),
    ),
    Misconception(
        "pool-all-padded-with-zeros",
        "padding and ceil_mode add zeros",
        MAX,
        "Whatever is not picture seems to be 0. Where all pixels of a window are negative, a zero wins. Padding, "
        "and what `ceil_mode` adds, must never be the largest: it has to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(0.0, 0.0)),
    ),
    Misconception(
        "pool-ceil-padded-with-zeros",
        "ceil_mode adds zeros",
        MAX,
        "What `ceil_mode` adds behind the picture seems to be made of zeros. It must never be the largest: it has "
        "to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(beyond=0.0)),
    ),
    Misconception(
        "pool-same-divisor",
        "every sum is divided by the whole window",
        MEAN,
        "Every sum seems to be divided by the size of the whole window. What `ceil_mode` lets stick out does not "
        "count, nor does padding if `count_include_pad` is False.",
        SECTION,
        pooling(lambda s: replace(s, counted=True).means(beyond=1.0)),
    ),
    Misconception(
        "pool-ceil-counts",
        "what ceil_mode adds counts in the mean",
        MEAN,
        "What `ceil_mode` lets stick out beyond the picture and its padding seems to count as zeros. It does not: "
        "divide by fewer there.",
        SECTION,
        pooling(lambda s: s.means(beyond=1.0)),
    ),
    Misconception(
        "pool-padding-always-counts",
        "count_include_pad=False is ignored",
        MEAN,
        "The zeros of the padding seem to count always. With `count_include_pad=False`, divide by the number of "
        "pixels in the window.",
        SECTION,
        pooling(lambda s: s.run(counted=True)),
    ),
    Misconception(
        "pool-padding-never-counts",
        "the padding never counts in the mean",
        MEAN,
        "The zeros of the padding seem not to count. They do, as numbers like others, unless `count_include_pad` is "
        "False.",
        SECTION,
        pooling(lambda s: s.run(counted=False)),
    ),
    Misconception(
        "pool-sum",
        "the sum is not divided",
        MEAN,
        "The numbers of each window seem to be added up, but not divided by how many they are.",
        SECTION,
        pooling(lambda s: s.sums(s.x, 0.0, 0.0, s.sticking_out())),
    ),
    Misconception(
        "pool-max-for-mean",
        "the largest number is taken for the mean",
        MEAN,
        "You seem to take the largest number of each window. Mean pooling gives the mean.",
        SECTION,
        pooling(lambda s: s.run(mean=False)),
    ),
    Misconception(
        "pool-largest-without-sign",
        "the largest number is found without its sign",
        MAX,
        "You seem to look for the number that is furthest from 0, or to drop signs first. Max pooling keeps the "
        "largest number, so that any positive one wins over a negative one.",
        SECTION,
        pooling(lambda s: s.run(x=s.x.abs())),
    ),
    Misconception(
        "pool-over-channels",
        "the channels are pooled too",
        BOTH,
        "The channels seem to be pooled too: your result has one. Each channel is pooled on its own, and as many "
        "come out as went in.",
        SECTION,
        pooling(lambda s: s.run().mean(1, True) if s.mean else s.run().amax(1, True)),
    ),
)
