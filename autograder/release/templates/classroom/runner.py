"""Runs the public checks and hands GitHub Classroom their points.

`python .github/classroom/runner.py` writes `result=...` to the file named by GITHUB_OUTPUT and to the screen,
whatever the code in `exercises/` does. The checks run in a process of their own, `runner.py --record ...`, beside
that code: whoever wants to can forge what comes out. This is feedback, not a grade.

The form of the result is what classroom-resources/autograding-grading-reporter reads.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECK_SECONDS = 30.0  # for one check
TOTAL_SECONDS = 600.0  # for all of them
START_SECONDS = 90.0  # until the first check: torch takes long to load on a busy machine
MAX_CRASHES = 2  # checks of one exercise that may end the process before the rest of it is not run
MAX_RESULT_BYTES = (
    90_000  # bytes of the result; the reporter gets it in one variable, and Linux takes 128 KiB
)
LENGTHS = (1_000, 300, 100, 20)  # characters of a text; the longest that makes the result small enough
MAX_CHECKS = 200  # checks; whoever adds more of their own gets no result that is too large
MAX_SCREEN_CHARS = 50_000
MAX_FILE_BYTES = 64 * 2**20  # bytes: code that prints without end shall not fill the disk
PARTS = 64  # points are dealt out in 64ths, whose sums are exact: nobody sees 99.99999999999999

Status = Literal["pass", "fail", "error"]


@dataclass
class Check:
    """One public check, and how it ended."""

    id: str
    exercise: int
    name: str
    file: str = ""
    line: int = 0
    status: Status = "error"
    message: str = "not run"
    seconds: float = 0.0
    done: bool = False
    forbidden: bool = False

    def ended(self, status: Status, message: str, seconds: float = 0.0) -> None:
        """Takes down how it ended."""
        self.status, self.message, self.seconds, self.done = status, message, seconds, True


@dataclass
class Record:
    """What the checks' process tells, read line by line while it is written."""

    checks: dict[str, Check]
    running: str = ""
    began: bool = False
    finished: bool = False
    _rest: bytes = b""

    def take(self, data: bytes) -> None:
        """Takes in what was written since the last time."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                self._note(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # not a line of ours

    def _note(self, told: Mapping[str, Any]) -> None:
        kind = told["kind"]
        if kind == "check":
            check = Check(
                str(told["id"]),
                int(told["exercise"]),
                str(told["name"]),
                str(told["file"]),
                int(told["line"]),
            )
            if len(self.checks) < MAX_CHECKS:
                self.checks.setdefault(check.id, check)
        elif kind == "begin":
            self.running, self.began = str(told["id"]), True
        elif kind == "end":
            check = self.checks[told["id"]]
            check.ended(
                "pass" if told["passed"] is True else "fail", str(told["message"]), float(told["seconds"])
            )
            check.forbidden = told["forbidden"] is True
            self.running = ""
        elif kind == "finished":
            self.finished = True


@dataclass
class Run:
    """All checks, run in one process after another until each has ended or the time is up."""

    root: Path = ROOT
    check_seconds: float = CHECK_SECONDS
    total_seconds: float = TOTAL_SECONDS
    checks: dict[str, Check] = field(default_factory=dict)
    trouble: str = ""

    def all(self) -> None:
        """Runs them all. What calls something forbidden passes none, as where it is graded."""
        self._run()
        found = {check.exercise: check.message for check in self.checks.values() if check.forbidden}
        for check in self.checks.values():
            if check.exercise in found:
                check.ended("fail", found[check.exercise], check.seconds)

    def _run(self) -> None:
        deadline = time.monotonic() + self.total_seconds
        crashes: Counter[int] = Counter()
        while not self.trouble:
            record, why = self._process(deadline)
            if record.finished:
                return
            if time.monotonic() >= deadline:
                self.trouble = f"stopped: all checks together took longer than {self.total_seconds:g} s"
            culprit = self.checks.get(record.running)
            if culprit is None:
                self.trouble = self.trouble or f"the checks could not be run: {why}"
                return
            culprit.ended("error", why)
            crashes[culprit.exercise] += 1
            if crashes[culprit.exercise] >= MAX_CRASHES:
                for check in self.checks.values():
                    if check.exercise == culprit.exercise and not check.done:
                        check.ended("error", f"not run: other checks of ex{check.exercise} ended the process")

    def _process(self, deadline: float) -> tuple[Record, str]:
        """Runs what is left in one process; what it told, and why it ended."""
        record = Record(self.checks)
        done = json.dumps([check.id for check in self.checks.values() if check.done])
        with tempfile.TemporaryDirectory(prefix="checks-") as scratch, tempfile.TemporaryFile() as screen:
            told = Path(scratch) / "told"
            told.touch()
            command = [sys.executable, str(Path(__file__).resolve()), "--record", str(told), done]
            child = subprocess.Popen(
                command,
                cwd=self.root,
                env=_without_secrets(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                why = self._watch(child, told, record, deadline)
            finally:
                _end(child)
            screen.seek(0)
            shown = screen.read(MAX_SCREEN_CHARS).decode("utf-8", "replace")
        _show(shown)
        if not record.began and not record.finished:
            why = f"{why}: {_last_line(shown)}"
        return record, why

    def _watch(self, child: subprocess.Popen[bytes], told: Path, record: Record, deadline: float) -> str:
        """Reads along until the process ends or a limit is reached; says which."""
        heard = time.monotonic()
        with told.open("rb") as file:
            while True:
                ended = child.poll() is not None  # asked first: what it wrote before is read below
                news = file.read()
                now = time.monotonic()
                if news:
                    record.take(news)
                    heard = now
                if ended:
                    return f"the process ended with exit code {child.returncode} before the check was over"
                limit = self.check_seconds if record.began else max(START_SECONDS, self.check_seconds)
                if now - heard > limit:
                    return f"stopped after {limit:g} s: does it loop without end?"
                if now > deadline:
                    return f"stopped: all checks together took longer than {self.total_seconds:g} s"
                time.sleep(0.05)


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """What the checks' process needs; not where this one writes its result, nor any token."""
    hidden = ("GITHUB_", "ACTIONS_", "RUNNER_")
    return {name: value for name, value in environment.items() if not name.startswith(hidden)}


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.wait()


def _show(text: str) -> None:
    # a line that starts with "::" would be a command to GitHub
    for line in _plain(text).split("\n"):
        print(f"| {line}".rstrip())


def _last_line(text: str) -> str:
    lines = [line for line in _plain(text).split("\n") if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def _plain(text: str) -> str:
    """Without control characters and lone surrogates."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def result(checks: Sequence[Check], exercises: Sequence[tuple[int, int]], trouble: str) -> dict[str, Any]:
    """The result as the reporter reads it, small enough for it.

    Args:
        checks: all that were found.
        exercises: number and points of each exercise; one without checks counts as failed.
        trouble: why not all checks were run, or empty.
    """
    missing = [
        Check(f"ex{number}", number, f"ex{number}", message=trouble or "its checks are missing")
        for number, _ in exercises
        if not any(check.exercise == number for check in checks)
    ]
    shown = [*checks, *missing] or [Check("exercises", 0, "exercises", message=trouble)]
    scores = _scores(shown, dict(exercises))
    passed = all(check.status == "pass" for check in shown)
    for length in LENGTHS:
        found: dict[str, Any] = {
            "version": 3,
            "status": "pass" if passed else "error" if trouble else "fail",
            "max_score": sum(points for _, points in exercises),
            "tests": [_test(check, scores[check.id], length) for check in shown],
        }
        found |= {"message": _cut(trouble, 1_000)} if trouble else {}
        if len(encoded(found)) <= MAX_RESULT_BYTES:
            break
    return found


def _scores(checks: Sequence[Check], points: Mapping[int, int]) -> dict[str, float]:
    """The score of each check: an exercise's points are dealt out evenly to its checks."""
    scores = {}
    for number in dict.fromkeys(check.exercise for check in checks):
        mine = [check for check in checks if check.exercise == number]
        share, over = divmod(points.get(number, 0) * PARTS, len(mine))
        for place, check in enumerate(mine):
            worth = (share + (place < over)) / PARTS
            scores[check.id] = worth if check.status == "pass" else 0.0
    return scores


def _test(check: Check, score: float, length: int) -> dict[str, Any]:
    # of an error the reporter shows the message alone
    message = f"{check.name}: {check.message}" if check.status == "error" else check.message
    return {
        "name": _cut(check.name, min(length, 200)),
        "status": check.status,
        "message": _cut(message, length),
        "test_code": f"pytest {_cut(check.id, min(length, 200))}" if check.file else "pytest exercises",
        "task_id": check.exercise,
        "filename": _cut(check.file, min(length, 200)),
        "line_no": check.line,
        "duration": round(check.seconds, 3),
        "score": score,
    }


def _cut(text: str, length: int) -> str:
    return _plain(text if len(text) <= length else text[: length - 1] + "…")


def encoded(found: Mapping[str, Any]) -> str:
    """As the reporter takes it."""
    return base64.b64encode(json.dumps(found, ensure_ascii=False).encode("utf-8")).decode("ascii")


class Recorder:
    """Writes down what happens in the checks' process, as it happens."""

    def __init__(self, out: TextIO, done: Sequence[str]) -> None:
        self._out = out
        self._done = frozenset(done)

    def _tell(self, **told: object) -> None:
        self._out.write(json.dumps(told) + "\n")
        self._out.flush()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            path, line, _ = item.location
            self._tell(kind="check", id=item.nodeid, file=path, line=(line or 0) + 1, **_named(item))
        items[:] = [item for item in items if item.nodeid not in self._done]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._tell(kind="begin", id=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        check = vars(report).get("exercise_check") or {}
        message = report.longreprtext
        if check.get("status") == "to do":
            message = f"to do: write {check.get('what')}"
        passed = report.passed and check.get("status") == "right"
        self._tell(
            kind="end",
            id=report.nodeid,
            passed=passed,
            forbidden=bool(check.get("forbidden")),
            message=message,
            seconds=report.duration,
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._tell(kind="finished")


def _named(item: pytest.Item) -> dict[str, object]:
    digits = "".join(c for c in item.path.stem if c.isdigit())
    exercise = int(digits or 0)
    told = getattr(getattr(item, "obj", None), "__doc__", None) or item.name
    return {"exercise": exercise, "name": f"ex{exercise} {item.name}: {' '.join(str(told).split())}"}


def record(path: str, done: str) -> int:
    """The checks' process."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # a machine without such limits
    with Path(path).open("a", encoding="ascii") as out:
        options = ["-p", "no:cacheprovider", "--color=no"]
        return int(pytest.main(["exercises", *options], plugins=[Recorder(out, json.loads(done))]))


def _exercises(root: Path) -> Iterator[tuple[int, int]]:
    manifest = json.loads((root / "exercises" / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["exercises"]:
        yield int(entry["number"]), 0 if entry["extra"] else int(entry["points"])


def main() -> int:
    """Runs all checks and writes the result; exit code 0, since the reporter tells what failed."""
    run = Run(
        check_seconds=float(os.environ.get("CLASSROOM_CHECK_SECONDS", CHECK_SECONDS)),
        total_seconds=float(os.environ.get("CLASSROOM_TOTAL_SECONDS", TOTAL_SECONDS)),
    )
    exercises: list[tuple[int, int]] = []
    try:
        exercises = list(_exercises(run.root))
        run.all()
    except Exception as error:  # a result without points is better than none
        run.trouble = f"the runner failed: {type(error).__name__}: {error}"
    found = result(list(run.checks.values()), exercises, run.trouble)
    score = sum(test["score"] for test in found["tests"])
    right = sum(test["status"] == "pass" for test in found["tests"])
    print(f"{right} of {len(found['tests'])} public checks passed, {score:g} of {found['max_score']} points")
    line = f"result={encoded(found)}\n"
    if os.environ.get("GITHUB_OUTPUT"):
        with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="ascii") as out:
            out.write(line)
    print(line, end="")
    return 0


if __name__ == "__main__":
    sys.exit(record(*sys.argv[2:4]) if sys.argv[1:2] == ["--record"] else main())
