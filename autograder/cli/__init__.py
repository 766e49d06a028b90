"""`autograder`: grade hand-ins, check the package itself, write the students' stubs."""

# Commands import what grades, and torch with it, when they run: nobody waits for it who asks for help, or mistypes.

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autograder import __version__
from autograder.cli import check, decide, diff, grade, new, publish, release, stubs
from autograder.cli.options import CommandError
from autograder.sandbox.torch_version import UnfitTorch, refuse_unfit_torch
from autograder.submissions.submission import ReadingError, SubmissionError

if TYPE_CHECKING:
    from exercises.feedback.course import Course

NEED_SANDBOX = ("grade", "check", "release")
FOR_AUTHORS = ("check", "stubs", "new", "release")
COMMANDS = (grade, decide, publish, diff, check, stubs, new, release)


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was typed; ends the program where that is no command, or asks for help."""
    return _parser().parse_args(arguments)


def refused(options: argparse.Namespace) -> int:
    """Exit code 2, and why, for a command that cannot be carried out whatever is imported; 0 for any other."""
    try:
        options.precondition(options)
        if options.command in NEED_SANDBOX:
            refuse_unfit_torch()
    except (CommandError, UnfitTorch) as error:
        return _bad(error)
    except OSError as error:  # of a path that cannot even be looked at
        return _bad(CommandError(f"{str(error.filename)[:100]}: {error.strerror}"))
    except ModuleNotFoundError as error:
        return _bad(_lacking(options, error))
    return 0


def run(options: argparse.Namespace, course: Callable[[], Course]) -> int:
    """Runs a command; exit code 0 when it did what was asked, 1 when a check failed, 2 for bad input."""
    try:
        options.course = course()
        return int(options.run(options))
    except ModuleNotFoundError as error:
        return _bad(_lacking(options, error))
    except (CommandError, SubmissionError, ReadingError) as error:
        return _bad(error)
    except KeyboardInterrupt as error:
        said = str(error) or "stopped; the reports written so far are complete"
        print(f"autograder: {said}", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, _of_the_grader()):
            return _bad(error)
        raise


def _lacking(options: argparse.Namespace, error: ModuleNotFoundError) -> CommandError:
    """What a command says where only the student's part is installed, or not all of its own."""
    extra = "release" if options.command in FOR_AUTHORS else "class"
    return CommandError(f"{options.command} needs {error.name}: pip install -e '.[{extra}]' in a checkout")


def _of_the_grader() -> tuple[type[Exception], ...]:
    from autograder.classes.options import BatchError
    from autograder.grading.collecting import SuiteError
    from autograder.grading.grade import DeviceError
    from autograder.sandbox.handle import SandboxError

    return BatchError, DeviceError, SandboxError, SuiteError


def _bad(error: Exception) -> int:
    print(f"autograder: {error}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for command in COMMANDS:
        command.add(commands)
    return parser
