"""The commonest exceptions, known by their words: Python's own and torch's, whatever a course is about.

The names are those of a course's causes. What is read here is text that a student's code may have written: it is
matched and shortened, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from exercises.feedback.expression import NO_ATTRIBUTE, TENSOR, Expression, Part
from exercises.feedback.sentence import enumerated

if TYPE_CHECKING:
    from exercises.feedback.steps import Raised


@dataclass(frozen=True)
class Crash:
    """A cause by the classes of its exception and the words that it begins with."""

    cause: str
    classes: str
    words: str

    def is_(self, error: Raised) -> bool:
        """Whether this is the one."""
        return error.kind in self.classes.split() and re.match(self.words, error.message) is not None


_OF_TENSORS = "|".join(name for name in dir(Tensor) if not name.startswith("_") and name not in dir(list))
_SEQUENCE = r"(tuple|list|range|torch\.Size)"
_NOT_CALLED = r"(builtin_function_or_method|method)\b"
# the first that fits is the one
CRASHES = (
    Crash("module-not-started", "AttributeError", r"cannot assign \w+ before Module\.__init__\(\) call"),
    Crash(
        "module-not-started",
        "AttributeError",
        r"'\w+' object has no attribute '_(parameters|buffers|modules|(backward|forward)\w*_hooks)'",
    ),
    Crash("none-used", "TypeError AttributeError", r".{0,200}\bNoneType\b"),
    Crash("method-not-called", "TypeError AttributeError", rf".{{0,80}}{_NOT_CALLED}"),
    Crash(
        "float-as-size",
        "TypeError IndexError",
        r"'float' object cannot be interpreted|.{0,200}(but got float|\(got float\)|not float$)",
    ),
    Crash("numpy-and-back", "TypeError AttributeError", r".{0,200}\bnumpy\.ndarray\b"),
    Crash("numpy-and-back", "TypeError", r"Concatenation operation is not implemented for NumPy"),
    Crash("numpys-name", "AttributeError", r"'(Tensor|Parameter)' object has no attribute '(astype|copy)'"),
    Crash("truth-of-many", "RuntimeError", r"Boolean value of Tensor with more than one value"),
    Crash(
        "many-numbers-as-one",
        "ValueError RuntimeError TypeError",
        r"only (one element tensors|integer tensors of a single)|a Tensor with \d+ elements cannot be c",
    ),
    Crash("list-not-tensor", "AttributeError", rf"'(list|tuple)' object has no attribute '({_OF_TENSORS})'"),
    Crash("list-not-tensor", "TypeError", r"list indices must be integers or slices, not tuple"),
    Crash(
        "list-not-tensor",
        "TypeError",
        r"unsupported operand type\(s\) for \S{1,3}: ('(list|tuple)' and '(Tensor|Parameter)'"
        r"|'(Tensor|Parameter)' and '(list|tuple)')|.{0,80}must be Tensor, not (list|tuple)$",
    ),
    Crash(
        "tuple-in-arithmetic",
        "TypeError",
        rf"unsupported operand type\(s\) for \S{{1,3}}: ('{_SEQUENCE}' and|'\w+' and '{_SEQUENCE}')"
        r"|can only concatenate (tuple|list)|can't multiply sequence by non-int",
    ),
    Crash("tuple-not-changed", "TypeError", r"'(tuple|torch\.Size)' object does not support item assignment"),
    Crash(
        "called-not-indexed",
        "TypeError",
        r"'(Tensor|Parameter|torch\.Size|tuple|list|int|float)' object is"
        r" not callable",
    ),
    Crash(
        "number-not-tensor", "TypeError", r"\w+\(\): argument '\w+' .{0,20}must be Tensor, not (int|float)$"
    ),
    Crash("einsum-letters", "RuntimeError", r"einsum\(\): "),
    Crash(
        "product-sizes",
        "RuntimeError",
        r"mat1 and mat2 shapes cannot|Expected size for first two dimensions of batch2|size mismatch, got input"
        r"|inconsistent tensor size, expected|contracted dimensions need to match",
    ),
    Crash(
        "sizes-do-not-line-up",
        "RuntimeError",
        r"The size of tensor a \(\d+\) must match the size of tensor b",
    ),
    Crash(
        "place-of-other-shape",
        "RuntimeError",
        r"The expanded size of the tensor|shape mismatch: value tensor of shape",
    ),
    Crash("cannot-grow", "RuntimeError", r"output with shape .{0,80} doesn't match the broadcast"),
    Crash("reshape-count", "RuntimeError", r"shape '\[.{0,80}\]' is invalid for input of size"),
    Crash(
        "pieces-do-not-fit",
        "RuntimeError",
        r"Sizes of tensors must match except|stack expects each tensor|Tensors must have same number of dim",
    ),
    Crash("nothing-to-join", "RuntimeError", r"(stack|torch\.cat\(\):|cat) ?expect\w* a non-empty"),
    Crash(
        "index-over-the-edge",
        "IndexError",
        r"index -?\d+ is out of bounds|(tuple|list|range object) index out",
    ),
    Crash("too-many-indices", "IndexError", r"too many indices for tensor of dimension"),
    Crash("axis-not-there", "IndexError", r"Dimension out of range"),
    Crash("order-of-axes", "RuntimeError", r"permute\(.{0,20}\): (number of dimensions|duplicate dims)"),
    Crash("window-too-large", "RuntimeError", r"maximum size for tensor at dimension \d+ is \d+ but size is"),
    Crash("unpack-count", "ValueError", r"(not enough|too many) values to unpack"),
    Crash("range-forgotten", "TypeError", r"'int' object is not iterable"),
    Crash(
        "negative-size",
        "RuntimeError",
        r"(\w+: )?Dimension size must be non-neg|Trying to create tensor with neg",
    ),
    Crash("slices-run-forwards", "ValueError", r"step must be greater than zero"),
    Crash("divided-by-zero", "ZeroDivisionError", r""),
    Crash("asks-at-the-keyboard", "OSError EOFError", r"pytest: reading from stdin|EOF when reading a line"),
    Crash(
        "dtypes-mixed",
        "RuntimeError",
        r"expected (m1 and m2 to have the same dtype|scalar type \w+ but found)"
        r"|(self|mat1) and mat2 must have the same dtype|Index put requires the source and destination dtypes"
        r"|result type \w+ can't be cast",
    ),
    Crash(
        "not-for-this-dtype", "RuntimeError NotImplementedError", r"\"\w{1,60}\" not implemented for '\w+'"
    ),
    Crash("leaf-in-place", "RuntimeError", r"a (view of a )?leaf Variable that requires grad is being used"),
    Crash(
        "changed-after-use", "RuntimeError", r"one of the variables needed for gradient computation has been"
    ),
    Crash("nothing-to-differentiate", "RuntimeError", r"element \d+ of tensors does not require grad"),
    Crash("graph-used-twice", "RuntimeError", r"Trying to backward through the graph a second time"),
    Crash("many-losses", "RuntimeError", r"grad can be implicitly created only for scalar outputs"),
    Crash(
        "parameter-overwritten", "TypeError", r"cannot assign '.{0,80}' as (parameter|child module|buffer) '"
    ),
    Crash("attribute-twice", "KeyError", r"\"attribute '\w+' already exists\""),
    Crash(
        "self-not-taken",
        "TypeError",
        r"\w+\.\w+\(\) takes (\d+) positional arguments? but \d+ (was|were) given",
    ),
    Crash(
        "arguments-do-not-fit",
        "TypeError",
        r"[\w.<>]{1,80}\(\) (missing \d+ required|takes .{1,40} but|got an unexpected keyword|got multiple values"
        r"|received an invalid combination)",
    ),
    Crash("not-set-here", "UnboundLocalError", r"cannot access local variable"),
    Crash("name-unknown", "NameError", r"name '\w+' is not defined"),
    Crash("attribute-unknown", "AttributeError", r"('[\w.]+' object|module '[\w.]+') has no attribute"),
    Crash("calls-itself", "RecursionError", r"maximum recursion depth exceeded"),
)
# what says of the line that called somebody else's code no less than of one that raised by itself
WITHIN = {
    "module-not-started", "parameter-overwritten", "attribute-twice", "self-not-taken", "arguments-do-not-fit",
    "numpy-and-back", "einsum-letters", "product-sizes", "dtypes-mixed", "not-for-this-dtype", "leaf-in-place",
    "changed-after-use", "nothing-to-differentiate", "graph-used-twice", "many-losses", "asks-at-the-keyboard",
}  # fmt: skip
_ONE_MORE = re.compile(r"\S+ takes (\d{1,4}) positional arguments? but (\d{1,4}) ")
_OF_SIZES = re.compile(r"\b(sizes?|shapes?)\b", re.IGNORECASE)
_NOTHING_THERE = re.compile(
    r"The (expanded size of the tensor|size of tensor a) \(0\)|.{0,200} size of tensor b \(0\)"
)
_SLICE = "slice indices must be integers"
_NAME = re.compile(r"[\w.]{1,80}")
_USES_GRAD = re.compile(r"[^()]*\.grad\b[^()]*")  # and calls nothing that could give None as well
MAX_TOLD_CHARS = 60  # of a name or an expression
MAX_TOLD_NUMBER = 10**9


def name_of_crash(error: Raised) -> str:
    """The name of the cause of an exception that nobody raised on purpose; empty for one that is not common."""
    worked_on = error.expression
    if error.kind == "TypeError" and error.message.startswith(_SLICE):
        return "float-as-size" if any(part.kind == "float" for part in parts_of(error)) else ""
    found = next((crash.cause for crash in CRASHES if crash.is_(error)), "")
    if worked_on and worked_on.within and found not in WITHIN and not _asked_for(worked_on, error):
        return ""
    if found in ("self-not-taken", "arguments-do-not-fit") and not error.trace:
        return "other-arguments"  # whoever called it is no line of the student's
    if found == "self-not-taken":
        counts = _ONE_MORE.match(error.message)
        return found if counts and int(counts[2]) == int(counts[1]) + 1 else "arguments-do-not-fit"
    if found == "range-forgotten" and not (worked_on and worked_on.text.startswith("for ")):
        return ""
    if worked_on and ":-" in worked_on.text and _NOTHING_THERE.match(error.message):
        return "slice-to-minus-zero"
    if found == "place-of-other-shape" and not (worked_on and " = " in worked_on.text):
        return "cannot-grow"  # as by `expand`, and not by an assignment to a part
    if found == "none-used" and worked_on and _USES_GRAD.fullmatch(worked_on.text):
        return found if "NoneType" in [part.kind for part in parts_of(error)] else "gradient-is-none"
    if found == "name-unknown" and worked_on and worked_on.close.startswith("self."):
        return "self-forgotten"
    return found


def _asked_for(worked_on: Expression, error: Raised) -> bool:
    """Whether the line itself asked for an attribute that is not there, of an object with an answer of its own."""
    missing = NO_ATTRIBUTE.match(error.message)
    return missing is not None and worked_on.text.endswith(f".{missing[1]}")


def parts_of(error: Raised) -> tuple[Part, ...]:
    """The names in the expression that raised, where they are known."""
    worked_on = error.expression
    if worked_on is None or worked_on.place not in [place[:2] for place in error.trace]:
        return ()
    return worked_on.parts


def told_of(error: Raised, shows: str) -> str:
    """What the line that raised worked on, in a sentence; empty where nothing of it is known.

    Args:
        error: with its expression.
        shows: what to tell: "sizes" of tensors, their "axes", "loops" that a number comes from, or the names of
            types, such as "tuple list".
    """
    worked_on, parts = error.expression, parts_of(error)
    if shows == "sizes" and not _OF_SIZES.search(error.message):
        shows = "axes"  # a hidden input's sizes are told where the exception tells some, and nowhere else
    words = list(dict.fromkeys(_words(parts, shows)))
    if worked_on is None or not words:
        return ""
    told = enumerated(words)
    return f"{told} here." if parts[0].text == worked_on.text else f"In {_code(worked_on.text)}, {told}."


def close_to(error: Raised) -> str:
    """A name that exists and looks like the one that does not, in a sentence; empty where there is none."""
    worked_on: Expression | None = error.expression
    if worked_on is None or not _NAME.fullmatch(worked_on.close):
        return ""
    return f"There is {_code(worked_on.close)}: is that the one?"


def _words(parts: tuple[Part, ...], shows: str) -> Iterator[str]:
    for part in parts:
        name, shape = _code(part.text), part.shape
        if shows == "loops":
            if part.source:
                yield f"{name} counts through {_code(part.source)}"
        elif shows in ("sizes", "axes") and part.kind == TENSOR and shape is not None:
            axes = f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
            yield f"{name} has {axes}" if shows == "axes" else f"{name} has the shape {_shape(shape)}"
        elif shows == "axes" and shape is not None:
            yield f"{name} has {_shape(shape)[1:-1].rstrip(',')} entries"
        elif part.kind in shows.split():
            yield f"{name} is {_kind(part.kind)}"


def _kind(kind: str) -> str:
    if kind == "NoneType":
        return "None"
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{article} {kind}"


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(size if abs(size) < MAX_TOLD_NUMBER else "…" for size in shape)).replace("'…'", "…")


def _code(text: str) -> str:
    words = " ".join(text.replace("`", "'").split())
    return f"`{words if len(words) <= MAX_TOLD_CHARS else words[: MAX_TOLD_CHARS - 1] + '…'}`"
