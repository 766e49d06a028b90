# ---
# exercise: 8
# title: Receptive field and cost
# points: 8
# track: further
# minutes: 15
# exports: [receptive_field]
# builds_on: []
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 8: Receptive field and cost
#
# Count whole numbers. Read first: [your turn](README.md#your-turn) in the tutorial.
#
# On paper: from 3 to 5 there are 3, 4 and 5. The answer is **3**.
#
# Common mistake: `last - first`. That counts the steps from one number to the next, and there is always one step
# less than numbers.

# %%
def receptive_field(first: int, last: int) -> int:
    """Return how many whole numbers there are from `first` to `last`.

    Args:
        first: where to begin.
        last: where to end, at least `first`.

    Returns:
        The number of whole numbers, both ends included.

    Example:
        >>> receptive_field(3, 5)
        3
    """
    raise NotImplementedError("ex8: receptive_field is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
