"""Says where the checks are to whoever asks pytest for an exercise's own file, in which it would find none."""

from __future__ import annotations

import gc

import pytest

from exercises.feedback.catalogue import exercise_in

# the checks import torch next, and a tenth of that would go into looking for garbage among what is there to stay
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """All is imported now; ends the run with a sentence where it is not about the checks.

    Raises:
        pytest.UsageError: with what to do instead.
    """
    gc.enable()
    for argument in config.args:
        path = (config.invocation_params.dir / argument.split("::", 1)[0]).resolve()
        exercise = exercise_in(path)
        if exercise is not None:
            raise pytest.UsageError(
                f"{path.name} holds your code, and its checks are elsewhere. Run `python {argument}` or `pytest "
                f"exercises/tests/test_{exercise.name}.py`"
            )
