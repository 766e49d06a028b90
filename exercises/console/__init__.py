"""The screen of `pytest exercises`: how the public checks are run with a student's code, and told."""
