"""What the process that reads hand-ins may say to the grader: groups of texts or a FrameError, whatever the bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random

from autograder.submissions import frames
from tests.fuzz.choices import Choices
from tests.fuzz.engine import Target, havoc, holds


def run(data: bytes) -> None:
    """Bytes of a pipe, or a letter and choices to make groups of."""
    if data[:1] == b"g":
        _there_and_back(Choices(data[1:]))
        return
    try:
        groups = frames.receive(io.BytesIO(data))
    except (frames.FrameError, EOFError):
        return
    holds(all(type(text) is str for group in groups for text in group), "groups are of texts")
    holds(sum(map(len, groups)) <= len(data) / 4, "no more texts than there are lengths")
    back = frames.encode(groups)
    holds(data.startswith(back), "what was taken in is sent as it came", groups)
    for group in groups:
        try:
            named = frames.by_name(group)
        except frames.FrameError:
            holds(len(group) % 2 == 1, "only a name without a text is refused", group)
        else:
            holds(set(named) == set(group[::2]), "every name has its text", group)


def _there_and_back(choices: Choices) -> None:
    groups = [[choices.text() for _ in range(choices.below(4))] for _ in range(choices.below(4))]
    holds(
        frames.receive(io.BytesIO(frames.encode(groups))) == groups, "what is sent arrives as it was", groups
    )


def seeds() -> Sequence[bytes]:
    """Honest answers, and choices."""
    random = Random(0)
    answers: list[frames.Groups] = [
        [["reads"]], [], [[]], [["refused", "a: is empty"]],
        [["read", "0" * 64], ["ex1", "x = 1\n"], [], ["ä", "\ud800"]],
    ]  # fmt: skip
    return [frames.encode(each) for each in answers] + [b"g" + random.randbytes(60) for _ in range(40)]


def mutate(data: bytes, random: Random) -> bytes:
    """Keeps the length true most of the time, so that what stands behind it is looked at."""
    if data[:1] == b"g" or random.random() < 0.2:
        return havoc(data, random)
    body = havoc(data[8:], random)
    return len(body).to_bytes(8, "big") + body


TARGET = Target("frames", "answers of the process that reads", (frames,), run, seeds, mutate)
