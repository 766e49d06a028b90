"""How good the hidden suites are: they are put to small changes of the solutions, and should notice each."""
