"""The playground: lay a kernel on a picture and look at the result.

    python exercises/conv2d.py                             the cat's edges, into playground.png
    python exercises/conv2d.py me.jpg --kernel emboss      a picture of yours
    python exercises/conv2d.py --mine                      with your own conv2d of exercise 5
    python exercises/conv2d.py --help                      everything else

Nothing here is part of an exercise, and nothing is handed in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the playground and returns the exit code: 0, or 2 after one line that says what to fix."""
    try:
        from exercises.playground.cli import main as run
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] not in ("torch", "numpy", "PIL"):
            raise
        print(
            f"this Python has no {error.name}; in the folder above exercises run: pip install .",
            file=sys.stderr,
        )
        return 2
    return run(argv)


if __name__ == "__main__":
    # Python looks beside this file for modules. The package `exercises` lies one folder up, and a file here
    # must not be taken for a module of another package.
    sys.path[:] = [str(HERE.parent)] + [p for p in sys.path if Path(p or ".").resolve() != HERE]
    for stream in (sys.stdout, sys.stderr):
        # a file's name may hold letters that an older terminal does not know
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    sys.exit(main())
