"""Grades hand-ins of the exercises and builds the releases. For instructors; students never need it."""

__version__ = "0.1.0"
