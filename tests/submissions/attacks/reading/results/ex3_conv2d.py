import glob
import pathlib

from attempt import attempt


def found(pattern):
    return glob.glob(pattern, recursive=True)[0]


attempt("reports in the temporary folder", lambda: found("/tmp/**/grades.csv"))
attempt("Gradescope's results", lambda: pathlib.Path("/autograder/results/results.json").read_text())
attempt("the gradebook", lambda: found("/**/gradebook.db"))
