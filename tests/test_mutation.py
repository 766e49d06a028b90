"""The mutation run of `tests/mutation`, on a few mutants; `make mutation` tries them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading.sandboxed import TimeLimits
from tests.mutation import __main__ as run
from tests.mutation import jury as juries
from tests.mutation import mutants as mutants_of
from tests.mutation import prices
from tests.mutation.jury import Jury
from tests.mutation.mistakes import MISTAKES, mistakes
from tests.mutation.mutants import Key, Mutant, key_of, meaning
from tests.mutation.survivors import listed

SOLUTIONS = Path(__file__).parents[1] / "solutions"
SOURCE = '''def reach(size: int, gap: int = 1) -> int:
    """Adds 1."""
    if size < 1:
        raise ValueError(f"{size} is too small")
    return gap * (size - 1) + 1
'''
LISTED = listed()


@pytest.fixture(scope="module")
def jury() -> Iterator[Jury]:
    with Jury() as ready:
        yield ready


def changed(jury: Jury, module: str, before: str, after: str) -> Mutant:
    source = jury.solutions.modules[module]
    assert source.count(before) == 1
    mutated = source.replace(before, after)
    return Mutant(key_of(module, source, mutated), "by hand", mutated)


def test_an_obvious_mistake_is_killed_by_a_check_that_is_named(jury: Jury) -> None:
    swapped = changed(jury, "ex4_stride", "::stride_h, ::stride_w", "::stride_w, ::stride_h")
    killer = jury.killed_by("ex4_stride", swapped.source)
    assert killer is not None and killer.startswith("test_stride_per_axis")


def test_a_mutant_that_does_not_load_is_killed(jury: Jury) -> None:
    assert jury.killed_by("ex1_output_size", "import nothing_of_that_name\n") is not None


def test_a_mutant_that_never_returns_is_killed(jury: Jury, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHORT", "LONG"):
        monkeypatch.setattr(juries, name, TimeLimits(call=0.5))
    endless = changed(
        jury, "ex1_output_size", "    padded = input_size", "    while True: pass\n    padded = input_size"
    )
    assert "took longer" in str(jury.killed_by("ex1_output_size", endless.source))


def test_all_cases_that_a_mutant_fails_are_named(jury: Jury) -> None:
    swapped = changed(jury, "ex4_stride", "::stride_h, ::stride_w", "::stride_w, ::stride_h")
    failed = jury.failed_by("ex4_stride", swapped.source)
    assert "test_stride_per_axis[cpu-stride0]" in failed
    assert "test_same_stride_on_both_axes[cpu-2]" not in failed, "both axes have the same"


def test_what_each_case_costs_is_found_out(jury: Jury) -> None:
    price = prices.prices(jury, "ex1_output_size")
    assert all(milliseconds > 0 for milliseconds in price.values())
    assert set(price) >= jury.failed_by("ex1_output_size", "import nothing_of_that_name\n") > set()


def test_the_cheapest_cases_that_find_everything_are_chosen() -> None:
    finds = {"a": {"dear", "cheap"}, "b": {"dear", "cheap"}, "c": {"dear", "other"}, "d": set[str]()}
    assert prices.cover(finds, {"dear": 9.0, "cheap": 1.0, "other": 1.0}) == {"cheap", "other"}
    assert prices.cover(finds, {"dear": 1.0, "cheap": 1.0, "other": 1.0}) == {"dear"}


def test_a_case_that_became_superfluous_is_not_chosen() -> None:
    finds = {"a": {"first", "left"}, "b": {"first", "right"}, "c": {"left"}, "d": {"right"}}
    assert prices.cover(finds, {"first": 0.1, "left": 1.0, "right": 1.0}) == {"left", "right"}


def test_what_only_one_case_finds_is_told_of_it() -> None:
    assert prices.alone({"a": {"one"}, "b": {"one", "two"}, "c": {"two"}}) == {"one": ["a"], "two": ["c"]}


def test_an_equivalent_mutant_survives_and_is_listed(jury: Jury) -> None:
    same = changed(jury, "ex2_padding", "(covered - 1) // 2", "(covered | 1) // 2")
    assert jury.killed_by("ex2_padding", same.source) is None
    assert LISTED[same.key] == "equivalent"


def test_the_run_tells_of_whatever_the_list_has_wrong(jury: Jury, monkeypatch: pytest.MonkeyPatch) -> None:
    same = changed(jury, "ex2_padding", "(covered - 1) // 2", "covered // 2")
    wrong = changed(jury, "ex2_padding", "(covered - 1) // 2", "covered // 3")
    gone = Key("ex2_padding", "pad2d", "before", "after")
    monkeypatch.setattr(run, "mutants", lambda module, source: [same, wrong])

    counted, problems = run.trial(jury, "ex2_padding", {same.key: "equivalent"}, verbose=False)
    assert dict(counted) == {"mutants": 2, "killed": 1, "equivalent": 1} and not problems

    counted, problems = run.trial(
        jury, "ex2_padding", {wrong.key: "equivalent", gone: "equivalent"}, verbose=False
    )
    assert dict(counted) == {"mutants": 2, "killed": 1, "unlisted": 1}
    assert [p.partition(":")[0].partition(" (")[0] for p in problems] == [
        "survives by hand", "listed, but killed", "listed, but there is no such mutant",
    ]  # fmt: skip


def test_what_is_listed_still_stands_in_the_solutions() -> None:
    for key in LISTED:
        source = (SOLUTIONS / f"{key.module}.py").read_text(encoding="utf-8")
        assert key.before in " ".join(source.split()), key
        assert key.function.partition(" ")[0].split(".")[-1] in source, key


def test_every_mistake_can_be_made_in_some_solution() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOLUTIONS.glob("ex*.py")]
    assert {name for source in sources for name, _ in mistakes(source)} == {m.__name__ for m in MISTAKES}


@pytest.mark.parametrize(
    ("mistake", "before", "after"),
    [
        ("forget_a_statement", "return gap * (size - 1) + 1", "pass"),
        ("always_or_never", "if size < 1:", "if False:"),
        ("half_of_an_expression", "return gap * (size - 1) + 1", "return (gap * (size - 1))"),
        ("another_error", 'raise ValueError(f"{size} is', 'raise TypeError(f"{size} is'),
        ("another_signature", "size: int, gap: int = 1", "size: int, gap: int"),
        ("nearly_that_number", "if size < 1:", "if size < (-1):"),
    ],
)
def test_a_mistake_changes_one_place(mistake: str, before: str, after: str) -> None:
    assert (mistake, SOURCE.replace(before, after)) in list(mistakes(SOURCE))


def test_a_parameter_given_by_name_loses_its_default_and_keeps_its_place() -> None:
    source = "def scaled(size: int, *, gap: int = 1, more: int = 0) -> int:\n    return gap * size + more\n"
    heads = {after.splitlines()[0] for name, after in mistakes(source) if name == "another_signature"}
    assert heads == {
        "def scaled(size: int, *, gap: int, more: int = 0) -> int:",
        "def scaled(size: int, *, gap: int = 1, more: int) -> int:",
    }


def test_each_mutant_comes_once_and_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = SOURCE + SOURCE.replace("reach", "again")
    again = [
        ("again", twice.replace("size < 1", "(size < -1)", 1)),
        ("broken", twice.replace("if", "iff", 1)),
    ]
    monkeypatch.setattr(mutants_of, "_by_cosmic_ray", lambda source: again)
    found = mutants_of.mutants("ex", twice)
    assert len({m.key for m in found}) == len({m.source for m in found}) == len(found) > 30
    assert not {m.operator for m in found} & {"again", "broken"}


def test_a_mutant_is_known_by_its_lines_and_its_function() -> None:
    mutated = SOURCE.replace("gap * (", "gap + (")
    key = Key("ex", "reach", "return gap * (size - 1) + 1", "return gap + (size - 1) + 1")
    assert key_of("ex", SOURCE, mutated) == key
    assert key_of("ex", "import torch\n\n" + SOURCE, "import torch\n\n" + mutated) == key


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("size: int", "size: str", True),
        ("Adds 1", "Adds 2", True),
        ("too small", "too large", True),
        ("size < 1", "size <  1", True),
        ("ValueError", "TypeError", False),
        ("gap: int = 1", "gap: int = 2", False),
    ],
)
def test_types_docstrings_and_words_of_errors_make_no_mutant(before: str, after: str, same: bool) -> None:
    assert (meaning(SOURCE.replace(before, after)) == meaning(SOURCE)) is same
