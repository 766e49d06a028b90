"""The hidden suites: one module per exercise, one test function per rubric line.

A line carries `@pytest.mark.points(n)` and `@pytest.mark.category(name)`; its docstring is the sentence that
the student reads; its parametrised cases share its points. Suites know the fixtures `student` and `draw`
and the vocabulary of `exercises.feedback`, and nothing of any LMS.
"""
