"""Tries on a GPU what elsewhere is tried on a pretended one, and writes one report: `make cuda`.

    python -m tests.cuda [PART...] [--out FILE] [--wheels FOLDER] [--seconds N] [--rehearse]

Takes ten minutes at most, where the last part, the corpus, tries as many hand-ins as fit. With `--rehearse` the
pretended GPU is asked instead, and what it has nothing to say to is left out. Ends with 0 if all was right, with 1 if
not, and with 2 if there is no GPU or a package is missing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.cuda.report import Part, markdown
from tests.cuda.wheels import MissingError, missing, with_wheels

AFTER_ALL = 20.0  # seconds that are left when the last part ends


def main() -> int:
    """Runs the parts that are asked for; exit code 0 if they are all right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="some of them, instead of all")
    parser.add_argument("--out", type=Path, default=Path("cuda-report.md"), help="the report")
    parser.add_argument("--wheels", type=Path, help="a folder that has the packages which are missing here")
    parser.add_argument("--seconds", type=float, default=600.0, help="for everything")
    parser.add_argument("--rehearse", action="store_true", help="on the pretended GPU")
    options = parser.parse_args()
    lacking = missing()
    if not lacking:
        return _run(options)
    with tempfile.TemporaryDirectory(prefix="cuda-") as folder:
        try:
            python = with_wheels(Path(folder), lacking, options.wheels)
        except MissingError as error:
            print(error, file=sys.stderr)
            return 2
        # the sandbox's users have to get at it
        Path(folder).chmod(0o755)
        return subprocess.call([python, "-m", "tests.cuda", *sys.argv[1:]])


def _run(options: argparse.Namespace) -> int:
    start = time.monotonic()
    from autograder.sandbox.host import usable_cuda
    from autograder.sandbox.torch_version import UnfitTorch, refuse_unfit_torch
    from tests.cuda.parts import PARTS
    from tests.cuda.trial import Trial

    unknown = set(options.parts) - PARTS.keys()
    if unknown:
        print(f"no part {unknown.pop()!r}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    try:
        refuse_unfit_torch()
    except UnfitTorch as error:
        print(error, file=sys.stderr)
        return 2
    if not options.rehearse and not usable_cuda():
        print(
            f"the torch of {sys.executable} finds no usable GPU here: name another Python with "
            "`make cuda PYTHON=/path/to/python`, or try it without a GPU by `python -m tests.cuda --rehearse`",
            file=sys.stderr,
        )
        return 2
    trial = Trial(not options.rehearse, start + options.seconds - AFTER_ALL)
    found = []
    for name, run in PARTS.items():
        if options.parts and name not in options.parts:
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        part, began = Part(), time.monotonic()
        try:
            run(trial, part)
        except Exception as error:
            traceback.print_exc()
            part.problems.append(f"ended in {type(error).__name__}: {error}")
        found.append((name, part, time.monotonic() - began))
        for problem in part.told():
            print(f"  PROBLEM: {problem}", file=sys.stderr)
        # whatever comes later, what was found is there
        options.out.write_text(markdown(trial.title, found), encoding="utf-8")
    wrong = sum(bool(part.problems) for _, part, _ in found)
    print(f"{len(found) - wrong} of {len(found)} parts are right: {options.out}", file=sys.stderr)
    sys.stderr.flush()
    # at Python's own end torch aborts now and then, after gradients on the pretended GPU
    os._exit(1 if wrong else 0)


if __name__ == "__main__":
    sys.exit(main())
