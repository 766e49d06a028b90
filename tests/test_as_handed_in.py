"""Right work in the shapes that classes send earns its points, and what is said of it is true.

The suite tries every second hand-in of each kind, `make seeds` all.
"""

from __future__ import annotations

from collections import Counter

import handed_in_lines  # noqa: F401 - each adds its own
import handed_in_work  # noqa: F401
import pytest
from as_handed_in import HAND_INS, KINDS

from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.sandboxed import TimeLimits
from autograder.submissions.submission import read_submission
from tests.parallel import ALL, MODULES, Examined, Task, examine_all

# statements that never end: in the product each would have five seconds
IMPATIENT = TimeLimits(statement=1.0)
SLOW = "slow"
EVERY = 1 if ALL else 2
TRIED = {
    name: HAND_INS[name]
    for kind in KINDS
    for name in [name for name, each in HAND_INS.items() if each.kind == kind][::EVERY]
}


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Examined]:
    folder = tmp_path_factory.mktemp("class")
    found: dict[str, Examined] = {}
    for time_limits, names in (
        (IMPATIENT, [name for name, each in TRIED.items() if each.kind == SLOW]),
        (TimeLimits(), [name for name, each in TRIED.items() if each.kind != SLOW]),
    ):
        tasks = [
            Task(
                read_submission(HAND_INS[name].write(folder / name), MODULES),
                DEFAULT_SEED,
                tuple(MODULES[number - 1] for number in HAND_INS[name].asked),
            )
            for name in names
        ]
        found |= zip(names, examine_all(tasks, time_limits), strict=True)
    return found


def said(examined: Examined) -> str:
    """All that failures and notes say of a hand-in, in lower case."""
    lines = [*examined.left_out]
    for failure in filter(None, (result.failure for result in examined.results)):
        where = [f"{name}, line {line}" for name, line, _ in failure.trace]
        lines += [failure.kind, failure.headline, failure.diagnosis, failure.explanation, failure.got, *where]
    return "\n".join(lines).lower()


@pytest.mark.parametrize("name", TRIED)
def test_right_work_earns_its_points_however_it_is_handed_in(
    name: str, examined: dict[str, Examined]
) -> None:
    hand_in, results = HAND_INS[name], examined[name].results
    assert examined[name].undecided == ()
    for number in hand_in.asked:
        mine = [result for result in results if result.module == MODULES[number - 1]]
        assert mine, "nothing was asked"
        if number in hand_in.lost:
            assert any(result.failure for result in mine)
        else:
            told = [f"{r.case}: {r.failure.kind}, {r.failure.headline}" for r in mine if r.failure]
            assert told == [], examined[name].left_out
            assert not any(result.carried for result in mine)


@pytest.mark.parametrize("name", [name for name, each in TRIED.items() if each.says or each.never])
def test_the_reason_is_true(name: str, examined: dict[str, Examined]) -> None:
    text = said(examined[name])
    for part in HAND_INS[name].says:
        assert part in text
    for part in HAND_INS[name].never:
        assert part not in text


@pytest.mark.parametrize("name", [name for name, each in TRIED.items() if each.kind == SLOW])
def test_what_takes_too_long_is_told_with_its_line(name: str, examined: dict[str, Examined]) -> None:
    """These hand-ins are what they say they are: something did take too long."""
    assert any("took longer than" in note and ", line " in note for note in examined[name].left_out)


def test_every_kind_has_at_least_three_faces() -> None:
    faces = Counter(hand_in.kind for hand_in in HAND_INS.values())
    assert set(faces) == set(KINDS)
    assert min(faces.values()) >= 3
    assert len(HAND_INS) >= 60


def test_no_hand_in_is_there_twice() -> None:
    contents = [tuple(sorted((n, str(c)) for n, c in each.files.items())) for each in HAND_INS.values()]
    assert len(set(contents)) == len(contents)
