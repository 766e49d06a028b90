"""The parts of the run, in their order: what takes longest comes last, and gets the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.cuda import hand_ins, machine, numbers, workers
from tests.cuda.report import Part
from tests.cuda.trial import Trial

PARTS: Mapping[str, Callable[[Trial, Part], None]] = {
    "machine": machine.versions,
    "confined": workers.confined,
    "answers": hand_ins.answers,
    "tolerances": numbers.tolerances,
    "tf32": numbers.tf32,
    "memory": workers.memory,
    "workers": workers.two_at_once,
    "bench": workers.bench,
    "corpus": hand_ins.corpus,
}
