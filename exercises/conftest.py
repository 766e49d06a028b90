"""Says where the checks are to whoever asks pytest for an exercise's own file, in which it would find none."""

from __future__ import annotations

import pytest

from exercises.feedback.catalogue import exercise_in


def pytest_configure(config: pytest.Config) -> None:
    """Ends the run with a sentence.

    Raises:
        pytest.UsageError: with what to do instead.
    """
    for argument in config.args:
        path = (config.invocation_params.dir / argument.split("::", 1)[0]).resolve()
        exercise = exercise_in(path)
        if exercise is not None:
            raise pytest.UsageError(
                f"{path.name} holds your code, and its checks are elsewhere. Run `python {argument}` or `pytest "
                f"exercises/tests/test_{exercise.name}.py`"
            )
