"""The exercises. Write your code in the `ex*.py` files; `pytest exercises` checks it."""
