"""The fuzzer finds planted bugs, and a short run of each of its targets finds none in the project."""

from __future__ import annotations

import sys

import pytest

from tests.fuzz import engine
from tests.fuzz.engine import Broken, Target, crash_of, fuzz, holds
from tests.fuzz.targets import TARGETS

# about a second each; the full numbers stand in tests/fuzz/README.md
SMOKE = {
    "decoder": 1500,
    "frames": 2000,
    "zips": 300,
    "notebooks": 2000,
    "names": 500,
    "handins": 150,
    "reports": 100,
    "judging": 150,
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name: str) -> None:
    result = fuzz(TARGETS[name](), SMOKE[name])
    assert result.executions == SMOKE[name]
    assert result.edges > 40
    assert "".join(crash.told for crash in result.crashes.values()) == ""


def three_letters_deep(data: bytes) -> None:
    if data[:1] == b"B":
        two_letters_deep(data)


def two_letters_deep(data: bytes) -> None:
    if data[1:2] == b"U":
        one_letter_deep(data)


def one_letter_deep(data: bytes) -> None:
    if data[2:3] == b"G":
        raise ZeroDivisionError


def planted(traced: int = 1) -> Target:
    return Target(
        "planted", "", (sys.modules[__name__],), three_letters_deep, lambda: [b"xyz"], traced=traced
    )


def test_what_lies_three_conditions_deep_is_found_and_made_small() -> None:
    result = fuzz(planted(), 40_000)
    (crash,) = result.crashes.values()
    assert crash.data == b"BUG"
    assert "ZeroDivisionError at test_fuzz.py:one_letter_deep" in crash.key
    assert crash_of(planted(), crash.data) is not None


def test_without_looking_at_lines_it_is_not() -> None:
    assert fuzz(planted(traced=1_000_000), 40_000).crashes == {}


def test_the_same_seed_gives_the_same_run() -> None:
    one, other = (fuzz(planted(), 3000, seed=7) for _ in range(2))
    assert (one.edges, one.corpus) == (other.edges, other.corpus)


def test_a_rule_that_is_broken_is_told_by_its_name() -> None:
    with pytest.raises(Broken) as caught:
        holds(0, "zero is true", {"a": 1})
    assert engine.key_of(caught.value) == "zero is true"
    assert str(caught.value) == "zero is true: {'a': 1}"
