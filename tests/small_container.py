"""Grades every honest style, one upload at a time as Gradescope does, in a control group with little of everything.

    python -m tests.small_container [--times 3] [--memory 768] [--processors 0.5] [STYLE ...]

Needs the rights to make a control group (root; version 1 or 2). Ends with 0 if each got all its points each time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.attack_corpus import AMARA
from tests.parallel import overlaid
from tests.test_honest import HONEST

GROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000  # microseconds, in which a group has its share of the processors
# by version: the folders of a group, and the names of its limits and of the most memory that it had
OLD = {"limit": "memory.limit_in_bytes", "most": "memory.max_usage_in_bytes", "quota": "cpu.cfs_quota_us"}
NEW = {"limit": "memory.max", "most": "memory.peak", "quota": "cpu.max"}


class Group:
    """A control group: `names` has the names of its files, `memory` and `processor` are its folders."""

    def __init__(self, memory: int, processors: float) -> None:
        old = (GROUPS / "memory").is_dir()
        self.names: Mapping[str, str] = OLD if old else NEW
        name = f"small-{os.getpid()}"
        self.memory, self.processor = (
            (GROUPS / "memory" / name, GROUPS / "cpu" / name) if old else (GROUPS / name, GROUPS / name)
        )
        for folder in self.folders:
            folder.mkdir()
        quota = str(round(processors * PERIOD))
        (self.memory / self.names["limit"]).write_text(str(memory << 20))
        (self.processor / self.names["quota"]).write_text(quota if old else f"{quota} {PERIOD}")

    @property
    def folders(self) -> list[Path]:
        """Each once."""
        return sorted({self.memory, self.processor})

    def enter(self) -> None:
        """Puts this process into the group."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def most(self) -> int:
        """The most memory that it had since it was asked last, in MiB."""
        file = self.memory / self.names["most"]
        found = int(file.read_text()) >> 20
        with contextlib.suppress(OSError):  # older systems of version 2 count on
            file.write_text("0")
        return found

    def remove(self) -> None:
        """Removes it; nothing runs in it any more."""
        for folder in self.folders:
            folder.rmdir()


@contextlib.contextmanager
def group(memory: int, processors: float) -> Iterator[Group]:
    """A group for a while."""
    made = Group(memory, processors)
    try:
        yield made
    finally:
        made.remove()


def upload(style: str, root: Path) -> tuple[str, ...]:
    """Lays a hand-in where Gradescope lays it, over Amara's for what is not in it; gives its exercises."""
    path, folder = HONEST[style], root / "submission"
    _, own = overlaid(path)
    if path.is_dir():
        shutil.copytree(path, folder)
    elif path.suffix == ".zip":
        shutil.unpack_archive(path, folder)
    else:
        folder.mkdir()
        shutil.copyfile(path, folder / path.name)
    for source in AMARA.glob("ex*.py"):
        if source.stem not in own:
            shutil.copyfile(source, folder / source.name)
    return tuple(module.partition("_")[0] for module in own)


def lost(root: Path, exercises: tuple[str, ...], within: Group) -> str:
    """What Gradescope would show as lost of these; why there is no score, where there is none."""
    command = [sys.executable, "-m", "autograder.start", "autograder.platforms.gradescope", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=within.enter)
    results = root / "results" / "results.json"
    if not results.is_file():
        return f"ended with {done.returncode}: {done.stderr.strip().rpartition(chr(10))[2]}"
    found = json.loads(results.read_text(encoding="utf-8"))
    if "score" not in found:
        return str(found["output"])
    # the others are Amara's, on another student's answers
    mine = [test for test in found["tests"] if test["tags"][0] in exercises]
    missed = [test["name"] for test in mine if test["score"] < test["max_score"]]
    return "; ".join(missed) if mine else "nothing was asked"


def main() -> int:
    """Grades; prints what each got, and the most memory that the group had."""
    parser = argparse.ArgumentParser(prog="python -m tests.small_container", description=__doc__)
    parser.add_argument("styles", nargs="*", metavar="STYLE", default=list(HONEST))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--memory", type=int, default=768, help="MiB")
    parser.add_argument("--processors", type=float, default=0.5)
    wanted = parser.parse_args()
    losses, most = 0, 0
    with group(wanted.memory, wanted.processors) as within:
        for number in range(wanted.times):
            for style in wanted.styles:
                with tempfile.TemporaryDirectory() as scratch:
                    exercises = upload(style, Path(scratch))
                    start = time.monotonic()
                    missed = lost(Path(scratch), exercises, within)
                memory, seconds = within.most(), time.monotonic() - start
                most, losses = max(most, memory), losses + bool(missed)
                print(f"{number + 1}. {style}: {missed or 'all'}, {memory} MiB, {seconds:.0f} s", flush=True)
    graded = wanted.times * len(wanted.styles)
    print(f"{losses} of {graded} lost points; at most {most} MiB of {wanted.memory}")
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
