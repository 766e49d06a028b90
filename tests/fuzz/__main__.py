"""`python -m tests.fuzz [target ...] [--executions N] [--seed N] [--replay FILE]`: see README.md beside this."""

from __future__ import annotations

import argparse
import faulthandler
import hashlib
import sys
from pathlib import Path

from tests.fuzz.engine import ROOT, Result, Target, crash_of, fuzz
from tests.fuzz.targets import TARGETS

HANGS = 120  # seconds of one execution, after which the process shows where it is and ends


def main() -> int:
    """Fuzzes the targets named, or all; 1 if anything crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; all unless told")
    parser.add_argument("--executions", type=int, help="per target; 1000000 for the decoder, else 100000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--crashes", type=Path, default=ROOT / "fuzz-crashes", help="folder for their inputs")
    parser.add_argument("--replay", type=Path, help="run one target on one file of that folder")
    options = parser.parse_args()
    unknown = set(options.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    chosen = [TARGETS[name]() for name in options.targets or TARGETS]
    if options.replay:
        found = crash_of(chosen[0], options.replay.read_bytes())
        if found:
            raise found[1]
        return 0
    return max([_one(target, options) for target in chosen])


def _one(target: Target, options: argparse.Namespace) -> int:
    wanted = options.executions or target.wanted

    def told(result: Result) -> None:
        faulthandler.dump_traceback_later(HANGS, exit=True)
        if sys.stderr.isatty():
            print(f"\r{_line(target, result)}", end="", file=sys.stderr, flush=True)

    result = fuzz(target, wanted, options.seed, told)
    faulthandler.cancel_dump_traceback_later()
    print(_line(target, result), flush=True)
    for crash in result.crashes.values():
        options.crashes.mkdir(parents=True, exist_ok=True)
        path = options.crashes / f"{target.name}-{hashlib.sha256(crash.key.encode()).hexdigest()[:8]}"
        path.write_bytes(crash.data)
        print(f"\n{crash.times} times: {crash.key}\n{crash.told}again: --replay {path} {target.name}\n")
    return 1 if result.crashes else 0


def _line(target: Target, result: Result) -> str:
    speed = result.executions / max(result.seconds, 1e-9)
    return (
        f"{target.name}: {result.executions} executions in {result.seconds:.0f} s ({speed:.0f}/s), "
        f"{result.edges} pairs of lines, {result.corpus} inputs kept, slowest {result.slowest:.2f} s, "
        f"{len(result.crashes)} crashes"
    )


if __name__ == "__main__":
    sys.exit(main())
