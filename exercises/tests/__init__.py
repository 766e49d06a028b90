"""The public checks: `pytest exercises` runs them on your code and shows how far you are."""
