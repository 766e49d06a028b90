"""What runs on a platform: takes the upload from where the platform puts it, grades it in the sandbox, and
leaves the result where the platform looks for it.

These modules travel inside the autograder zips, beside `release.json`.
"""
