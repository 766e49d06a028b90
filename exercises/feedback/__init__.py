"""What stands behind every failure message: comparing, diagnosing, drawing.

Shared by the public checks and the hidden suites. Imports nothing but torch, Pillow and
`exercises.paths`, and nothing of the autograder, so a student can read and run all of it.
"""
