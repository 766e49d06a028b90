"""What stands behind a failure that shows in what the code does, not in the numbers it gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why a check failed: `explanation` is for the student, `section` the place to read, where there is one."""

    name: str
    explanation: str
    section: str = ""
