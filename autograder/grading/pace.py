"""How long a grader waits for the next answer of an exercise."""

from __future__ import annotations

from dataclasses import dataclass

MIN_WAIT = 1 / 16  # of the limit for a call, after many calls without an answer


@dataclass
class Pace:
    """How fast an exercise answers: calls without an answer, and the slowest answer in seconds."""

    late: int = 0
    slowest: float = 0.0

    def wait(self, limit: float) -> float:
        """Seconds to wait for the next answer.

        Two calls have the whole limit, those after them half as long each time, so that a loop which never ends does
        not hold up a class; but three times as long as the slowest answer so far, since slow is not wrong.
        """
        share = max(0.5 ** max(self.late - 1, 0), MIN_WAIT)
        return min(limit, max(limit * share, 3 * self.slowest))
