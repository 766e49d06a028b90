# ---
# exercise: 8
# title: Receptive field and cost
# points: 8
# track: further
# minutes: 30
# exports: [jump, receptive_field, count_parameters, count_multiplications]
# builds_on: [ex1_output_size]
# forbids: [convolution, packages]
# hints:
#   jump:
#     - Draw the input as a row of dots, and below it the dots of each layer, each one under the middle of what it
#       sees. How far apart are the dots of a layer?
#     - Without a layer the distance is 1. What does a layer with stride 2 do to it? And another one after that?
#     - Each layer multiplies the distance by its stride. Kernel size and dilation do not come into it.
#   receptive_field:
#     - Put in one layer at a time. How much further does a number of the new layer see than a number of the layer
#       before?
#     - The first and the last tap of the new kernel lie some numbers of the layer before apart. How many pixels of
#       the input are between two of those?
#     - Begin with 1. For each layer, add the effective kernel size less 1, times the jump of the layers before it.
#   count_parameters:
#     - Write down the shape of the weight that nn.Conv2d has for these settings. The tutorial shows one with groups.
#     - There are out_channels kernels. With groups, each of them sees only the channels of its own group.
#     - Each kernel has in_channels // groups times kH times kW weights, and one bias if bias is True.
#   count_multiplications:
#     - How many output numbers are there, in all channels? How many products go into each of them?
#     - Every weight is used once for each place where its kernel stops, and output_size counts these places.
#     - Ask output_size once for the height and once for the width. Multiply both by the number of weights, which is
#       what count_parameters gives without bias.
# ---

# %% [markdown]
# # Exercise 8: Receptive field and cost
#
# Two questions decide what a network is made of: how much of the picture does a number at its end depend on, and
# what does that cost? Nothing is convolved here, you only count.
#
# Read first, in the tutorial: [receptive field](README.md#receptive-field) and
# [what a layer costs](README.md#what-a-layer-costs).
#
# ## Step 1: how far apart neighbours are
#
# Layers of a network follow each other along **one axis**. Each is a tuple of three ints,
# `(kernel_size, stride, dilation)`, and the first one is the one that sees the input. Two layers of kernel size 3
# and stride 2, on an input of 11 pixels:
#
#     input     0 1 2 3 4 5 6 7 8 9 10
#     layer 1     a   b   c   d   e       a sees 0 1 2, b sees 2 3 4, ...
#     layer 2         A       B           A sees a b c, B sees c d e
#
# Between `a` and `b` you go **2** pixels along the input, between `A` and `B` **4**. This distance is the *jump* of
# the layers.
#
# Common mistake: the stride of the last layer. It is the distance in the layer before, not in the input.
#
# Common mistake: adding the strides. Of 2 and 2 the sum is 4 too, so try 2 and 3.

# %%
from collections.abc import Sequence

from exercises.ex1_output_size import effective_kernel_size, output_size


def jump(layers: Sequence[tuple[int, int, int]]) -> int:
    """Return how far apart, in the input, two neighbouring numbers of the last layer look.

    Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill,
    2019, doi:10.23915/distill.00021, where it is called the effective stride.

    Args:
        layers: a tuple or list of layers along one axis, the first one sees the input. Each is a tuple
            `(kernel_size, stride, dilation)` of ints. There may be none. Not changed.

    Returns:
        The distance in input pixels, an int; 1 if there is no layer.

    Raises:
        ValueError: if a stride is less than 1.

    Example:
        >>> jump([(3, 2, 1), (3, 2, 1)])
        4
    """
    ### BEGIN SOLUTION
    distance = 1
    for _, stride, _ in layers:
        if stride < 1:
            raise ValueError(f"stride must be at least 1, but got {stride}")
        distance *= stride
    return distance
    ### END SOLUTION


# %% [markdown]
# ## Step 2: how much one number sees
#
# In the drawing above, `A` sees `a`, `b` and `c`, and these see the pixels 0 to 6. So the receptive field of `A` is
# **7** pixels wide. It reaches from the first pixel that `A` depends on to the last one, both included, even if
# pixels between them are not looked at: a single layer with kernel size 3 and dilation 4 has a receptive field of 9.
#
# Find the rule one layer at a time. From `a` to `c` there are 2 steps. How many pixels is each of them?
#
# Common mistake: adding the kernel sizes, or multiplying them. The patches that `a`, `b` and `c` see overlap.
#
# Common mistake: using the stride of a layer for the kernel of the same layer. `A` sees 7 pixels whatever the
# stride of layer 2 is; that stride only moves `B` away.


# %%
def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """Return how many input pixels one number of the last layer sees along one axis: its receptive field.

    Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill,
    2019, doi:10.23915/distill.00021.

    Args:
        layers: a tuple or list of layers along one axis, the first one sees the input. Each is a tuple
            `(kernel_size, stride, dilation)` of ints. There may be none. Not changed.

    Returns:
        The number of pixels, an int, from the first pixel that the number depends on to the last one, both included,
        where the input is large enough; 1 if there is no layer.

    Raises:
        ValueError: if a kernel size, stride or dilation is less than 1.

    Example:
        >>> receptive_field([(3, 2, 1), (3, 2, 1)])
        7
    """
    ### BEGIN SOLUTION
    width = distance = 1
    for layer in layers:
        kernel_size, _, dilation = layer
        # the kernel moves over numbers of the layer before, and these are that layer's jump apart
        width += (effective_kernel_size(kernel_size, dilation) - 1) * distance
        distance *= jump([layer])
    return width
    ### END SOLUTION


# %% [markdown]
# ## Step 3: how many parameters
#
# Now a layer of a real network, with channels and two axes. Its parameters are the numbers that are learnt: the
# weights and the biases.
#
# With `groups`, channels are divided: with 2 groups, the first half of the kernels sees only the first half of the
# input channels, and the second half of the kernels the rest. So 6 input channels, 4 kernels of 3 × 2 and 2 groups
# have 4 · 3 · 3 · 2 = 72 weights, and with 4 biases **76** parameters. Groups that do not divide both numbers of
# channels make no sense.
#
# Common mistake: dividing both numbers of channels by `groups`. There are still 4 kernels, 2 in each group.
#
# Common mistake: a bias for each input channel. There is one for each output channel.
#
# Common mistake: `/` gives a float, even where nothing is left over. A count is an int.


# %%
def count_parameters(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    groups: int = 1,
    bias: bool = True,
) -> int:
    """Return how many parameters a 2-D convolution has: its weights and its biases.

    Source: the shapes of weight and bias in the documentation of `torch.nn.Conv2d`.

    Args:
        in_channels: number of channels of the input, at least 1.
        out_channels: number of channels of the output, at least 1.
        kernel_size: number of taps, an int for both axes or a pair `(vertical, horizontal)`, at least 1.
        groups: into how many groups the channels are divided, at least 1.
        bias: whether each output channel has a bias.

    Returns:
        The number of parameters, an int.

    Raises:
        ValueError: if a number of channels, a kernel size or `groups` is less than 1, or if `groups` does not divide
            both numbers of channels.

    Example:
        >>> count_parameters(6, 4, (3, 2), groups=2)
        76
    """
    ### BEGIN SOLUTION
    kernel_h, kernel_w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    if min(in_channels, out_channels, kernel_h, kernel_w, groups) < 1:
        raise ValueError(
            "channels, kernel size and groups must be at least 1, but got "
            f"{in_channels}, {out_channels}, {kernel_size} and {groups}"
        )
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"groups must divide {in_channels} and {out_channels} channels, but got {groups}")
    weights = out_channels * (in_channels // groups) * kernel_h * kernel_w
    return weights + out_channels if bias else weights
    ### END SOLUTION


# %% [markdown]
# ## Step 4: how many multiplications
#
# A weight is multiplied once for every place where its kernel stops. Exercise 1 counts these places along an axis.
#
# On paper: a picture of 2 channels with 5 × 7 pixels, 3 kernels of 3 × 3, padding 1 and stride 2. The output is
# 3 × 4, and there are 3 · 2 · 3 · 3 = 54 weights, so this layer takes 3 · 4 · 54 = **648** multiplications. Those by
# a zero of the padding count, since they are done like any other. Adding the bias is no multiplication.
#
# Common mistake: the size of the input where the output's belongs.
#
# Common mistake: counting the zeros between the taps of a dilated kernel. Only the taps are multiplied.


# %%
def count_multiplications(
    input_size: int | tuple[int, int],
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> int:
    """Return how many multiplications a 2-D convolution of one picture takes.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: A. G. Howard and others, arXiv:1704.04861, section 3.1, which has it for stride 1 and padding that keeps
    the size.

    Args:
        input_size: height and width of the picture before padding, an int or a pair, at least 1.
        in_channels: number of channels of the input, at least 1.
        out_channels: number of channels of the output, at least 1.
        kernel_size: number of taps, an int or a pair, at least 1.
        stride: distance between two neighbouring stops of the kernel, an int or a pair, at least 1.
        padding: number of zeros added on each side of the picture, an int or a pair, at least 0.
        dilation: distance between two neighbouring taps of the kernel, an int or a pair, at least 1.
        groups: into how many groups the channels are divided, at least 1.

    Returns:
        The number of products of a weight with a pixel or with a zero of the padding, an int.

    Raises:
        ValueError: if a size, a number of channels, a stride, a dilation or `groups` is less than 1, if a padding is
            negative, if `groups` does not divide both numbers of channels, or if the dilated kernel does not fit into
            the padded picture.

    Example:
        >>> count_multiplications((5, 7), 2, 3, 3, stride=2, padding=1)
        648
    """
    ### BEGIN SOLUTION
    settings = (input_size, kernel_size, stride, padding, dilation)
    pairs = [(setting, setting) if isinstance(setting, int) else setting for setting in settings]
    out_h, out_w = (output_size(*axis) for axis in zip(*pairs, strict=True))
    return out_h * out_w * count_parameters(in_channels, out_channels, kernel_size, groups, bias=False)
    ### END SOLUTION
