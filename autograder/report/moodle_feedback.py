"""`moodle-feedback.zip`: pages for *Upload multiple feedback files in a zip* of Moodle's assignment.

From `mod/assign/feedback/file/importziplib.php` of moodle/moodle, its test `importziplib_test.php`, `clean_param` of
its library, and `mod/assign/assignmentplugin.php`:

- Of a file's path, the first part that reads `<name>_<id>_<plugin type>_<plugin>` tells whose it is, split at its
  first four underscores: so there is none in the name. The id is the participant's, which the download and the
  grading worksheet have; the name is not read. A participant who is not in the course is passed over in silence.
- Before 4.1 that part has to end in an underscore, and later versions take it with one, too.
- What follows it is the feedback file's own path. A file of the same path is replaced: whoever uploads a page again
  adds none. But Moodle cannot tell that such a page is as it was, and tells the student that there is news.
- A file whose name begins with `.` or `~` is passed over.
- Control characters, quotation marks, `&<>|:` and the like are taken out of names, as are two dots in a row.
"""

from __future__ import annotations

from autograder.report.text import plain

ZIP = "moodle-feedback.zip"
PAGE = "feedback.html"
_SUBMITTED_AS = "assignsubmission_file_"  # as in the folders of the download


def participant(text: str) -> str:
    """An id as Moodle counts them; empty for what is none."""
    return text if text.isascii() and text.isdecimal() else ""


def place(name: str, number: str) -> str:
    """Where a student's page lies in the zip.

    Args:
        name: the student's, for people who look into the zip.
        number: the participant's, which alone counts.
    """
    shown = "".join(letter if letter.isalnum() or letter in " -" else " " for letter in plain(name))
    return f"{' '.join(shown.split())[:80] or 'Participant'}_{number}_{_SUBMITTED_AS}/{PAGE}"
