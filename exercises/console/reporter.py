"""What is printed instead of pytest's own words: the failures, each reason once, and the screen."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest

from exercises.console import hints, messages
from exercises.console.local import NEVER_ENDS, Session
from exercises.console.one_screen import FRAME, SCREEN, Block, Paragraph, fitted, height
from exercises.console.outcome import exercise_of
from exercises.console.progress import (
    Check,
    Goal,
    Line,
    asked_for,
    goals,
    hidden_checks,
    likeliest,
    screen,
    wrapped,
)
from exercises.console.source import notebook_text
from exercises.console.time_limit import Place
from exercises.console.wording import wording
from exercises.feedback.catalogue import Exercise, course_info, exercises
from exercises.paths import EXERCISES

BLOCKS = "█░"
NOT_RUN = "Not run: checks whose code had to be stopped elsewhere, and would hang again."
# what a terminal that cannot show more than ASCII gets instead
PLAIN = {
    "·": "*", "×": "x", "±": "+-", "–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"',
    "√": "sqrt ", "→": "->", "≤": "<=", "≥": ">=", "²": "^2",
}  # fmt: skip


class Reporter:
    """Hears how each check ended, and tells it at the end.

    Nothing of pytest is changed unless all paths of the run lie in the exercises.
    """

    def __init__(self, config: pytest.Config, meanings: Mapping[str, str]) -> None:
        self.config = config
        self.meanings = meanings
        self.session = Session()
        if notebook_text() is None:  # whose process is not ours to end: it is interrupted by its own button
            self.session.give_up = self.end
            with contextlib.suppress(OSError):
                self.session.last = os.dup(2)
        self.checks: list[Check] = []
        self.printed: dict[Check, list[tuple[str, str]]] = {}
        self.selected: Counter[str] = Counter()
        self.partial = False
        self.alone = self.quiet = False
        if all(_is_exercise(argument, config.invocation_params.dir) for argument in config.args):
            config.option.no_header = True
            self._save_time()
            self._take_over()

    def _take_over(self) -> None:
        """From here on this is what speaks, and pytest keeps still unless asked with -v."""
        self.alone = True
        self.quiet = self.config.option.verbose <= 0 and not self.config.option.collectonly
        if self.quiet:
            self.config.option.verbose = -2

    def _save_time(self) -> None:
        """Leaves out what takes as long as all checks together and is of no use to them."""
        # pytest's two garbage collections would go through all that torch has loaded
        gc.freeze()
        # where Hypothesis is installed, it is loaded at the end of every run, to see whether it was used
        if "hypothesis" not in sys.modules:
            plugin = self.config.pluginmanager.get_plugin("hypothesispytest")
            if plugin is not None:
                self.config.pluginmanager.unregister(plugin)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """What code logs is shown as what it prints: pytest would go through all loggers six times for each check."""
        logging = self.config.pluginmanager.get_plugin("logging-plugin")
        if self.alone and logging is not None:
            self.config.pluginmanager.unregister(logging)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        for item in items:
            if exercise_of(item):
                # a warning of the student's code is none of a check's business, whatever pytest.ini says
                item.add_marker(pytest.mark.filterwarnings("default"))
        yield
        # a plugin may shuffle tests, but a cause is explained where it first comes up: in the easiest exercise
        wanted = self.config.getoption("failedfirst", False) or self.config.getoption("newfirst", False)
        found = [exercise_of(item) for item in items]
        if not wanted and all(found):  # in pytest's own order, exercise 10 comes before exercise 2
            numbers = {item: e.number for item, e in zip(items, found, strict=True) if e}
            items.sort(key=lambda item: (numbers[item], item.location[1] or 0))

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.partial = self.partial or bool(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        found = [exercise_of(item) for item in session.items]
        self.selected.update(exercise.module for exercise in found if exercise)
        if not self.alone and found and all(found):
            self._take_over()  # `pytest` alone, where there are no other tests
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        if self.quiet and reporter is not None:
            reporter._show_progress_info = False  # no "[100%]" where there are no dots

    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, str | tuple[str, dict[str, bool]]] | None:
        check = vars(report).get("exercise_check")
        if not self.alone or check is None:
            return None
        if report.passed:
            return "passed", "", ("RIGHT", {"green": True})
        if not check["tried"]:
            return "wrong", "", ("NOT RUN", {"red": True})
        if check["parts"]:
            return "wrong", "", ("WRONG", {"red": True})
        return ("to do", "", ("TO DO", {"yellow": True})) if report.skipped else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = vars(report).get("exercise_check")
        if found is not None:
            check = Check(**found)
            self.checks.append(check)
            self.printed[check] = [(title, text) for title, text in report.sections if text]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        extra = {exercise.module for exercise in exercises() if exercise.extra}
        if extra >= {check.module for check in self.checks}:
            extra = set()  # they were asked for
        # whoever does not go further has done all there is to do
        missing = (
            c for c in self.checks if c.status == "wrong" or (c.status == "to do" and c.module not in extra)
        )
        if exitstatus == pytest.ExitCode.OK and any(missing):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_unconfigure(self) -> None:
        """Gives back what was taken for the case that code cannot be stopped."""
        if self.session.last is not None:
            os.close(self.session.last)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.alone and self.checks:
            self._show(_Screen(terminalreporter))

    def end(self, place: Place | None) -> None:
        """Ends the program where the student's code cannot be stopped; what is known so far is shown."""
        capture: Any = self.config.pluginmanager.get_plugin("capturemanager")
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        if capture is not None:
            capture.suspend_global_capture(in_=True)
        out = _Screen(reporter)
        if self.alone and self.checks:
            self._show(out)
        where = wording().where(*place[:2]) if place else "Your code"
        told = f"{where} is still running and cannot be stopped, so the run ends here: {NEVER_ENDS}"
        out.lines([("", ""), (wrapped(told), "red"), (f"    {place[2]}" if place else "", "")])
        sys.stdout.flush()
        os._exit(1)

    def _show(self, out: _Screen) -> None:
        wrong = [c for c in self.checks if c.status == "wrong" and c.parts and c.tried]
        for module, count in Counter(c.module for c in self.checks).items():
            self.selected[module] = max(self.selected[module], count)
        catalogue = asked_for(exercises(), self.checks) if self.quiet else exercises()
        first = self.config.getoption("first", "")
        todo = goals(catalogue, self.checks, first)
        table = partial(screen, catalogue, self.checks, self.selected, out.shows(BLOCKS))
        below: list[Line] = []
        if not all(c.tried for c in self.checks):
            below += [("", ""), (NOT_RUN, "")]
        for check in self.checks:
            if check.remark:
                below += [("", ""), (wrapped(f"{check.exercise}: {check.remark}"), "yellow")]
        below += [("", ""), *self._advice(catalogue, todo)]
        if not self.quiet or not (todo or self._is_cut_short()):
            asked = [e for e in catalogue if self.selected[e.module]]
            most = SCREEN - 3 - height(table()) - height(below) if self.quiet else sys.maxsize
            hidden = hidden_checks(asked, self.meanings, most)
            below += [("", ""), *hidden] if hidden else []
        pictures: list[Line] = [
            (check.picture, "") for check in self.checks if check.status == "right" and check.picture
        ]
        if self.config.getoption("picture", False) and not wrong and not pictures:
            pictures = [("Picture: none, since no check has found a wrong answer", "")]
        below += [("", ""), *pictures] if pictures else []
        told = self._told(wrong, first) if self.config.option.tbstyle != "no" else []
        # a notebook is as long as it needs to be
        room = SCREEN - height(below) - 2 if self.quiet and notebook_text() is None else sys.maxsize
        needed = height(told[0].lines) + FRAME + 2 * (len(told) > 1) if told else 0
        progress = table(short=bool(told) and needed + height(table()) > room)
        shown, in_short = fitted(told, room - height(progress), self._how_to_see_more())
        for block in shown:
            out.rule(f"{block.check.exercise}: {block.check.name}", "red")
            out.lines([*block.lines, ("", "")])
        out.lines(in_short)
        out.rule(course_info().title)
        out.lines([*progress, *below])

    def _told(self, wrong: Sequence[Check], first: str) -> list[Block]:
        """Each cause in full where it comes up first, and by a number after that; all in full with -v."""
        reasons = likeliest(exercises(), wrong)
        groups: dict[str, list[Check]] = {}
        for check in wrong:
            reason = reasons.get(check)
            # an exception's reason is told with what its line worked on, which says nothing of another line
            key = check.spot if check.stopped or not reason else reason[0]
            groups.setdefault(key, []).append(check)
        told = [*groups.values()] if self.quiet else [[check] for check in wrong]
        told.sort(key=lambda group: (group[0].exercise != first, not group[0].forbidden))
        blocks = []
        for check, *others in told:
            paragraphs: list[Paragraph] = [("sentence", [(wrapped(check.sentence), "bold")])]
            paragraphs += [(about, [(text, "")]) for about, text in check.parts]
            paragraphs += [("printed", lines) for lines in self._printed(check)]
            if check in reasons:
                paragraphs.append(("why", [(messages.explained(reasons[check]), "")]))
            if check.picture:
                paragraphs.append(("picture", [(check.picture, "")]))
            if others and not check.blocked:  # the table says which exercises cannot run
                known = check in reasons or not check.about_values
                paragraphs.append(("others", [(_others(others, known, self._how_to_see_more()), "")]))
            blocks.append(Block(check, paragraphs, others))
        return blocks

    def _how_to_see_more(self) -> str:
        return "v shows all" if self.config.getoption("keys", False) else wording().how_to_see_more

    def _is_cut_short(self) -> bool:
        return sum(self.selected.values()) > len(self.checks)

    def _printed(self, check: Check) -> Iterator[list[Line]]:
        shown = self.config.option.showcapture
        for title, text in self.printed.get(check, ()):
            if shown == "all" or (shown != "no" and shown in title):
                title = "Your code printed" if title == "Captured stdout call" else title
                yield [(f"{title}:", ""), (text.rstrip("\n"), "")]

    def _advice(self, catalogue: Sequence[Exercise], todo: Sequence[Goal]) -> list[Line]:
        wrong = {name for goal in todo for name in (goal.function,)}
        right = {name for c in self.checks for name in c.functions} - wrong
        memory = getattr(self.config, "cache", None)
        hints.forget(memory, right)
        lines: list[Line] = []
        if todo and all(goal.exercise.extra and goal.not_begun for goal in todo) and self._has_all(catalogue):
            lines = [*self._done([e for e in catalogue if not e.extra]), ("", "")]
        if todo:
            goal = todo[0]
            lines.append((wrapped(f"{'Next, to go further' if lines else 'Next'}: {goal.sentence}"), "bold"))
            if self.config.getoption("hint", False):
                told = hints.next_hint(memory, goal.exercise, goal.function or goal.exercise.exports[0])
                return [*lines, *(("", "") if not text else (wrapped(text), "") for text in ["", *told])]
            # whoever has keys is told them below
            return lines if self.config.getoption("keys", False) else [*lines, (wording().more_hints, "")]
        if self._is_cut_short():
            return [("The run was stopped before the end.", "")]
        return self._done(catalogue) if self._has_all(catalogue) else [(wording().others, "green")]

    def _has_all(self, catalogue: Sequence[Exercise]) -> bool:
        return not self.partial and all(self.selected[e.module] for e in catalogue)

    def _done(self, catalogue: Sequence[Exercise]) -> list[Line]:
        return [
            (f"Well done: every check passes, {course_info().praise}.", "green"),
            (wrapped(wording().all_done(catalogue)), ""),
        ]


def _others(checks: Sequence[Check], known: bool, how_to_see: str) -> str:
    """How many more are wrong in the same way, or as far as one can see, where no cause is known."""
    counts = Counter(c.exercise for c in checks)
    more = ", ".join(f"{count} of {exercise}" for exercise, count in counts.items())
    more += f"; {how_to_see}" if how_to_see else ""
    told = "Wrong in the same way" if known else "Wrong too, maybe for another reason"
    return wrapped(f"{told}: {len(checks)} more ({more}).")


class _Screen:
    """Prints text that any terminal can take."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        stream: TextIO | None = sys.__stdout__
        self._encoding = getattr(stream, "encoding", None) or "ascii"

    def shows(self, text: str) -> bool:
        """Whether the terminal has these characters."""
        try:
            text.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def lines(self, lines: Sequence[Line]) -> None:
        """One or more lines each in its style."""
        for text, style in lines:
            for line in text.split("\n"):
                self._reporter.write_line(self._plain(line), **({style: True} if style else {}))

    def rule(self, title: str, style: str = "") -> None:
        """A title on a line of its own."""
        self._reporter.write_sep("-", self._plain(title), **({style: True} if style else {}))

    def _plain(self, text: str) -> str:
        if self.shows(text):
            return text
        return "".join(c if self.shows(c) else PLAIN.get(c, "?") for c in text)


def _is_exercise(argument: str, here: Path) -> bool:
    path = (here / argument.split("::", 1)[0]).resolve()
    return path.is_relative_to(EXERCISES)
