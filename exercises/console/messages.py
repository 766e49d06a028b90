"""How a failed check is told: what was called, what was expected, what came, and where in your code.

Everything is text here; colours and what the terminal cannot show are the screen's affair.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from exercises.console.local import own_lines
from exercises.console.progress import Part, Reason
from exercises.console.wording import wording
from exercises.feedback.calls import PRINTED_ELEMENTS
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import COMPARABLE, FailureKind
from exercises.feedback.sentence import capital
from exercises.feedback.steps import TensorResult
from exercises.paths import VISUALIZER

WIDTH = 79
WINDOW = 5  # rows and columns shown of a tensor that is too large to be shown in full
PRINTED = 36  # numbers of a tensor up to which it is shown in full
MAX_ROWS = 8  # lines up to which it is
MAX_MESSAGE_LINES = 12  # lines of an exception's message
# told by the line of code that they come from
_AT_A_LINE = (FailureKind.RAISED, FailureKind.IMPORT, FailureKind.FORBIDDEN)


def told(course: Course, failure: CheckFailure, module: str) -> tuple[Part, ...]:
    """The failure in full, in paragraphs, each with what it is about.

    Args:
        failure: what the check raised.
        module: the exercise module that was asked, such as "ex3_name".
    """
    imports, call = _called(failure, module)
    parts = (
        ("what", _sentence(failure.headline)),
        ("imports", imports),
        ("call", call),
        ("compared", _compared(failure)),
        ("message", _message(failure)),
        ("own", _own(failure)),
        ("page", _page(course, failure)),
    )
    return tuple(part for part in parts if part[1])


def reasons(failure: CheckFailure) -> tuple[Reason, ...]:
    """All that can explain the failure, the likeliest first."""
    return tuple((each.name, each.explanation, each.section) for each in failure.causes)


def spot(failure: CheckFailure) -> str:
    """What failures share that come from the same line of code; those of wrong answers at least look alike."""
    if failure.kind == FailureKind.TIMEOUT:  # wherever in a loop it was, and whoever called it
        return f"{failure.kind} {[file for file, *_ in own_lines(failure.trace)][-1:]}"
    if failure.kind in _AT_A_LINE and failure.trace:
        return f"{failure.kind} {failure.trace[-1]}"
    return f"{failure.kind} {failure.headline}"


def is_number(failure: CheckFailure) -> bool:
    """Whether the answer is a number or two, which many a mistake can give."""
    wanted = failure.wanted
    return isinstance(wanted, int) or (isinstance(wanted, tuple) and isinstance(wanted[0], int))


def explained(reason: Reason) -> str:
    """A reason in words, and what to read."""
    _, explanation, section = reason
    return _wrapped(explanation) + (f"\nRead: {wording().tutorial(section)}" if section else "")


def _sentence(headline: str) -> str:
    """Begins with a capital unless it begins with a name of code."""
    text = capital(headline)
    return _wrapped(text if text.endswith((".", "?", "!")) else f"{text}.")


def _called(failure: CheckFailure, module: str) -> tuple[str, str]:
    """What to import, and the call."""
    if failure.call is None:
        return "", ""
    *imports, call = failure.call.script(module).split("\n")
    text = failure.call_text or call
    for needed, line in (
        ("torch.", "import torch"),
        ("sample(", "from exercises.feedback.calls import sample"),
    ):
        if needed in text and line not in imports:
            imports.append(line)
    return _indented("\n".join(sorted(imports, key=lambda i: i != "import torch"))), _indented(text)


def _compared(failure: CheckFailure) -> str:
    """Expected beside yours: all numbers if they are few, else those around the largest error."""
    wanted, answer = failure.wanted, failure.answer
    found = failure.mismatch
    item, worst = (found.item, found.worst) if found else (None, None)
    if item is not None:
        wanted, answer = (_item(value, item) for value in (wanted, answer))
    numbers = answer.value if isinstance(answer, TensorResult) else answer
    words = "" if item is None else f"In item {item} of the result: "
    if failure.kind in COMPARABLE and isinstance(wanted, Tensor) and isinstance(numbers, Tensor):
        # parts of large tensors that differ in shape do not lie beside each other
        full = failure.kind != FailureKind.SHAPE or max(wanted.numel(), numbers.numel()) <= PRINTED_ELEMENTS
        blocks = [_block("expected", wanted, worst, full), _block("yours", numbers, worst, full)]
        if found and found.largest:
            told = f"{found.largest}: expected {failure.expected}, yours {failure.got}; {found.counted}."
            blocks.append(_wrapped(capital(words + told)))
        elif words:
            blocks.insert(0, words.rstrip(" "))
        return "\n".join(blocks)
    if failure.kind == FailureKind.RAISED or not (failure.expected or failure.got):
        return ""
    lines = [("expected", failure.expected), ("yours", failure.got)]
    if failure.kind == FailureKind.VALUE and isinstance(failure.wanted, tuple):
        lines = [("expected", repr(failure.wanted)), ("yours", repr(failure.answer))]
    text = "\n".join(f"{name + ':':10}{_hanging(value)}" for name, value in lines if value)
    if found and found.largest:
        return f"{text}\n{_wrapped(capital(f'{words}{found.largest}; {found.counted}.'))}"
    return text


def _item(values: Any, number: int) -> Any:
    return values[number] if isinstance(values, tuple | list) and number < len(values) else values


def _block(name: str, values: Tensor, worst: Sequence[int] | None, numbers: bool) -> str:
    """A tensor of any rank, two axes at a time; or its shape alone."""
    lines = [f"{name}, shape {tuple(values.shape)}:"]
    if values.numel() == 0 or not numbers:
        return lines[0].rstrip(":")
    if values.ndim < 2:
        return "\n".join([*lines, _rows(values.reshape(1, -1))])
    planes = values.reshape(-1, *values.shape[-2:])
    rows = len(planes) * (values.shape[-2] + (len(planes) > 1))
    if values.numel() <= PRINTED and rows <= MAX_ROWS:
        for number, plane in enumerate(planes):
            if len(planes) > 1:
                lines.append(f"  [{_index(number, values.shape[:-2])}]")
            lines.append(_rows(plane))
        return "\n".join(lines)
    at = tuple(worst) if worst and len(worst) == values.ndim else (0,) * values.ndim
    plane = values[at[:-2]]
    top, left = (max(0, min(i - WINDOW // 2, n - WINDOW)) for i, n in zip(at[-2:], plane.shape, strict=True))
    part = plane[top : top + WINDOW, left : left + WINDOW]
    where = ", ".join(map(str, at[:-2])) + ", " if at[:-2] else ""
    lines.append(f"  [{where}{top}:{top + part.shape[0]}, {left}:{left + part.shape[1]}]")
    return "\n".join([*lines, _rows(part)])


def _index(number: int, shape: Sequence[int]) -> str:
    places = torch.unravel_index(torch.tensor(number), tuple(shape))
    return ", ".join(str(int(i)) for i in places)


def _rows(plane: Tensor) -> str:
    texts = [[_number(value) for value in row] for row in plane.tolist()]
    width = max((len(text) for row in texts for text in row), default=1)
    return "\n".join("    " + "  ".join(text.rjust(width) for text in row) for row in texts)


def _number(value: Any) -> str:
    return f"{value + 0.0:.5g}" if isinstance(value, int | float) else str(value)  # + 0.0: no minus zero


def _message(failure: CheckFailure) -> str:
    """The rest of an exception's message, if it has more than one line."""
    lines = failure.got.strip().split("\n") if failure.kind == FailureKind.RAISED else []
    if len(lines) < 2:
        return ""
    rest = lines[1:MAX_MESSAGE_LINES]
    return _indented("\n".join([*rest, "..."] if len(lines) > MAX_MESSAGE_LINES else rest))


def _page(course: Course, failure: CheckFailure) -> str:
    """Where to look at the call step by step."""
    if failure.call is None or failure.kind not in COMPARABLE:
        return ""
    worst = failure.mismatch.worst if failure.mismatch else None
    fragment = course.fragment(failure.drawn_as or failure.call, worst) if VISUALIZER.is_file() else ""
    if not fragment:
        return ""
    # a link that spells out no numbers opens the page with numbers of its own
    same = "" if "&x=" in fragment else ", the same settings with other numbers"
    return f"Step by step, in a browser{same}:\n{VISUALIZER.as_uri()}#{fragment}"


def _own(failure: CheckFailure) -> str:
    trace = own_lines(failure.trace) or failure.trace
    lines = [f"{wording().line(file, line)}:\n    {text}" for file, line, text in trace]
    shown = list(dict.fromkeys(lines))
    return "In your code:\n" + _indented("\n".join(shown), 2) if shown else ""


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _hanging(text: str) -> str:
    """A long value over several lines, and the lines of a value that has several."""
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, WIDTH - 10) or [""]]
    return ("\n" + " " * 10).join(lines)


def _indented(text: str, by: int = 4) -> str:
    return textwrap.indent(text, " " * by)
