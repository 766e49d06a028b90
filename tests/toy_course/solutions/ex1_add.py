# ---
# exercise: 1
# title: Adding
# points: 10
# minutes: 5
# exports: [add]
# builds_on: []
# forbids: [ready-made]
# hints:
#   add:
#     - Begin with two numbers, not with tensors.
#     - What does torch's operator + do with two tensors of one shape?
#     - Return a + b.
# ---

# %% [markdown]
# # Exercise 1: Adding
#
# Read first: [adding](README.md#adding) in the tutorial.

# %%
from torch import Tensor


def add(a: Tensor, b: Tensor) -> Tensor:
    """Return the sum, element by element.

    Args:
        a: any shape.
        b: the shape of `a`.

    Raises:
        ValueError: if the shapes differ.
    """
    ### BEGIN SOLUTION
    if a.shape != b.shape:
        raise ValueError(f"the shapes differ: {tuple(a.shape)} and {tuple(b.shape)}")
    return a + b
    ### END SOLUTION
