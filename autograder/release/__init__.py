"""Builds what an instructor hands out or uploads: one zip per platform, each proved before it is written.

`edition` says what is released, `package` what a zip is; one module per platform makes its packages, `audit`
looks for leaks in their bytes, and `handins` are those whose points each zip is proved with. Only the checkout
has this folder: no zip holds it.
"""
