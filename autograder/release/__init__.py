"""Builds what an instructor hands out or uploads: one zip per platform, each proved before it is written.

`edition` says what is released, `package` what a zip is; one module per platform makes its packages, `audit`
looks for leaks in their bytes, and `handins` are those whose points each zip is proved with. For authors, `new`
begins an exercise, `parts` says what one lacks, `stubs` makes the student's files from it, and `selfcheck` grades it.
Only the checkout has this folder: no zip holds it.
"""
