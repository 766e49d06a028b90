"""The hostile hand-ins of `submissions/attacks/`, made ready to be handed in.

An attack is a folder with the exercise files that its author changed. One that defines no answer has Amara's right
one below it. Some other exercises of hers lie beside it: whatever the attack does, their points must not change.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

from exercises.feedback.catalogue import exercises

SUBMISSIONS = Path(__file__).parent / "submissions"
HERE = SUBMISSIONS / "attacks"
AMARA = SUBMISSIONS / "class" / "amara"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
# exercises that are examined before and after an attack's own, and cost little
BYSTANDERS = ("ex1_output_size", "ex2_padding", "ex4_stride")
# each attack costs seconds: the suite tries a part of them, `make attacks` all
ALL = "ALL_ATTACKS" in os.environ
SAMPLE = 12
POINTS = {exercise.name: exercise.points for exercise in exercises()}


def names() -> list[str]:
    """All attacks, such as "forging/patched_torch"."""
    return sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*") if path.is_dir())


def sample() -> list[str]:
    """The attacks to try: some of each family, or all where that is asked for."""
    if ALL:
        return names()
    families = groupby(names(), lambda name: name.partition("/")[0])
    return [name for _, family in families for name in list(family)[::SAMPLE]]


def hand_in(name: str, folder: Path) -> Path:
    """Writes an attack as its author would hand it in; gives the folder."""
    folder.mkdir(parents=True)
    for module in BYSTANDERS:
        shutil.copy(AMARA / f"{module}.py", folder)
    for helper in HERE.glob("*.py"):
        shutil.copy(helper, folder)
    for path in sorted((HERE / name).iterdir()):
        source = path.read_text("utf-8")
        if not _answers(source, path.stem):
            source += "\n\n" + (AMARA / path.name).read_text("utf-8")
        (folder / path.name).write_text(source, "utf-8")
    return folder


def _answers(source: str, module: str) -> bool:
    """Whether a file defines something that its exercise asks for."""
    exports = [name for exercise in exercises() if exercise.module == module for name in exercise.exports]
    begins = tuple(start.format(name) for name in exports for start in ("def {}(", "class {}(", "{} ="))
    return any(line.startswith(begins) for line in source.splitlines())


def wanted_points(name: str) -> dict[str, float]:
    """What each exercise must earn: all, where `expected.toml` says nothing else."""
    attacked = {path.stem.partition("_")[0] for path in (HERE / name).iterdir()}
    beside = {module.partition("_")[0] for module in BYSTANDERS}
    full = {exercise: float(POINTS[exercise]) for exercise in beside | attacked}
    wanted = full | EXPECTED[name].get("points", {})
    return {exercise: p for exercise, p in wanted.items() if exercise not in EXPECTED[name].get("hurts", ())}
