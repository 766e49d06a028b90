"""Torch's own convolutions and paddings: no hand-in can call what its exercise forbids while it is graded."""

from __future__ import annotations

from exercises.course.rules import PACKAGES
from exercises.feedback.rule import Operators

_DECOMPOSED = "torch._decomp.decompositions"
_EXPANDED = "torch.nn.utils._expanded_weights.conv_utils"
OPERATORS = {
    # every exercise forbids it, so that no worker has it
    "convolution": Operators(
        words=("conv", "im2col", "col2im"),
        fair=("convert", "conversion"),
        symbols=("onv", "2col", "2Col", "col2"),  # a search for each takes a while
        functions=(
            f"{_DECOMPOSED}.im2col",
            f"{_DECOMPOSED}.col2im",
            f"{_EXPANDED}.unfold3d",
            f"{_EXPANDED}.conv_unfold_weight_grad_sample",
        ),
        classes={"torch.nn.modules.conv._ConvNd": "torch.nn.Conv2d"},
        of_numpy=("convolve", "correlate", "correlate2"),
        script=("prim::mkldnn_convolution",),
        always=True,
    ),
    "padding": Operators(
        words=("aten::constant_pad_nd", "aten::reflection_pad", "aten::replication_pad", "aten::pad"),
        symbols=("constant_pad", "tion_pad", "pad_circular"),
        functions=(f"{_DECOMPOSED}._reflection_or_replication_pad", "torch._refs.constant_pad_nd"),
    ),
    "packages": Operators(packages=PACKAGES, always=True),
}
