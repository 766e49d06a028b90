"""Which hand-ins of a class look alike: worth reading side by side, and no more than that.

    for pair in compare(submissions).pairs: ...

What a student wrote of an exercise is a sequence of tokens (see `submissions/tokens.py`), and two sequences are held
against each other by RapidFuzz's normalised indel similarity, which is that of their longest common subsequence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.report.class_statistics import Compared, Pair
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.submission import SubmissionError, TooMuchToRead, read_tokens
from exercises.feedback.catalogue import exercises
from exercises.paths import MANIFEST

ALIKE = 90.0  # per cent, from which on two answers to an exercise count as alike
ENOUGH = 250  # tokens of answers that are alike, from which on a pair is listed: chance does less
CROWD = 20  # others; an answer that is like those of more is the obvious one, or was given
MIN_ANSWER_TOKENS = 40  # tokens; shorter answers are alike by themselves
MAX_STUDENTS = 5_000  # the number of pairs grows with the square of that of the students
MAX_NAMED = 5  # hand-ins that a note names
ROWS = 256  # of the table of similarities that are held at a time

_FIRST = 1  # code points of tokens begin here, and leave out the surrogates
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF


def compare(submissions: Iterable[ClassSubmission]) -> Compared:
    """Compares the code of a class; what cannot be read is left out, as it is from the grades."""
    submissions = [each for each in submissions if each.path is not None]
    if len(submissions) > MAX_STUDENTS:
        return Compared(
            remark=f"Not compared: there are more than {MAX_STUDENTS:,} hand-ins. "
            "autograder grade --jplag FOLDER writes them for a program that is made for so many."
        )
    modules = [exercise.module for exercise in exercises()]
    given = [MANIFEST.parent / f"{module}.py" for module in modules]
    if lacking := [path for path in given if not path.is_file()]:  # as in a copy that went to a platform
        return Compared(remark=f"Not compared: there is no {lacking[0]} to tell what everyone got")
    collected = Lookalikes()
    too_much: list[str] = []
    for each in submissions:
        assert each.path is not None
        try:
            collected.add(each.student, read_tokens(each.path, modules))
        except TooMuchToRead:
            too_much.append(each.student)
        except SubmissionError:
            pass
    try:
        return replace(collected.alike(), notes=_named(too_much))
    except ModuleNotFoundError as error:
        return Compared(remark=f"Not compared: look-alikes need {error.name}: pip install '.[class]'")


def _named(too_much: Sequence[str]) -> tuple[str, ...]:
    if not too_much:
        return ()
    names = ", ".join(too_much[:MAX_NAMED])
    more = f" and {len(too_much) - MAX_NAMED} more" if len(too_much) > MAX_NAMED else ""
    return (f"Not compared, since their code takes too much time or memory to read: {names}{more}",)


class Lookalikes:
    """Collects the code of a class, a few kB of each hand-in, and compares it."""

    def __init__(self) -> None:
        self._code: dict[str, list[tuple[str, str]]] = defaultdict(list)  # exercise → student and tokens
        self._vocabulary: dict[str, str] = {}
        self._students = self._left_out = 0

    def add(self, student: str, answers: Mapping[str, Sequence[str]]) -> None:
        """Takes the tokens of a hand-in's exercises into account."""
        found = False
        for exercise, tokens in answers.items():
            if len(tokens) >= MIN_ANSWER_TOKENS:
                self._code[exercise].append((student, "".join(map(self._letter, tokens))))
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
            if len(self._code[exercise]) < 2:
                continue
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
