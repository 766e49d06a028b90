"""What an exercise of this course may forbid."""

from __future__ import annotations

from exercises.feedback.rule import Rule

# array and image packages that have a convolution
PACKAGES = (
    "scipy", "cv2", "skimage", "torchvision", "kornia", "tensorflow", "jax", "jaxlib", "mxnet", "cupy", "cupyx",
    "keras", "SimpleITK",
)  # fmt: skip
_CONV = r"\w*[Cc]onv(?!ert)\w*"  # "convert" is another matter
RULES: dict[str, Rule] = {
    "convolution": Rule(
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
    "padding": Rule(
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
    "packages": Rule(
        "this exercise asks you to do without other array and image packages",
        (
            rf"({'|'.join(PACKAGES)})(\.\w+)*",
            r"PIL\.ImageFilter(\.\w+)*",
        ),
    ),
}
