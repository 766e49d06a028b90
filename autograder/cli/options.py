"""What the commands share: numbers and options as they are typed, and the error for what cannot be done."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from autograder.paths import ROOT, SOLUTIONS
from exercises.feedback.catalogue import course_info

if TYPE_CHECKING:
    from autograder.classes.workers import Settings

# argparse has no public name for it, and cannot be subscripted when it runs
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class CommandError(Exception):
    """A command that cannot be carried out as it was given."""


def root_option(parser: argparse.ArgumentParser) -> None:
    """`--root`, for the commands that work on a checkout."""
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (%(default)s)")


def must_be_checkout(options: argparse.Namespace) -> None:
    """Refuses a `--root` that has no solutions.

    Raises:
        CommandError: if it has none.
    """
    if not (options.root / SOLUTIONS.name).is_dir():
        raise CommandError(f"{options.root}: no checkout of this project, it has no folder solutions/")


def grading_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how to grade."""
    parser.add_argument(
        "--device",
        choices=("cpu", "cuda", "auto"),
        default="auto",
        help="where checks run: auto uses a GPU where there is one (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, help="of the hidden inputs (default: the release's, or that of every checkout)"
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=course_info().call_seconds,
        help="seconds one call may take (default: %(default)s)",
    )
    parser.add_argument(
        "--memory",
        type=mebibytes,
        default=course_info().memory_mib,
        help="MiB a hand-in may use (default: %(default)s)",
    )
    parser.add_argument(
        "--sandbox",
        choices=("fork", "subprocess"),
        default=None,
        help="how workers are started (default: what this system can do)",
    )


def count(text: str) -> int:
    """A number of workers."""
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1024")
    return int(text)


def seconds(text: str) -> float:
    """A time limit."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds between 0 and a day")
    return value


def mebibytes(text: str) -> int:
    """A limit for memory."""
    if not text.isdecimal() or not 64 <= int(text) <= 1 << 20:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of MiB from 64 to 1048576")
    return int(text)


def settings_of(options: argparse.Namespace, remote: bool = False) -> Settings:
    """How the options ask to grade; on other machines, GPUs are those of the workers, and asked for by name."""
    from autograder.classes.workers import Settings
    from autograder.grading.grade import choose_devices
    from autograder.platforms import single_upload

    elsewhere = ("cpu", "cuda") if options.device == "cuda" else ("cpu",)
    return Settings(
        options.course,
        devices=elsewhere if remote else choose_devices(options.device),
        seed=single_upload.seed() if options.seed is None else options.seed,
        timeout=options.timeout,
        memory=options.memory,
        sandbox=options.sandbox,
    )
