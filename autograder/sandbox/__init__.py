"""Where student code runs: a confined process, and the wire to it.

`host` and `handle` are the grader's side; `zygote`, `worker`, `submitted`, `confine`, `ban` and `traps` are on the
other one; `wire` is what both speak.
"""
