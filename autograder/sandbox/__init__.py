"""Where student code runs: a confined process, and the wire to it.

`host` is the grader's side; `zygote`, `worker`, `confine`, `ban` and `substitutes` run on the other side;
`wire` is what both speak.
"""
