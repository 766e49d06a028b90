"""`otter run` for whatever was handed in, with one line where there is no grade.

    python -m autograder.platforms.otter_run handins/ada.zip -a dist/otter-autograder.zip -o otter-results

otter itself takes one notebook or one file. At a zip of several, or at a notebook that cannot be read, it ends with a
traceback of its own before it loads any plugin. So this does what otter's containers do: it starts the zip's
`run_otter.py`, which takes the hand-in away first.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RUN, CONFIG, RESULTS = "run_otter.py", "otter_config.json", "results.json"
MAX_RUN_SECONDS = 900  # more than the grader gives a hand-in that hangs everywhere


class NotRun(Exception):
    """What cannot be graded, and why, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Grades one hand-in; exit code 0 where there is a grade, 1 where there is none, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m autograder.platforms.otter_run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("hand_in", type=Path, metavar="HAND_IN", help="a notebook, zip, .py file or folder")
    parser.add_argument("-a", "--autograder", type=Path, default=Path("otter-autograder.zip"), metavar="ZIP")
    parser.add_argument("-o", "--out", type=Path, default=Path(), help=f"folder for {RESULTS}")
    options = parser.parse_args(arguments)
    try:
        results = _graded(options.hand_in, options.autograder)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / RESULTS).write_text(json.dumps(results, indent=4) + "\n", encoding="utf-8")
    except NotRun as error:
        return _said(str(error), 2)
    except OSError as error:
        return _said(f"{error.filename}: {error.strerror}", 2)
    if not results["tests"]:
        return _said(f"{options.hand_in}: {results['output']}", 1)
    earned, points = (sum(each[key] for each in results["tests"]) for key in ("score", "max_score"))
    print(f"{options.hand_in}: {earned:g} of {points:g} points, see {options.out / RESULTS}")
    return 0


def _said(text: str, code: int) -> int:
    print(" ".join(text.split()), file=sys.stderr)
    return code


def _graded(hand_in: Path, autograder: Path) -> Mapping[str, Any]:
    """What otter writes of a hand-in; nothing of it is read here."""
    with tempfile.TemporaryDirectory(prefix="otter-run-") as scratch:
        root = Path(scratch) / "autograder"
        for folder in ("submission", "results"):
            (root / folder).mkdir(parents=True)
        try:
            with zipfile.ZipFile(autograder) as archive:
                archive.extractall(root / "source")
        except zipfile.BadZipFile as error:
            raise NotRun(f"{autograder}: is no zip") from error
        if not all((root / "source" / name).is_file() for name in (RUN, CONFIG)):
            raise NotRun(f"{autograder}: has no {RUN} and {CONFIG}; give a release's otter-autograder.zip")
        if hand_in.is_dir():
            shutil.copytree(hand_in, root / "submission", dirs_exist_ok=True)
        else:
            shutil.copy(hand_in, root / "submission")
        command = [sys.executable, str(root / "source" / RUN)]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MAX_RUN_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise NotRun(f"{hand_in}: otter took longer than {MAX_RUN_SECONDS} s") from error
        try:
            results: dict[str, Any] = json.loads((root / "results" / RESULTS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise NotRun(f"otter ended with {done.returncode}: {''.join(last)}") from error
        return results


if __name__ == "__main__":
    sys.exit(main())
