"""How a submission is judged: `sandboxed` asks it, `judge` runs the suites, `grade` makes the report of both.

`collecting` finds the suites, and `vocabulary` is what the hidden suites of a course are written in.
"""
