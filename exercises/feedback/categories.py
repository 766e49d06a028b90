"""What a check can be about, in words for students; a course adds categories of its own."""

from __future__ import annotations

from collections.abc import Mapping

CATEGORIES: Mapping[str, str] = {
    "values": "the numbers are right",
    "sizes": "large inputs are right, and done in time",
    "errors": "arguments that make no sense raise a ValueError",
    "manners": "inputs stay as they were; print shows the right text",
    "precision": "the result has the input's dtype, and its precision",
    "layouts": "inputs in any order in memory, batches of any size",
    "gradients": "gradients flow back, with the right numbers",
    "devices": "the result is on the device of the input, a GPU too",
    "state": "the state_dict can be saved and loaded again",
    "training": "a training step changes the parameters as it should",
}
