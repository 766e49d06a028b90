"""What the files of one hand-in's report hold: made by whoever graded it, and put on the disk by `writing`."""

from __future__ import annotations

from autograder.report import gradescope
from autograder.report.faults import Faults
from autograder.report.files import for_student, json_bytes, report_bytes, text_bytes
from autograder.report.model import Report
from autograder.report.pages.feedback import feedback_page

RESULTS, PAGE, REPORT = ".results.json", ".html", ".json"
# how the files of one hand-in end; the report comes last, since it is what a later run goes by
ENDINGS = (RESULTS, PAGE, REPORT)


def rendered(report: Report, show_calls: bool, faults: Faults) -> dict[str, bytes]:
    """The content of a report's files, by `ENDINGS`, without those at which that fails.

    Args:
        report: as it was graded.
        show_calls: whether students may see hidden calls.
        faults: takes what is left out, each by its ending, all of them as the empty one.
    """
    files: dict[str, bytes] = {}
    with faults.kept_to(""):
        told = for_student(report, show_calls)
        with faults.kept_to(RESULTS):
            files[RESULTS] = json_bytes(gradescope.results(told))
        with faults.kept_to(PAGE):
            files[PAGE] = text_bytes(feedback_page(told))
        with faults.kept_to(REPORT):
            files[REPORT] = report_bytes(told)
    return files
