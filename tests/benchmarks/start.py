"""What a first report waits for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from tests.benchmarks.command import grade, scratch
from tests.benchmarks.core import write_solutions
from tests.benchmarks.row import AT_MOST, ROOT, Row, in_turn, seconds_of


def start_up(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """From a command to the first report, over torch's import; with CUDA, that is where its start shows."""
    device = "cuda" if "cuda" in devices else "cpu"
    platform = [sys.executable, "-m", "autograder.start", "autograder.platforms.gradescope"]

    def run(text: str) -> float:
        return seconds_of(lambda: subprocess.run([sys.executable, "-c", text], check=True))

    def imported() -> float:
        return run("import torch")

    if device == "cuda":
        what = "CUDA's start: import torch and make a first tensor there / import torch"
        first_tensor = partial(run, "import torch; torch.ones(1, device='cuda').item()")
        yield Row(what, *in_turn(rounds, first_tensor, imported, "CUDA"))
    with scratch() as folder:
        write_solutions(folder / "class" / "one")
        write_solutions(folder / "upload" / "submission")

        def by_command() -> float:
            return grade(folder / "class", "--device", device).moments[0]

        def by_platform() -> float:
            run = [*platform, str(folder / "upload")]
            return seconds_of(lambda: subprocess.run(run, cwd=ROOT, stdout=subprocess.DEVNULL, check=True))

        for name, first in (("autograder grade", by_command), ("on Gradescope", by_platform)):
            what = f"first report, one hand-in ({name}, {', '.join(devices)}) / import torch"
            yield Row(what, *in_turn(rounds, first, imported, name), AT_MOST, 2.0)
