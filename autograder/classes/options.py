"""What a class is graded with, and the key of what comes of it: two gradings with one key give one report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.classes.versions import versions
from autograder.classes.workers import Settings
from autograder.submissions.submission import Submission, SubmissionError


class BatchError(Exception):
    """A class that cannot be graded as it was asked for."""


@dataclass(frozen=True)
class GradingOptions:
    """What a class is graded with.

    `show_calls` lets students see hidden calls; `force` grades anew what has been graded before; `profile` asks
    where the time goes; `anonymous` keeps names from the page of the class.
    """

    settings: Settings
    show_calls: bool = False
    force: bool = False
    require_confinement: bool = False
    profile: bool = False
    anonymous: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The options that change reports, as reports tell them."""
        return {**self.settings.options(), "show_calls": self.show_calls}

    @cached_property
    def _ground(self) -> list[Any]:
        return [versions(self.settings.course), self.settings.seed, self.settings.devices, self.options]

    def key(self, read: Submission | SubmissionError, notes: Sequence[str] = ()) -> str:
        """The key of a hand-in's report, from what reading it came to; nothing of it is run for that."""
        known = [str(read)] if isinstance(read, SubmissionError) else [read.digest, read.notes]
        content = json.dumps([known, list(notes), self._ground], sort_keys=True)
        return hashlib.sha256(content.encode("ascii")).hexdigest()
