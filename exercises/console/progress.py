"""The screen at the end of a run: how far each exercise is, and what comes next."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from exercises.console.source import definitions, text_of
from exercises.console.wording import wording
from exercises.feedback.catalogue import Exercise, course_info

BAR = 10
DONE, TO_DO = "done", "to do"
WIDTH = 79
Status = Literal["right", "wrong", "to do"]
Style = Literal["", "red", "green", "yellow", "bold"]
Line = tuple[str, Style]
Reason = tuple[str, str, str]  # name, explanation, section of the tutorial
Part = tuple[str, str]  # of a message: what it is about, and the text


@dataclass(frozen=True)
class Check:
    """How one check ended.

    `functions` are the student's functions that it called, `failed` the one that was found wrong; `place` is
    the line where to go on, which lies in the exercise's own file; `waits_for` is the exercise that has to be
    written first, such as "ex3"; `what` names what is to write, or says in a sentence why the file cannot be
    used; `parts` are the message and `picture` a line about the picture; `reasons` are all that explain the
    failure, `spot` is the same for failures that look the same, `is_number` says that the answer is a number or
    two, `about_values` that an answer came whose shape or numbers are wrong, and `stopped` that an exception did;
    `remark` is what a check has to say although all is right; `forbidden` says that the code calls what it must not,
    and `blocked` why it cannot be run at all, such as "ex1 has a syntax error"; `tried` is false where other checks
    have shown that it cannot.
    """

    module: str
    name: str
    sentence: str
    status: Status
    functions: tuple[str, ...] = ()
    place: tuple[str, int] | None = None
    waits_for: str = ""
    what: str = ""
    parts: tuple[Part, ...] = ()
    picture: str = ""
    reasons: tuple[Reason, ...] = ()
    spot: str = ""
    is_number: bool = False
    about_values: bool = False
    stopped: bool = False
    failed: str = ""
    remark: str = ""
    forbidden: bool = False
    blocked: str = ""
    tried: bool = True

    @property
    def exercise(self) -> str:
        """The short name, such as "ex3"."""
        return self.module.split("_")[0]

    @property
    def text(self) -> str:
        """The message in full."""
        return in_full(self.parts)


def in_full(parts: Iterable[Part]) -> str:
    """A message in one piece, with a gap after each part but imports, which belong to the call below."""
    return "".join(text + ("\n" if about == "imports" else "\n\n") for about, text in parts).rstrip("\n")


def likeliest(catalogue: Sequence[Exercise], wrong: Sequence[Check]) -> dict[Check, Reason]:
    """The reason of each check that has one.

    A single answer can be explained in many ways. What counts is what explains all the wrong answers of a function;
    but if a function before it gives wrong numbers too, that comes first.
    """
    order = [name for exercise in catalogue for name in exercise.exports]
    numbers = [name for name in order if any(c.is_number and name in c.functions for c in wrong)]
    found: dict[Check, Reason] = {}
    for check in wrong:
        if check.is_number and numbers[0] not in check.functions:
            text = f"This may come from {numbers[0]}, which is wrong too: fix that first."
            found[check] = ("follows", text, "")
        elif check.reasons:
            alike = (
                [c for c in wrong if c.failed == check.failed and c.about_values]
                if check.about_values
                else [check]
            )
            shared = set.intersection(*({name for name, _, _ in c.reasons} for c in alike))
            explaining = [reason for reason in check.reasons if reason[0] in shared]
            if explaining:
                found[check] = explaining[0]
    return found


def asked_for(catalogue: Sequence[Exercise], checks: Sequence[Check]) -> list[Exercise]:
    """The exercises that are told of: extra ones once somebody has begun them, or once all others are done."""
    begun = {check.module for check in checks if check.status != "to do"}
    waiting = {check.module for check in checks if check.status != "right"}
    ran = {check.module for check in checks}
    core = [exercise for exercise in catalogue if not exercise.extra and exercise.module in ran]
    done = not any(exercise.module in waiting for exercise in core)
    return [exercise for exercise in catalogue if done or not exercise.extra or exercise.module in begun]


@dataclass(frozen=True)
class Goal:
    """What to do next: a function of an exercise, or the exercise itself where `function` is empty."""

    exercise: Exercise
    function: str
    checks: tuple[Check, ...]

    @property
    def not_begun(self) -> bool:
        """Whether all of it is still to do."""
        return all(check.status == "to do" for check in self.checks)

    @property
    def sentence(self) -> str:
        """Where and what."""
        wrong = [c for c in self.checks if c.status == "wrong"]
        ready = [c for c in self.checks if not c.waits_for]
        first = [*wrong, *ready, *self.checks][0]
        if wrong and first.what:
            return first.what
        file, line = first.place or self._definition()
        where = wording().where(file, line)
        if wrong:
            return f"{where}: fix {self.function or self.exercise.title} (see {first.name} above)"
        waiting = f", which {self.exercise.name} waits for" if first.waits_for else ""
        return f"{where}: write {first.what}{waiting}"

    def _definition(self) -> tuple[str, int]:
        module = self.exercise.module
        return f"{module}.py", definitions(text_of(module)).get(self.function, 0)


def goals(catalogue: Sequence[Exercise], checks: Sequence[Check], first: str = "") -> list[Goal]:
    """All that is not right yet, in the order of the exercises and of the functions in them.

    What calls something forbidden comes before that, since nothing else counts there, and so does an exercise that is
    being worked on, `first`.
    """
    found = []
    for exercise in catalogue:
        open_ = [c for c in checks if c.module == exercise.module and c.status != "right"]
        for name in (*exercise.exports, ""):
            mine = tuple(c for c in open_ if (name in _asked(c, exercise) if name else not c.functions))
            if mine:
                found.append(Goal(exercise, name, mine))
    return sorted(found, key=lambda g: (g.exercise.name != first, not any(c.forbidden for c in g.checks)))


def _asked(check: Check, exercise: Exercise) -> tuple[str, ...]:
    # a check of two functions that fails at the second says nothing against the first
    return (check.failed,) if check.failed in exercise.exports else check.functions


def screen(
    catalogue: Sequence[Exercise],
    checks: Sequence[Check],
    selected: Mapping[str, int],
    fancy: bool,
    short: bool = False,
) -> list[Line]:
    """The table: a bar, counts, points and a mark for each exercise.

    Args:
        catalogue: all exercises.
        checks: those that ran.
        selected: how many checks of each module were to run.
        fancy: whether the terminal can show blocks.
        short: whether exercises that are done, or not begun, share a line below.
    """
    shown = [e for e in catalogue if selected.get(e.module)]
    if not shown:
        return []
    alike: dict[str, list[str]] = {}
    for exercise in shown if short else ():
        mark, _ = _mark([c for c in checks if c.module == exercise.module], selected[exercise.module])
        if mark in (DONE, TO_DO):
            alike.setdefault(mark, []).append(exercise.name)
    if any(len(names) > 1 for names in alike.values()):
        told = "; ".join(f"{mark}: {', '.join(names)}" for mark, names in alike.items())
        left = [e for e in shown if not any(e.name in names for names in alike.values())]
        return [*screen(left, checks, selected, fancy), (wrapped(f"  {told}"), "")]
    wide = max(len(e.title) for e in shown)
    names = max(len(e.name) for e in shown)
    bars = BAR - max(names - len("ex1"), 0)  # a number of two digits makes no row wider than the screen
    lines: list[Line] = [(f"{'':{names + wide + bars + 6}} checks points", "")]
    track = ""
    for exercise in shown:
        if exercise.extra and exercise.track != track:
            lines.append((f"{course_info().tracks[exercise.track].heading}, for extra points:", ""))
        track = exercise.track
        mine = [c for c in checks if c.module == exercise.module]
        right, total = sum(c.status == "right" for c in mine), selected[exercise.module]
        blocked = {c.blocked for c in mine if c.status != "right"}
        if len(blocked) == 1 and "" not in blocked:
            why = blocked.pop()
            why = why.replace(f"{exercise.name} ", "it ", 1) if why.startswith(f"{exercise.name} ") else why
            lines.append(
                (f"  {exercise.name:{names}}  {exercise.title:{wide}}  cannot run yet: {why}", "red")
            )
            continue
        if any(c.forbidden for c in mine):
            right = 0  # as where it is graded
        counts = f"{f'{right}/{total}':>6} {exercise.points:>6}"
        mark, style = _mark(mine, total)
        bar = _bar(right, total, bars, fancy)
        lines.append((f"  {exercise.name:{names}}  {exercise.title:{wide}}  {bar} {counts}  {mark}", style))
    return lines


def _bar(right: int, total: int, width: int, fancy: bool) -> str:
    full, empty = ("█", "░") if fancy else ("#", "-")
    done = width if right == total else min(width - 1, round(width * right / total))
    return full * done + empty * (width - done)


def _mark(checks: Sequence[Check], total: int) -> tuple[str, Style]:
    count = Counter(c.status for c in checks)
    if count["right"] == total:
        return DONE, "green"
    waits = {c.waits_for for c in checks if c.status != "right"}
    if len(waits) == 1 and "" not in waits:
        return f"waits for {waits.pop()}", ""
    if any(c.forbidden for c in checks):
        return "forbidden call", "red"
    not_run = sum(not c.tried for c in checks)
    found = {"wrong": count["wrong"] - not_run, "not run": not_run, "to do": count["to do"]}
    parts = [f"{number} {what}" for what, number in found.items() if number]
    if count["to do"] == total:
        parts = [TO_DO]
    if len(checks) < total:
        parts = [*parts[:1], "stopped"] if parts else ["not run"]
    return ", ".join(parts), "red" if count["wrong"] else ""


def hidden_checks(catalogue: Sequence[Exercise], meanings: Mapping[str, str], most: int) -> list[Line]:
    """How many hidden checks wait, by what they are about; nothing if the manifest names none.

    Args:
        catalogue: the exercises.
        meanings: what the checks are about, in words.
        most: lines; what is rarest shares the last one.
    """
    count: Counter[str] = Counter()
    for exercise in catalogue:
        count.update(exercise.hidden)
    if not count:
        return []
    lines: list[Line] = [(f"Hidden checks that wait for your hand-in: {count.total()}", "")]
    wide = max(map(len, count))
    shown = count.most_common(None if len(count) < most else max(most - 2, 1))
    for name, number in shown:
        lines.append((f"  {number:3} {name:{wide}}  {meanings.get(name, '')}".rstrip(), ""))
    others = count.total() - sum(number for _, number in shown)
    return [*lines, (f"  {others:3} others", "")] if others else lines


def wrapped(text: str) -> str:
    """Broken into lines that fit every terminal."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
