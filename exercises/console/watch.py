"""`pytest exercises --watch`: the checks run again each time that a file is saved.

Each run is a new Python, so that nothing of what was changed is left over. It is started before it is needed: while
somebody writes, it imports torch and waits.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from exercises.console.keys import Keys
from exercises.feedback.catalogue import exercises
from exercises.paths import EXERCISES

ROUND = 0.2  # seconds between two looks at the files
END = 5.0  # seconds that a run may take to end when it is told to
OPTIONS = {"h": "--hint", "p": "--picture", "v": "-v"}
WITH_KEYS = "Save a file to run the checks again. Keys: h hint, p picture, v all, q quit."
WITHOUT_KEYS = "Save a file to run the checks again. Ctrl-C quits."
# waits for the arguments of pytest; if whoever would give them is gone, it goes too
_RUN = """\
import json, sys, torch, pytest
line = sys.stdin.readline()
sys.exit(pytest.main(json.loads(line)) if line else 0)
"""

Files = Mapping[Path, tuple[int, int]]


def watch(arguments: Sequence[str], folder: Path) -> int:
    """Runs pytest with these arguments, and again at each save, until somebody quits. Returns the exit code."""
    with contextlib.suppress(KeyboardInterrupt), Keys() as keys, contextlib.closing(_Runs(folder)) as runs:
        seen, first = _files(), ""
        arguments = [*arguments, "--keys"] if keys.there else arguments
        runs.begin([*arguments], "")
        while True:
            pressed = keys.next(ROUND)
            now = _files()
            if pressed == "q":
                break
            if now != seen:
                changed = _last_of(seen, now)
                first = next((e.name for e in exercises() if e.module == changed.stem), first)
                seen = now
                runs.begin([*arguments, *_focus(first)], f"{changed.name} was saved. ")
            elif pressed in OPTIONS:
                runs.begin([*arguments, *_focus(first), OPTIONS[pressed]], "")
            elif runs.has_ended():
                print(f"\n{WITH_KEYS if keys.there else WITHOUT_KEYS}", flush=True)
    return 0


class _Runs:
    """One run after another, and the next one in waiting."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current: subprocess.Popen[str] | None = None
        self._next: subprocess.Popen[str] | None = self._started()

    def begin(self, arguments: Sequence[str], why: str) -> None:
        """Ends the run there may be, clears the screen and begins another."""
        _end(self._current)
        if sys.stdout.isatty():
            if sys.platform == "win32":
                os.system("cls")
            else:
                print("\x1b[H\x1b[2J\x1b[3J", end="")
        print(f"{why}The checks are running ...", flush=True)
        self._current = self._next or self._started()
        self._next = None
        assert self._current.stdin is not None
        with contextlib.suppress(OSError):  # it has ended by itself, and has said why
            self._current.stdin.write(json.dumps([*arguments]) + "\n")
            self._current.stdin.close()

    def has_ended(self) -> bool:
        """Whether the run has come to its end since this was last asked; then the next one gets ready."""
        if self._current is None or self._current.poll() is None:
            return False
        self._current = None
        self._next = self._started()
        return True

    def close(self) -> None:
        """Ends all that was started."""
        _end(self._current)
        _end(self._next)

    def _started(self) -> subprocess.Popen[str]:
        # Ctrl-C is for whoever watches, who ends the others
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
        else:
            flags = 0
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _RUN],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            creationflags=flags,
            start_new_session=sys.platform != "win32",
        )


def _end(run: subprocess.Popen[str] | None) -> None:
    if run is None:
        return
    with contextlib.suppress(OSError):
        if run.stdin is not None:
            run.stdin.close()
    run.terminate()
    try:
        run.wait(END)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()


def _focus(first: str) -> list[str]:
    return ["--first", first] if first else []


def _files() -> Files:
    """What is watched, and how it was left."""
    found = {}
    for path in EXERCISES.glob("*.py"):
        with contextlib.suppress(OSError):  # some editors take a file away and put another into its place
            stat = path.stat()
            found[path] = stat.st_mtime_ns, stat.st_size
    return found


def _last_of(before: Files, now: Files) -> Path:
    """The file that was saved last, among those that are not as they were."""
    changed = [path for path in {**before, **now} if before.get(path) != now.get(path)]
    return max(changed, key=lambda path: now.get(path, (0, 0)))
