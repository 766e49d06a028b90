"""The grader's side of the sandbox: has workers started, and ends them.

    with Sandbox(operators) as sandbox:
        worker = sandbox.worker()
        reply = worker.ask(wire.encode({"do": "load", ...}), timeout=10)

A worker that is late, dies or speaks nonsense gives a `WorkerTrouble`; the sandbox itself goes on.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Self

import torch

from autograder.isolated import isolated
from autograder.sandbox import forkserver
from autograder.sandbox.clock import Clock
from autograder.sandbox.confine import Limits
from autograder.sandbox.handle import Worker
from autograder.sandbox.parent import Parent
from autograder.sandbox.private_folder import sweep
from exercises.feedback.rule import Operators


class Sandbox:
    """Starts confined workers: one at a time of those that may never call the same.

    Args:
        operators: families of ready-made code, by the names under which exercises forbid them.
        limits: what a worker may use.
        cuda: whether workers may use the GPU.
        kind: "fork" (a warm parent, fast) or "subprocess" (works everywhere, seconds per worker); chosen by
            what the system can do unless told.
        clock: is told when workers start, confine themselves and end.
    """

    def __init__(
        self,
        operators: Mapping[str, Operators],
        limits: Limits | None = None,
        *,
        cuda: bool = False,
        kind: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.operators = operators
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self.kind = kind or ("fork" if forkserver.CAN_FORK else "subprocess")
        self._cuda = cuda
        self._parents: dict[tuple[str, ...], Parent] = {}
        sweep()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self, forbids: Iterable[str] = ()) -> None:
        """Starts the warm parent of such workers without waiting for it, so that it begins while others work."""
        self.parent(forbids).warm_up()

    def worker(self, forbids: Iterable[str] = ()) -> Worker:
        """A fresh worker; the one before that may never call the same is ended.

        Args:
            forbids: names of families that it can never call.

        Raises:
            SandboxError: if none can be started.
        """
        return self.parent(forbids).worker()

    def end_workers(self) -> None:
        """Ends all workers, and empties their folders."""
        for parent in self._parents.values():
            parent.end_worker()

    def close(self) -> None:
        """Ends everything and removes the private folders."""
        for parent in self._parents.values():
            parent.close()
        self._parents.clear()

    def besides(self, forbids: Iterable[str]) -> tuple[str, ...]:
        """Of the families that an exercise forbids, those that other workers may call."""
        return tuple(sorted(n for n in set(forbids) & self.operators.keys() if not self.operators[n].always))

    def parent(self, forbids: Iterable[str] = ()) -> Parent:
        """The parent of workers that may never call these families, nor those that no worker may call."""
        besides = self.besides(forbids)
        if besides not in self._parents:
            config = {
                "ban": _ban(self.operators, self.limits),
                "forbids": besides,
                "limits": asdict(self.limits),
                "cuda": self._cuda,
            }
            self._parents[besides] = Parent(config, self.kind == "fork", self.clock)
        return self._parents[besides]


def announce(operators: Mapping[str, Operators]) -> None:
    """Lets a fork server that is there already take out what workers may not call, while the grader itself starts.

    Args:
        operators: those of the sandboxes to come, with the usual limits.
    """
    forkserver.announce(_ban(operators, Limits()))


def _ban(operators: Mapping[str, Operators], limits: Limits) -> dict[str, Any]:
    return {
        "operators": {name: asdict(family) for name, family in operators.items()},
        "code": "traps" in limits.layers,
    }


def usable_cuda() -> bool:
    """Whether this machine has a GPU that torch can use; does not start CUDA in this process."""
    if torch.version.cuda is None and torch.version.hip is None:
        return False  # a build for the CPU alone
    probe = "import torch; sys.exit(0 if torch.cuda.is_available() else 1)"
    return subprocess.run(isolated(probe), capture_output=True, check=False).returncode == 0
