"""What workers do with the GPU: whether they may open it, what they leave there, and two of them at once."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from autograder.course.operators import OPERATORS
from autograder.sandbox.confine import LAYERS, Limits, missing
from autograder.sandbox.host import Sandbox
from exercises.paths import ROOT
from tests.cuda.report import Part
from tests.cuda.trial import Trial
from tests.on_gpu import ASKED, answer, handed_in
from tests.parallel import SUBMISSIONS

COMPUTED = "float((torch.ones(3, device=x.device) * 2).sum())"
# what no worker may do, by the layer that refuses it
REFUSED = {
    "seccomp": "done('import socket; out = socket.socket()')",
    "landlock": "done('out = open(\"/etc/passwd\").read()')",
    "limits": 'done(\'out = open("large", "wb").write(bytes(100 << 20))\')',
}
KEPT = 1 << 30  # bytes that a hand-in takes on the GPU and keeps
KEEPS = ASKED + f"\nkept = torch.zeros({KEPT}, dtype=torch.uint8, device='cuda')\n"
HAND_INS = 4  # that keep so much, one after the other
SPARE = 64 << 20  # bytes that the driver may take and give meanwhile


def confined(trial: Trial, part: Part) -> None:
    """A confined worker computes there, and may do nothing else more than others."""
    trouble = _trouble(trial, tuple(LAYERS))
    if trouble:
        part.problems.append(f"a confined worker does not compute there: {trouble}")
        opens = [
            each for each in LAYERS if not _trouble(trial, tuple(layer for layer in LAYERS if layer != each))
        ]
        part.say(
            f"It does without: {', '.join(opens) or 'no single layer; more than one stands in the way'}."
        )
        return
    with Sandbox(OPERATORS, cuda=trial.real) as sandbox:
        asked = handed_in(sandbox, ASKED)
        found = {layer: answer(asked, what, trial.device) for layer, what in REFUSED.items()}
        layers = dict(asked.confined)
    part.say(f"A worker computes there, confined by {', '.join(layers)}.")
    lacking = missing(layers)
    if lacking:
        part.say(f"This machine does not give: {', '.join(lacking)}.")
    for layer, got in found.items():
        refused = isinstance(got, str) and got.startswith(("PermissionError", "OSError"))
        part.must(refused or layer in lacking, f"{layer} does not refuse {REFUSED[layer]}: {got!r:.80}")
    part.table(
        ("layer", "what was tried", "answer"), [(n, f"`{REFUSED[n]}`", got) for n, got in found.items()]
    )


def _trouble(trial: Trial, layers: tuple[str, ...]) -> str:
    """Why a worker with these layers does not compute on the device; empty if it does."""
    try:
        with Sandbox(OPERATORS, Limits(layers=layers), cuda=trial.real) as sandbox:
            got = answer(handed_in(sandbox, ASKED), COMPUTED, trial.device)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "" if got == 6.0 else str(got)


def memory(trial: Trial, part: Part) -> None:
    """What a hand-in keeps on the GPU is free again when the next one comes."""
    if not trial.real:
        part.say("Left out: the pretended GPU has no memory of its own.")
        return
    before, rows = _free(), []
    with Sandbox(OPERATORS, cuda=True) as sandbox:
        for number in range(1, HAND_INS + 1):
            answer(handed_in(sandbox, KEEPS), COMPUTED, trial.device)
            during = _free()
            sandbox.end_workers()
            after = _free()
            part.must(before - during >= KEPT, f"hand-in {number} did not take what it was to keep")
            part.must(
                before - after <= SPARE, f"after hand-in {number} {before - after >> 20} MiB less are free"
            )
            rows.append((number, before - during >> 20, before - after >> 20))
    part.table(("hand-in", "MiB taken while its worker lives", "MiB taken afterwards"), rows)


def _free() -> int:
    """Bytes that are free on the GPU, once nothing changes any more."""
    seen = torch.cuda.mem_get_info()[0]
    for _ in range(50):
        time.sleep(0.1)
        now = torch.cuda.mem_get_info()[0]
        if now == seen:
            break
        seen = now
    return seen


def two_at_once(trial: Trial, part: Part) -> None:
    """The sample class by one worker process and by two: the same grades."""
    device = "cuda" if trial.real else "cpu"
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="cuda-class-") as folder:
        for number in (1, 2):
            out = Path(folder) / str(number)
            command = ["grade", str(SUBMISSIONS / "class"), "--device", device, "--workers", str(number)]
            start = time.monotonic()
            done = _autograder(*command, "--out", str(out))
            seconds[number] = time.monotonic() - start
            if done.returncode:
                part.problems.append(f"{number} worker(s): exit code {done.returncode}: {done.stderr[-300:]}")
                return
        told = _autograder("diff", str(Path(folder) / "1"), str(Path(folder) / "2")).stdout.strip()
    part.must(told.startswith("0 of "), f"not the same grades: {told[:300]}")
    part.say(
        f"`autograder grade --device {device}` on the sample class took {seconds[1]:.0f} s with one worker process, "
        f"{seconds[2]:.0f} s with two; one / two is {seconds[1] / seconds[2]:.2f}. `autograder diff` says: "
        f"{told.splitlines()[0] if told else 'nothing'}"
    )


def _autograder(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def bench(trial: Trial, part: Part) -> None:
    """What a hand-in costs there, and what the start of CUDA takes."""
    device, rounds = ("cuda", "3") if trial.real else ("cpu", "1")
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks",
        "start",
        "one",
        "--device",
        device,
        "--rounds",
        rounds,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    # exit code 1 says that a target is missed: those are for a machine without a GPU
    part.must(done.returncode in (0, 1), f"ended with {done.returncode}: {done.stderr[-300:]}")
    part.say(done.stdout.strip())
