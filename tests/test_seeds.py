"""Hidden inputs are random, and a grade must not be: each wrong hand-in loses the same under any seed.

The suite holds one seed's losses against those of the release's seed, as `submissions/expected.toml` lists them, for
every third hand-in, and tries only those exercises that it changed; `make seeds` compares five seeds case by case for
all of them, and tries the exercises that build on the changed ones too.
"""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest

from autograder.grading.sandboxed import TimeLimits
from tests.parallel import ALL, MODULES, SUBMISSIONS, Examined, Task, building_on, examine_all, overlaid

EXPECTED = tomllib.loads((SUBMISSIONS / "expected.toml").read_text("utf-8"))["wrong"]
EVERY = 1 if ALL else 5
WRONG = {path.name: path for path in sorted((SUBMISSIONS / "wrong").iterdir())[::EVERY]}
SEEDS = (1, 22, 333, 4444, 55555) if ALL else (22,)


@pytest.fixture(scope="module")
def examined() -> dict[tuple[str, int], Examined]:
    asked = {}
    for name, path in WRONG.items():
        submission, own = overlaid(path)
        modules = building_on(own) if ALL else own
        asked |= {(name, seed): Task(submission, seed, modules) for seed in SEEDS}
    return dict(zip(asked, examine_all(list(asked.values()), TimeLimits(call=3.0)), strict=True))


def lost(examined: Examined) -> Counter[str]:
    """How many cases each rubric line loses."""
    return Counter(f"{r.module.partition('_')[0]}.{r.line}" for r in examined.results if r.failure)


@pytest.mark.parametrize("name", WRONG)
def test_every_seed_gives_the_same_points(name: str, examined: dict[tuple[str, int], Examined]) -> None:
    by_seed = {seed: lost(examined[name, seed]) for seed in SEEDS}
    first = by_seed[SEEDS[0]]
    assert first
    differing = {seed: {"more": found - first, "less": first - found} for seed, found in by_seed.items()}
    assert {seed: lines for seed, lines in differing.items() if any(lines.values())} == {}
    tried = {result.module.partition("_")[0] for result in examined[name, SEEDS[0]].results}
    assert set(first) == {line for line in EXPECTED[name]["lost"] if line.partition(".")[0] in tried}


def test_there_is_one_for_every_exercise() -> None:
    """A part of the hand-ins leaves no exercise out."""
    assert {module for path in WRONG.values() for module in overlaid(path)[1]} == set(MODULES)
