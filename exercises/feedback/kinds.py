"""What kinds of failures there are, once for the checks, the grader and the pages; reports hold the same texts.

Nothing of torch is here: whoever shows a report need not wait for it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class FailureKind(StrEnum):
    """In what way a check failed: a text for programs, and its `words` for people, as a cause's `title`."""

    words: str

    def __new__(cls, value: str, words: str = "") -> Self:
        """A kind is its text, and cannot be without words; `FailureKind(value)` looks one up."""
        if not words:
            raise TypeError(f"a kind of failure needs words: {value}")
        kind = str.__new__(cls, value)
        kind._value_, kind.words = value, words
        return kind

    # an answer came
    TYPE = "type", "the answer has the wrong type"
    LENGTH = "length", "the answer has the wrong number of items"
    SHAPE = "shape", "the answer has the wrong shape"
    DTYPE = "dtype", "the answer has the wrong dtype"
    DEVICE = "device", "the answer is on the wrong device"
    NAN = "nan", "NaN where a number should be"
    VALUE = "value", "wrong values that no common mistake explains"
    MUTATED = "mutated", "an argument is changed"
    GRADIENT = "gradient", "a gradient is wrong"
    NO_GRADIENT = "no-gradient", "no gradient comes back"
    SLOW = "slow", "right but slower than asked for"  # where it was measured
    # an exception, or none where one is due
    RAISED = "raised", "stops with an error"
    NO_ERROR = "no-error", "no error where one is due"
    WRONG_ERROR = "wrong-error", "another error than the one that is due"
    # no answer at all
    TIMEOUT = "timeout", "takes too long"
    CRASHED = "crashed", "the process crashed"
    MALFORMED = "malformed", "the answer cannot be read"
    FORBIDDEN = "forbidden", "uses what is not allowed"
    # nothing to call
    MISSING = "missing", "not handed in"
    NOT_WRITTEN = "not-written", "not written yet"
    NOT_DEFINED = "not-defined", "a function or class is not defined"
    NOT_LOADABLE = "not-loadable", "the code cannot be loaded"
    IMPORT = "import", "an import fails"
    MISSING_NAME = "missing-name", "a name cannot be imported"
    # a module is not what it should be
    PARAMETERS = "parameters", "the parameters are not as asked for"
    START = "start", "the start values are not as asked for"
    STATE = "state", "the state_dict is not as asked for"
    REPR = "repr", "prints in another way than asked for"
    # says nothing against the code
    UNDECIDED = "undecided", "could not be judged"


# about the numbers of an answer
NUMBERS = frozenset({FailureKind.VALUE, FailureKind.NAN, FailureKind.SHAPE, FailureKind.LENGTH})
# an answer can be laid beside the right one, as a picture or as numbers
COMPARABLE = frozenset({FailureKind.VALUE, FailureKind.NAN, FailureKind.SHAPE})
# there is no work to look at
UNWRITTEN = frozenset({FailureKind.MISSING, FailureKind.NOT_WRITTEN})
# whatever a check asks for, it came to no call
UNCALLED = UNWRITTEN | {FailureKind.NOT_DEFINED, FailureKind.NOT_LOADABLE, FailureKind.FORBIDDEN}
