"""Measures what grading costs, as ratios within one run: `make bench`."""
