"""What is printed instead of pytest's own words: the failures, each reason once, and the screen."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest

from exercises.console import hints, messages
from exercises.console.outcome import exercise_of
from exercises.console.progress import Check, Goal, Line, goals, hidden_checks, likeliest, screen, wrapped
from exercises.console.wording import wording
from exercises.feedback.catalogue import course_info, exercises
from exercises.paths import EXERCISES

BLOCKS = "█░"
# what a terminal that cannot show more than ASCII gets instead
PLAIN = {
    "·": "*", "×": "x", "±": "+-", "–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"',
    "√": "sqrt ", "→": "->", "≤": "<=", "≥": ">=", "²": "^2",
}  # fmt: skip


class Reporter:
    """Hears how each check ended, and tells it at the end.

    Nothing of pytest is changed unless all paths of the run lie in the exercises.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
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
        if check["text"]:
            return "wrong", "", ("WRONG", {"red": True})
        return ("to do", "", ("TO DO", {"yellow": True})) if report.skipped else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = vars(report).get("exercise_check")
        if found is not None:
            check = Check(**found)
            self.checks.append(check)
            self.printed[check] = [(title, text) for title, text in report.sections if text]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK and any(c.status != "right" for c in self.checks):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.alone or not self.checks:
            return
        out = _Screen(terminalreporter)
        wrong = [c for c in self.checks if c.status == "wrong" and c.text]
        if self.config.option.tbstyle != "no":
            self._tell(out, wrong)
        for module, count in Counter(c.module for c in self.checks).items():
            self.selected[module] = max(self.selected[module], count)
        catalogue = exercises()
        todo = goals(catalogue, self.checks)
        out.rule(course_info().title)
        out.lines(screen(catalogue, self.checks, self.selected, out.shows(BLOCKS)))
        for check in self.checks:
            if check.remark:
                out.lines([("", ""), (wrapped(f"{check.exercise}: {check.remark}"), "yellow")])
        out.lines([("", ""), *self._advice(todo)])
        hidden = hidden_checks([e for e in catalogue if self.selected[e.module]])
        if hidden:
            out.lines([("", ""), (hidden, "")])

    def _tell(self, out: _Screen, wrong: Sequence[Check]) -> None:
        """Each cause in full where it comes up first, and by a number after that; all in full with -v."""
        reasons = likeliest(exercises(), wrong)
        groups: dict[str, list[Check]] = {}
        for check in wrong:
            reason = reasons.get(check)
            groups.setdefault(reason[0] if reason else check.spot, []).append(check)
        told = [group[0] for group in groups.values()] if self.quiet else wrong
        for check in told:
            out.rule(f"{check.exercise}: {check.name}", "red")
            out.lines([(wrapped(check.sentence), "bold"), ("", ""), (check.text, "")])
            if check in reasons:
                out.lines([("", ""), (messages.explained(reasons[check]), "")])
            if check.picture:
                out.lines([("", ""), (check.picture, "")])
            self._print(out, check)
            if self.quiet:
                out.lines(_others(next(group[1:] for group in groups.values() if group[0] is check)))
            out.lines([("", "")])

    def _print(self, out: _Screen, check: Check) -> None:
        shown = self.config.option.showcapture
        for title, text in self.printed.get(check, ()):
            if shown == "all" or (shown != "no" and shown in title):
                title = "Your code printed" if title == "Captured stdout call" else title
                out.lines([("", ""), (f"{title}:", ""), (text.rstrip("\n"), "")])

    def _advice(self, todo: Sequence[Goal]) -> list[Line]:
        catalogue = exercises()
        wrong = {name for goal in todo for name in (goal.function,)}
        right = {name for c in self.checks for name in c.functions} - wrong
        memory = getattr(self.config, "cache", None)
        hints.forget(memory, right)
        if todo:
            goal = todo[0]
            lines: list[Line] = [(wrapped(f"Next: {goal.sentence}"), "bold")]
            if self.config.getoption("hint", False):
                told = hints.next_hint(memory, goal.exercise, goal.function)
                return [*lines, *(("", "") if not text else (wrapped(text), "") for text in ["", *told])]
            return [*lines, (wording().more_hints, "")]
        if sum(self.selected.values()) > len(self.checks):
            return [("The run was stopped before the end.", "")]
        if self.partial or any(not self.selected[e.module] for e in catalogue):
            return [(wording().others, "green")]
        return [
            (f"Well done: every check passes, {course_info().praise}.", "green"),
            (wrapped(wording().all_done(catalogue)), ""),
        ]


def _others(checks: Sequence[Check]) -> list[Line]:
    if not checks:
        return []
    counts = Counter(c.exercise for c in checks)
    more = ", ".join(f"{count} of {exercise}" for exercise, count in counts.items())
    return [
        ("", ""),
        (wrapped(f"Wrong in the same way: {len(checks)} more ({more}{wording().how_to_see_more})."), ""),
    ]


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
