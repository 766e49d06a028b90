"""Correct stand-ins for earlier exercises, for marking a later one on its own (error carried forward).

One module per exercise that others build on, and its source travels to a worker where that exercise is replaced. A
later exercise can read it there, globals included: so each holds its own answer and nothing of any exercise after it.
`autograder stubs` says where one is missing, and `autograder check` grades them all: they must be right.

They are not made from the oracle. That is torch's own convolution, which is taken away in the worker; and an answer
sent by the grader instead would be a float64 tensor outside of any graph, where the later exercise needs gradients,
its own dtype and the pretended GPU, and ValueErrors. So they work with slices and einsum. Nor are they the
solutions, which leave the instructor in no zip.
"""
