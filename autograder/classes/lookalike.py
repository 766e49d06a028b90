"""Which hand-ins of a class look alike: worth reading side by side, and no more than that.

    for pair in compare(submissions).pairs: ...

Code is parsed and never run. What counts is what a student wrote: text that everyone got, imports, comments,
docstrings, messages, annotations and layout do not, nor does how variables and functions are called. What is left
of an exercise is a sequence of tokens, and two sequences are held against each other by RapidFuzz's normalised indel
similarity, which is that of their longest common subsequence.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import warnings
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from autograder.report.class_statistics import Compared, Pair
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.submission import Submission, SubmissionError, read_submission
from exercises.feedback.catalogue import exercises
from exercises.paths import MANIFEST

ALIKE = 90.0  # per cent, from which on two answers to an exercise count as alike
ENOUGH = 250  # tokens of answers that are alike, from which on a pair is listed: chance does less
CROWD = 20  # others; an answer that is like those of more is the obvious one, or was given
MIN_ANSWER_TOKENS = 40  # tokens; shorter answers are alike by themselves
MAX_STUDENTS = 5_000  # the number of pairs grows with the square of that of the students
MAX_CHARS = 100_000  # of a module; a stub has 4,000
MAX_TOKENS = 3_000  # of an exercise; a solution has 400
ROWS = 256  # of the table of similarities that are held at a time

_BUILTINS = frozenset(dir(builtins))
_MODULES = frozenset({"torch", "nn", "F", "np", "numpy", "math"})
_NO_EVIDENCE = (ast.Import, ast.ImportFrom, ast.Pass, ast.Load, ast.Store, ast.Del)
_NOT_SHOWN = frozenset({"annotation", "returns", "ctx", "type_comment", "type_params", "decorator_list"})
_FIRST = 1  # code points of tokens begin here, and leave out the surrogates
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def compare(submissions: Iterable[ClassSubmission]) -> Compared:
    """Compares the code of a class; what cannot be read is left out, as it is from the grades."""
    submissions = [each for each in submissions if each.path is not None]
    if len(submissions) > MAX_STUDENTS:
        return Compared(
            remark=f"Not compared: there are more than {MAX_STUDENTS:,} hand-ins. "
            "autograder grade --jplag FOLDER writes them for a program that is made for so many."
        )
    modules = [exercise.module for exercise in exercises()]
    collected = Lookalikes()
    try:
        for each in submissions:
            assert each.path is not None
            with contextlib.suppress(SubmissionError):
                collected.add(each.student, read_submission(each.path, modules))
        return collected.alike()
    except ModuleNotFoundError as error:
        return Compared(remark=f"Not compared: look-alikes need {error.name}: pip install '.[class]'")
    except FileNotFoundError as error:  # a copy that went to a platform has none
        return Compared(remark=f"Not compared: there is no {error.filename} to tell what everyone got")


class Lookalikes:
    """Collects the code of a class, a few kB of each hand-in, and compares it."""

    def __init__(self) -> None:
        self._code: dict[str, list[tuple[str, str]]] = defaultdict(list)  # exercise → student and tokens
        self._vocabulary: dict[str, str] = {}
        self._students = self._left_out = 0

    def add(self, student: str, submission: Submission) -> None:
        """Takes a hand-in into account."""
        found = False
        for exercise, tokens in own_tokens(submission).items():
            if len(tokens) >= MIN_ANSWER_TOKENS:
                self._code[exercise].append((student, "".join(map(self._letter, tokens[:MAX_TOKENS]))))
                found = True
        self._students += found
        self._left_out += not found

    def _letter(self, token: str) -> str:
        """One character for each token: RapidFuzz is fastest on text."""
        known = self._vocabulary.get(token)
        if known is None:
            point = _FIRST + len(self._vocabulary)
            point += len(_SURROGATES) if point >= _SURROGATES.start else 0
            # so many different words are no code; they share the last character
            known = self._vocabulary.setdefault(token, chr(point)) if point < _LAST else chr(_LAST)
        return known

    def alike(self) -> Compared:
        """The pairs, those with the most code that is alike first.

        Raises:
            ModuleNotFoundError: if RapidFuzz is not installed.
        """
        lengths: dict[tuple[str, str], int] = defaultdict(int)
        found: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        common: list[tuple[str, int]] = []
        for exercise in sorted(self._code):
            pairs, crowd = _alike(self._code[exercise])
            common += [(exercise, crowd)] if crowd else []
            for one, other, percent, tokens in pairs:
                lengths[one, other] += tokens
                found[one, other].append((exercise, percent))
        listed = [
            Pair(*names, tuple(found[names]), tokens) for names, tokens in lengths.items() if tokens >= ENOUGH
        ]
        listed.sort(key=lambda pair: (-pair.tokens, pair.one, pair.other))
        return Compared(
            tuple(listed), tuple(common), self._students, self._left_out, alike=ALIKE, crowd=CROWD
        )


def _alike(code: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str, float, int]], int]:
    """The pairs of answers to one exercise that are alike, and how many answers are too common to be listed.

    Of a pair: both students, how much alike, and the length of the shorter answer.
    """
    import numpy as np
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    code = sorted(code, key=lambda each: (len(each[1]), each[0]))
    texts = [text for _, text in code]
    lengths = [len(text) for text in texts]
    others = np.zeros(len(code), dtype=np.int64)  # that each is like
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(code), ROWS):
        rows = texts[start : start + ROWS]
        # where one is this much longer than the other, they cannot be alike
        end = bisect_right(lengths, len(rows[-1]) * (200 - ALIKE) / ALIKE)
        table = process.cdist(
            rows,
            texts[start:end],
            scorer=Indel.normalized_similarity,
            score_cutoff=ALIKE / 100,
            dtype=np.float32,
            workers=-1,
        )
        table = np.triu(table, 1)  # each pair once
        ahead = np.count_nonzero(table, axis=1)
        others[start : start + len(rows)] += ahead
        others[start:end] += np.count_nonzero(table, axis=0)
        table[ahead > CROWD] = 0  # of a class that is all the same there would be millions
        for row, column in np.argwhere(table):
            found.append((start + int(row), start + int(column), 100 * float(table[row, column])))
    pairs = [
        (min(code[i][0], code[j][0]), max(code[i][0], code[j][0]), percent, lengths[i])
        for i, j, percent in found
        if max(others[i], others[j]) <= CROWD
    ]
    return pairs, int(np.count_nonzero(others > CROWD))


def own_tokens(submission: Submission) -> dict[str, list[str]]:
    """What a student wrote, by exercise; nothing of what cannot be parsed.

    In a notebook, what stands before the answer to an exercise belongs to it.
    """
    found: dict[str, list[str]] = {}
    for exercise in exercises():
        if tree := _parsed(submission.modules.get(exercise.module, "")):
            found[exercise.name] = _own(tree.body)
    owner = {export: e.name for e in exercises() for export in e.exports}
    waiting: list[str] = []
    for cell in submission.notebook or ():
        tree = _parsed(cell)
        for statement in tree.body if tree else ():
            waiting += _own([statement])
            name = owner.get(getattr(statement, "name", ""))
            if name is not None:
                found[name] = found.get(name, []) + waiting
                waiting = []
    return found


def _parsed(text: str) -> ast.Module | None:
    if len(text) > MAX_CHARS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _own(body: Sequence[ast.stmt]) -> list[str]:
    """The tokens of statements but for those that everyone got."""
    names, statements = _given()
    tokens: list[str] = []
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, Definition) and statement.name in names:
            waiting += reversed(statement.body)  # its head was given
        elif (words := tuple(_tokens(statement))) not in statements:
            tokens += words
    return tokens


@cache
def _given() -> tuple[frozenset[str], frozenset[tuple[str, ...]]]:
    """What everyone got: names of functions and classes, and statements."""
    names, statements = set(), set()
    for exercise in exercises():
        stub = ast.parse((MANIFEST.parent / f"{exercise.module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(stub):
            if isinstance(node, Definition):
                names.add(node.name)
            elif isinstance(node, ast.stmt):
                statements.add(tuple(_tokens(node)))
    return frozenset(names), frozenset(statements)


def _tokens(statement: ast.stmt) -> Iterator[str]:
    """The tokens of a statement, without what makes no difference to what it does; a loop, since code may be deep."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _NO_EVIDENCE) or _is_text(node):
            continue
        yield _word(node)
        if isinstance(node, ast.JoinedStr):
            continue
        for field, value in reversed(list(ast.iter_fields(node))):
            if field not in _NOT_SHOWN:
                parts = reversed(value) if isinstance(value, list) else [value]
                waiting += [part for part in parts if isinstance(part, ast.AST)]


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring, or another text that does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name if name in _BUILTINS or name in _MODULES else "name"
        case ast.Attribute(value=ast.Name(id="self")):
            return "self.name"
        case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return f".{name}"
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr():
            return "text"
        case ast.Constant(value=value):
            return repr(value)[:20]
    return type(node).__name__
