"""Kills `autograder grade` and its workers at random moments, and holds what comes of it against a quiet run.

    python -m tests.soak [--hand-ins 200] [--kills 50] [--seed N]

Ends with 0 if the reports are those of the quiet run and nothing is left over.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from autograder.report.history import HISTORY
from autograder.report.pages.dashboard import DASHBOARD
from autograder.report.pseudonyms import KEY

ROOT = Path(__file__).resolve().parents[1]
CLASS = ROOT / "tests" / "submissions" / "class"
# those that need a second at most, and whose grade hangs on no clock
QUICK = ("joão", "émile", "bjørn", "chen_wei.zip", "dana.ipynb")
WORKERS = 2
START = 10.0  # seconds within which a kill may hit the start
# what a script puts in the background ignores Ctrl-C, and so would all that it starts; programs at a terminal do not
AS_AT_A_TERMINAL = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('autograder', run_name='__main__', alter_sys=True)"
)


def make_class(folder: Path, number: int) -> None:
    """Copies of the quick hand-ins under new names."""
    folder.mkdir(parents=True)
    for n in range(number):
        source = CLASS / QUICK[n % len(QUICK)]
        target = folder / f"{n:03}-{source.name}"
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)


@dataclass
class Run:
    """One `autograder grade` with its temporary files in a folder of their own, and `by` whom it grades."""

    hand_ins: Path
    out: Path
    scratch: Path
    by: tuple[str, ...] = ("--workers", str(WORKERS))
    sessions: set[int] = field(default_factory=set)

    def start(self, *options: str, stderr: TextIO | None = None) -> subprocess.Popen[str]:
        """Starts it; its events come from standard output."""
        self.scratch.mkdir(exist_ok=True)
        command = [sys.executable, "-c", AS_AT_A_TERMINAL, "grade", str(self.hand_ins), "-o", str(self.out)]
        command += ["--device", "cpu", *self.by, "--json", *options]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(self.scratch)},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
        self.sessions.add(process.pid)
        return process

    def to_the_end(self, *options: str) -> list[dict[str, Any]]:
        """Its events, if nobody disturbs it."""
        process = self.start(*options)
        said, _ = process.communicate(timeout=3600)
        assert process.returncode == 0, said
        return [json.loads(line) for line in said.splitlines()]

    def left_over(self) -> list[str]:
        """Processes, temporary files and sandbox folders that are still there."""
        until = time.monotonic() + 10
        while (processes := self._processes()) and time.monotonic() < until:
            time.sleep(0.1)
        files = [str(path) for path in self.scratch.iterdir() if not path.name.startswith("torchinductor")]
        return processes + files + [str(path) for path in self.out.glob(".*")]

    def _processes(self) -> list[str]:
        """Those of the sessions that were started here, and those that run in a sandbox of theirs."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                here = (entry / "cwd").readlink()
                if state != "Z" and (int(session) in self.sessions or here.is_relative_to(self.scratch)):
                    found.append(f"{entry.name}: {(entry / 'cmdline').read_bytes()[:200]!r}")
            except (OSError, ValueError):
                continue
        return found


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The worker processes of a run."""
    found = []
    for children in Path(f"/proc/{process.pid}/task").glob("*/children"):
        try:
            found += [
                int(pid)
                for pid in children.read_text().split()
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ]
        except OSError:
            continue
    return found


def kill_often(run: Run, kills: int, number: int, chance: random.Random) -> Counter[str]:
    """Kills and starts again; says what was killed, how often. Then lets the run come to its end."""
    killed: Counter[str] = Counter()
    done = 0
    while killed.total() < kills:
        process = run.start()
        assert process.stdout is not None
        while killed.total() < kills and process.poll() is None:
            # so that the last kill still finds something to do
            share = max(1, (number - done) // (kills - killed.total() + 1))
            wanted = chance.randint(0, share)
            seen = 0
            while seen < wanted and (line := process.stdout.readline()):
                event = json.loads(line)
                new = event["event"] == "graded" and not event["cached"]
                seen += new
                done += new
            time.sleep(chance.uniform(0, 0.5 if wanted else START))
            workers = workers_of(process)
            if workers and chance.random() < 0.4:
                victim, kind = chance.choice(workers), "worker"
            else:
                victim, kind = process.pid, "grader"
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed[kind] += 1
            print(f"{killed.total()} of {kills}: killed a {kind}, {done} graded", file=sys.stderr, flush=True)
            if kind == "grader":
                break
        if process.poll() is None:
            process.communicate()  # killed, or the last kill was a worker's
        process.wait()
        process.stdout.close()
        done = sum(1 for path in run.out.glob("*.results.json")) if run.out.is_dir() else 0
    run.to_the_end()
    return killed


def reports(folder: Path) -> dict[str, Any]:
    """The content of all files in a folder of reports, but for times, pseudonyms and numbers of users."""
    found: dict[str, Any] = {}
    for path in folder.iterdir():
        if path.name in (HISTORY, KEY):  # when it was, and what is random
            continue
        text = re.sub(r"uid \d+", "uid", path.read_text(encoding="utf-8"))
        if path.name == DASHBOARD:
            text, parts = re.subn(r'(?s)<section aria-labelledby="slowest">.*?</section>', "", text)
            assert parts == 1
            text = re.sub(r' data-as="[^"]*"', "", text)
        found[path.name] = text
        if path.suffix == ".json":
            found[path.name] = {
                k: v for k, v in json.loads(text).items() if k not in ("seconds", "execution_time", "digest")
            }
    return found


def main() -> int:
    """Runs it as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hand-ins", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)  # workers of another user pass through
        make_class(folder / "class", options.hand_ins)
        run = Run(folder / "class", folder / "killed", folder / "tmp")
        killed = kill_often(run, options.kills, options.hand_ins, random.Random(options.seed))
        seconds = time.monotonic() - start
        left = run.left_over()
        quiet = Run(folder / "class", folder / "quiet", folder / "tmp")
        quiet.to_the_end()
        same = reports(folder / "killed") == reports(folder / "quiet")
    print(
        f"{options.hand_ins} hand-ins, {killed.total()} kills ({dict(killed)}) in {seconds:.0f} s; "
        f"reports {'equal' if same else 'NOT equal'}; left over: {left or 'nothing'}"
    )
    return 0 if same and not left else 1


if __name__ == "__main__":
    sys.exit(main())
