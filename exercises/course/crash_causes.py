"""What the commonest exceptions mean: a sentence or two on what to look at, by the names of `feedback.crashes`.

`shows` is what of the student's own line is told in front of it.
"""

from __future__ import annotations

from exercises.course.sections import Section
from exercises.feedback.cause import Cause

CRASH_CAUSES = (
    # shapes
    Cause(
        "bias-along-width",
        "the bias meets the width of the result",
        "torch lines shapes up from their last axis, so the numbers of the bias meet the width of the result. "
        "There is one for each output channel: give the bias two axes of size 1 behind its own.",
        Section.IN_DEEP_LEARNING,
        shows="sizes",
    ),
    Cause(
        "sizes-do-not-line-up",
        "two sizes that meet are not equal",
        "torch lines shapes up from their last axis: two sizes that meet have to be equal, or one of them 1. Look "
        "at which axes meet in this line.",
        shows="sizes",
    ),
    Cause(
        "place-of-other-shape",
        "what goes into a slice has another shape",
        "What goes into a slice has to have the slice's shape, counted from the last axis, or sizes of 1. A slice "
        "that reaches over the edge is cut short without a word: look at where it begins and ends.",
        shows="sizes",
    ),
    Cause(
        "slice-to-minus-zero",
        "a slice that ends at -0 is empty",
        "A slice here is empty. `-0` is 0, so one that ends at `-n` holds nothing where n is 0: count its end from "
        "the front, begin plus size.",
        shows="sizes",
    ),
    Cause(
        "cannot-grow",
        "a tensor cannot grow to this shape",
        "A tensor grows along axes of size 1 and by new axes in front, and never in place. Hold the two shapes "
        "against each other, from the last axis.",
        shows="sizes",
    ),
    Cause(
        "product-sizes",
        "the sizes do not fit in a matrix product",
        "A matrix product adds up over the last axis of the left and the last but one of the right, so these two "
        "have to be of one size. Look at how you bring each side into rows and columns.",
        shows="sizes",
    ),
    Cause(
        "einsum-letters",
        "the letters of einsum do not fit the shapes",
        "In einsum each axis of each operand has a letter of its own, and the same letter is the same size "
        "everywhere. Hold the letters against the shapes, one operand after the other.",
        shows="sizes",
    ),
    Cause(
        "reshape-count",
        "a reshape asks for another count of numbers",
        "A reshape keeps all the numbers: the new sizes, multiplied, have to give as many as there are. Look for "
        "the size that is not what you took it for.",
        shows="sizes",
    ),
    Cause(
        "pieces-do-not-fit",
        "the pieces to join have different shapes",
        "Pieces that are put together need the same number of axes and the same sizes; with `cat`, all but the one "
        "along which they are joined. Look at the shape of each piece.",
        shows="sizes",
    ),
    Cause(
        "nothing-to-join",
        "the list of pieces to join is empty",
        "The list of pieces is empty here. Look at the loop that fills it: what if it never runs?",
    ),
    Cause(
        "window-too-large",
        "a window is longer than its axis",
        "The window is longer than the axis it moves along. Look at which axis you named, and which size.",
        shows="sizes",
    ),
    Cause(
        "negative-size",
        "a size is below 0",
        "A size came out below 0 here. Look at the formula for it, and at which axis its numbers come from.",
    ),
    # axes and indices
    Cause(
        "channels-of-three",
        "three channels are taken for granted",
        "Does a 3 in your code stand for the channels? This input has another number of them: take it from the "
        "shape.",
        Section.IN_DEEP_LEARNING,
        shows="loops",
    ),
    Cause(
        "index-over-the-edge",
        "an index goes beyond the last entry",
        "Entries are counted from 0, so the last one has the number size - 1. Look at where the loop or the sum of "
        "two indices ends.",
        shows="loops",
    ),
    Cause(
        "too-many-indices",
        "there are more indices than axes",
        "There are more indices than axes. An index such as x[0], a sum or a squeeze takes an axis away: look at "
        "the shape one line before.",
        shows="axes",
    ),
    Cause(
        "axis-not-there",
        "an axis is named that is not there",
        "Axes are counted from 0, or from the end with -1, -2, and so on. Look at how many this tensor has.",
        shows="axes",
    ),
    Cause(
        "order-of-axes",
        "permute does not get every axis once",
        "`permute` wants every axis exactly once.",
        shows="axes",
    ),
    Cause(
        "unpack-count",
        "there are more or fewer names than values",
        "There are more or fewer names than values. Each value needs a name, and `_` will do for one that is of no "
        "use.",
        shows="axes",
    ),
    Cause(
        "slices-run-forwards",
        "a slice of a tensor runs backwards",
        "torch's slices cannot run backwards, unlike a list's `[::-1]`. `flip` turns axes round.",
    ),
    # numbers, tuples, lists, tensors
    Cause(
        "float-as-size",
        "a float is used as a size or index",
        "Sizes, indices and ranges are whole numbers. `/` gives a float even where nothing is left over: `//` "
        "gives an int.",
        shows="float",
    ),
    Cause(
        "range-forgotten",
        "a loop over a number without range",
        "A `for` goes through several things, and this is one number. `range(...)` counts up to it.",
        shows="int",
    ),
    Cause(
        "tuple-in-arithmetic",
        "a tuple or list is used in arithmetic",
        "A tuple or a list is not a vector: `+` joins two of them, `*` repeats one, and there is no more "
        "arithmetic. Take the numbers out one by one.",
        shows="tuple list torch.Size range",
    ),
    Cause(
        "tuple-not-changed",
        "a tuple or shape is changed in place",
        "A tuple cannot be changed, nor can a shape. Make a new one, or take a list.",
    ),
    Cause(
        "list-not-tensor",
        "a list or tuple where a tensor is needed",
        "A list or tuple has none of a tensor's methods and indices. `torch.stack` makes one tensor of a list of "
        "tensors with the same shape.",
        shows="list tuple",
    ),
    Cause(
        "number-not-tensor",
        "a number where a tensor is needed",
        "This function of torch takes a tensor, and a plain number came in. The functions of `math` take numbers.",
        shows="int float",
    ),
    Cause(
        "many-numbers-as-one",
        "a tensor where one number is needed",
        "One number is wanted here, for a size or an index a whole one, and this tensor is not that. Look at which "
        "sum or index should have left one number, and at its dtype.",
        shows="axes",
    ),
    Cause(
        "truth-of-many",
        "a tensor where a yes or no is needed",
        "`if`, `and`, `min` and the like want one yes or no, and a tensor of several numbers has none. Ask `is not "
        "None` for whether there is one, and `.any()` or `.all()` for its numbers.",
        shows="tensor",
    ),
    Cause(
        "none-used",
        "None is used as a value",
        "A value is None where a function ended without `return`, where an argument was left out, or where None was "
        "handed over. Look at where this one comes from.",
        shows="NoneType",
    ),
    Cause(
        "bias-is-none",
        "a bias of None is used",
        "Without a bias it is None, and nothing is to be added. Ask `is None` before you use it.",
        Section.WHAT_IS_A_CONVOLUTION,
        shows="NoneType",
    ),
    Cause(
        "padding-by-name",
        "a padding by name is used as a number",
        'The padding is a text here: "same" and "valid" are allowed beside numbers. Make numbers of it before you '
        "calculate.",
        Section.TORCH_NN_CONV2D,
        shows="str",
    ),
    Cause(
        "dtypes-mixed",
        "two dtypes are mixed",
        "The two sides have different dtypes. A new tensor is float32 unless told: `x.new_zeros(...)` or "
        "`dtype=x.dtype` follows the input.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "not-for-this-dtype",
        "torch cannot do this with the dtype",
        "torch cannot do this with the dtype that is named, often one of whole numbers. Look at where the tensor "
        "was made.",
    ),
    Cause(
        "numpys-name",
        "a tensor is used with a name of NumPy's",
        "That is NumPy's word. torch has `.to(dtype)` for `astype`, and `.clone()` for `copy`.",
    ),
    # names and calls
    Cause(
        "name-unknown",
        "a name is not defined",
        "Nothing has this name where the line runs. Look at its spelling, and at where it should have been set.",
        shows="close",
    ),
    Cause(
        "self-forgotten",
        "self is missing in front of a name",
        "The name alone means nothing in a method: what the object holds is reached through `self`.",
        shows="close",
    ),
    Cause(
        "attribute-unknown",
        "a name behind a dot does not exist",
        "Nothing has this name behind the dot. Look at its spelling, and at whether what stands before the dot is "
        "what you took it for.",
        shows="close",
    ),
    Cause(
        "not-set-here",
        "a name is used before it is set",
        "The name is set further up or down in the function, in a line that had not run when this one did. Look at "
        "the `if` or the loop around it: what if it is skipped?",
    ),
    Cause(
        "called-not-indexed",
        "something is called that is no function",
        "Round brackets call a function, and this is none. Square brackets take an entry; between two factors "
        "there has to be a `*`.",
        shows="tensor torch.Size tuple list int float",
    ),
    Cause(
        "method-not-called",
        "a method lacks its round brackets",
        "A method does nothing without its round brackets: `x.size()` gives the sizes, `x.size(2)` one of them, "
        "and `x.size` only the method.",
        shows="method",
    ),
    Cause(
        "self-not-taken",
        "self is missing in a def",
        "One argument more came than the `def` has room for. A method is handed its object first: is `self` the "
        "first name in its brackets?",
    ),
    Cause(
        "arguments-do-not-fit",
        "a call does not fit the function's arguments",
        "The call hands over other arguments than the function takes. Hold the brackets of the call against those "
        "of the `def`, or against torch's documentation.",
    ),
    Cause(
        "other-arguments",
        "the def takes other arguments than the task's",
        "The check calls it as the task says. Take the arguments in the `def` line from the task, with the same "
        "names, order and defaults; in a method `self` comes first.",
    ),
    Cause(
        "calls-itself",
        "a function calls itself without end",
        "Functions called themselves or each other more often than Python lets them. Look for a function of the "
        "same name that was meant, or for the case in which it should stop.",
    ),
    Cause(
        "asks-at-the-keyboard",
        "input() waits for the keyboard",
        "Nobody types while checks run, so `input()` gets no answer. What a function needs comes in as arguments.",
    ),
    Cause(
        "divided-by-zero",
        "a number is divided by zero",
        "The divisor is 0 here. Look at which of its numbers can be 0.",
    ),
    # gradients and layers
    Cause(
        "leaf-in-place",
        "a tensor that collects gradients is changed",
        "A tensor that collects gradients must not be changed in place, as `+=`, an assignment to a part of it or "
        "a trailing underscore do. Make a new one: `out = out + ...`, or `clone()` first.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "changed-after-use",
        "a tensor is changed after autograd noted it",
        "A tensor was changed in place after autograd had noted it for the gradient. Look for `+=`, `*=`, "
        "assignments to a part, and trailing underscores: make a new tensor instead.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "gradient-is-none",
        "a .grad is None",
        "A `.grad` is None here. `backward()` fills it where `requires_grad` was switched on before the tensor was "
        "used, and not in what was made from such tensors: after an update, `detach()` and switch it on again.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "nothing-to-differentiate",
        "autograd has nothing to differentiate",
        "autograd has noted nothing on the way to this number: no tensor had `requires_grad` when it was used, or "
        "the numbers left the graph, as by `.detach()`, `.item()` or `torch.no_grad()`.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "graph-used-twice",
        "a graph of autograd is used twice",
        "A graph can be gone through once; then it is given up. A part of this one was left from an earlier time: "
        "compute the loss anew before each `backward()`, from tensors that were detached.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "many-losses",
        "backward() begins at several numbers",
        "`backward()` begins at one number, and here are several. Add them up, or take their mean, first.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "module-not-started",
        "super().__init__() does not come first",
        "torch sets a module up in `super().__init__()`. Is it the first line of `__init__`? It has to run before "
        "anything is set on `self`.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "parameter-overwritten",
        "a parameter is replaced by something else",
        "The name stands for a parameter, and only another nn.Parameter can take its place. To fill it with "
        "numbers use `nn.init`, or `copy_` under `torch.no_grad()`.",
        Section.TORCH_NN_CONV2D,
    ),
    Cause(
        "attribute-twice",
        "an attribute is registered twice",
        "The name was given before it was registered. Set it once, as an nn.Parameter, or register it and leave "
        "the other out.",
        Section.TORCH_NN_CONV2D,
    ),
    # answers
    Cause(
        "axes-of-one",
        "an axis of size 1 too many or too few",
        "The sizes are right, but for axes of size 1 that are too many or missing. Look at the last line: an index "
        "such as `[0]` or a `squeeze` takes an axis away, `None` or `unsqueeze` adds one.",
    ),
)
