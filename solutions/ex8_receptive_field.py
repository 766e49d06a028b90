# ---
# exercise: 8
# title: Receptive field and cost
# points: 8
# track: further
# minutes: 15
# exports: [receptive_field]
# builds_on: []
# forbids: [convolution, packages]
# hints:
#   # For you, the author. Nothing of the hints, and nothing between BEGIN and END, gets into a student's file.
#   # Replace the example, function by function: its task, its signature and docstring, its answer, its hints.
#   # - minutes is a guess, and the link to the tutorial leads to where its exercises are listed
#   # - exports names the functions and classes to write; each has three hints, from vague to plain
#   # - builds_on names the modules whose functions this one imports, and each of these needs a stand-in:
#   #   `autograder stubs` says which file it looks for
#   # - forbids takes convolution, padding, packages
#   receptive_field:
#     - Count on your fingers from 3 to 5. How many fingers is that?
#     - It is not 5 - 3. Which number did the subtraction leave out?
#     - The first number counts too, so add 1 to the difference.
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
    ### BEGIN SOLUTION
    # one number more than there are steps: the first one counts too
    return last - first + 1
    ### END SOLUTION
