"""What kinds of failures there are, once for the checks, the grader and the pages; reports hold the same texts.

Nothing of torch is here: whoever shows a report need not wait for it.
"""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    """In what way a check failed."""

    # an answer came
    TYPE = "type"
    LENGTH = "length"
    SHAPE = "shape"
    DTYPE = "dtype"
    DEVICE = "device"
    NAN = "nan"
    VALUE = "value"
    MUTATED = "mutated"
    GRADIENT = "gradient"
    NO_GRADIENT = "no-gradient"
    SLOW = "slow"  # a right one, where it was measured
    # an exception, or none where one is due
    RAISED = "raised"
    NO_ERROR = "no-error"
    WRONG_ERROR = "wrong-error"
    # no answer at all
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    # nothing to call
    MISSING = "missing"
    NOT_WRITTEN = "not-written"
    NOT_DEFINED = "not-defined"
    NOT_LOADABLE = "not-loadable"
    IMPORT = "import"
    MISSING_NAME = "missing-name"
    # a module is not what it should be
    PARAMETERS = "parameters"
    START = "start"
    STATE = "state"
    REPR = "repr"
    # says nothing against the code
    UNDECIDED = "undecided"


# about the numbers of an answer
NUMBERS = frozenset({FailureKind.VALUE, FailureKind.NAN, FailureKind.SHAPE, FailureKind.LENGTH})
# an answer can be laid beside the right one, as a picture or as numbers
COMPARABLE = frozenset({FailureKind.VALUE, FailureKind.NAN, FailureKind.SHAPE})
# there is no work to look at
UNWRITTEN = frozenset({FailureKind.MISSING, FailureKind.NOT_WRITTEN})
# whatever a check asks for, it came to no call
UNCALLED = UNWRITTEN | {FailureKind.NOT_DEFINED, FailureKind.NOT_LOADABLE, FailureKind.FORBIDDEN}
