"""What an exercise may forbid: groups of names, and why they are not allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Names that go together, as patterns of full dotted names, and why they are not allowed."""

    reason: str
    patterns: tuple[str, ...]


_CONV = r"\w*[Cc]onv(?!ert)\w*"  # "convert" is another matter
GROUPS: dict[str, Group] = {
    "convolution": Group(
        "this exercise asks you to write it yourself",
        (
            rf"torch\.{_CONV}",
            rf"torch\.nn\.(functional|grad)\.({_CONV}|unfold|fold)",
            r"torch\.nn(\.\w+)*\.(\w*Conv(?!ert)\w*|Unfold|Fold)",
            rf"torch\.ops\.\w+\.({_CONV}|\w*im2col\w*|\w*col2im\w*)",
            rf"torch\.(_C(\.\w+)?|_VF|_refs(\.\w+)*)\.({_CONV}|\w*im2col\w*|\w*col2im\w*)",
            rf"torch\.ao(\.\w+)*\.{_CONV}",
            r"numpy(\.\w+)*\.(convolve|correlate)",
        ),
    ),
    "padding": Group(
        "this exercise asks you to place the zeros yourself",
        (
            r"torch\.nn\.functional\._?pad",
            r"torch\.nn(\.\w+)*\.\w*Pad(\dd|Nd)",
            r"torch\.constant_pad_nd",
            r"torch\.ops\.\w+\.\w*pad\w*",
            r"torch\.(_C(\.\w+)?|_VF|_refs(\.\w+)*)\.\w*pad\w*",
            r"numpy(\.\w+)*\.pad",
        ),
    ),
    "packages": Group(
        "this exercise asks you to do without other array and image packages",
        (
            r"(scipy|cv2|skimage|torchvision|kornia|tensorflow|jax|jaxlib|mxnet|cupyx?|keras|SimpleITK)(\.\w+)*",
            r"PIL\.ImageFilter(\.\w+)*",
        ),
    ),
}
