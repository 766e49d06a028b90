"""Correct hand-ins in many styles: every one gets all points, and none is called a cheat.

`submissions/honest/NAME` is named after its style, which its first line tells. It may hold only the exercises
that show it; the others are those of `submissions/class/amara/`, and are not examined. Of a hand-in with all that
count the suite asks every second, beginning with another one each time; `make seeds` asks all.
"""

from __future__ import annotations

import pytest

from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.judge import CaseResult
from autograder.grading.sandboxed import TimeLimits
from exercises.feedback.catalogue import course_info
from tests.parallel import (
    ALL,
    CATALOGUE,
    COUNTED,
    MODULES,
    SUBMISSIONS,
    Examined,
    Task,
    examine_all,
    overlaid,
)

HONEST = {path.name.partition(".")[0]: path for path in sorted((SUBMISSIONS / "honest").iterdir())}


def asked_of(style: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked of a style, which shows in each of its exercises."""
    whole = ALL or not set(COUNTED) <= set(own)
    return own if whole else own[list(HONEST).index(style) % 2 :: 2]


@pytest.fixture(scope="module")
def examined() -> dict[str, Examined]:
    hand_ins = {name: overlaid(path) for name, path in HONEST.items()}
    tasks = [Task(each, DEFAULT_SEED, asked_of(name, own)) for name, (each, own) in hand_ins.items()]
    # how busy this machine is says nothing about a hand-in: the limit is for those that take four times as long
    return dict(zip(HONEST, examine_all(tasks, TimeLimits(call=4 * course_info().call_seconds)), strict=True))


def told(result: CaseResult) -> str:
    """What a failed case says, in one line."""
    failure = result.failure
    assert failure is not None
    return f"{result.module} {result.case}: {failure.kind}, {failure.headline} ({failure.got})"


@pytest.mark.parametrize("style", HONEST)
def test_an_honest_hand_in_gets_all_points(style: str, examined: dict[str, Examined]) -> None:
    """Nothing is found, nothing forbidden or left open, and no earlier exercise had to be replaced."""
    results = examined[style].results
    assert [told(r) for r in results if r.failure] == []
    assert [r.case for r in results if r.carried] == []
    assert examined[style].undecided == ()


@pytest.mark.parametrize("style", HONEST)
def test_it_was_asked_everything(style: str, examined: dict[str, Examined]) -> None:
    """The test above is real: who is asked nothing makes no mistake."""
    _, own = overlaid(HONEST[style])
    asked = {m: sum(r.module == m for r in examined[style].results) for m in MODULES}
    hidden = {e.module: sum(e.hidden.values()) for e in CATALOGUE}
    wanted = asked_of(style, own)
    assert len(wanted) >= min(len(own), 3)
    assert asked == {m: hidden[m] if m in wanted else 0 for m in MODULES}


def test_there_are_enough_styles() -> None:
    hand_ins = {name: overlaid(path) for name, path in HONEST.items()}
    complete = [name for name, (_, own) in hand_ins.items() if set(COUNTED) <= set(own)]
    assert len(HONEST) >= 40
    assert len(complete) >= 12
    assert {path.suffix for path in HONEST.values()} == {"", ".zip", ".ipynb"}
    for module in MODULES:
        wanted = 15 if module in COUNTED else 3
        assert sum(module in own for _, own in hand_ins.values()) >= wanted, module


def test_no_style_is_there_twice() -> None:
    """Comments and blanks aside, no two hand-ins hold the same text."""
    seen: dict[str, str] = {}
    for name, path in HONEST.items():
        submission, own = overlaid(path)
        texts = submission.notebook or tuple(submission.modules[m] for m in own)
        code = "".join(line.partition("#")[0].strip() for text in texts for line in text.splitlines())
        assert code not in seen, f"{name} is {seen[code]} again"
        seen[code] = name
