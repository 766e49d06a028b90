"""Writes what an instructor uploads: zips for Moodle and Canvas, and a folder with a page for each student.

The folder appears when all of it is there, and the same pages give the same zips.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.classes.publication import CANVAS, MOODLE, PAGES, WAYS, Feedback
from autograder.classes.published import PUBLISHED, Published, write_published
from autograder.report import canvas_feedback, moodle_feedback
from autograder.report.files import flush_names, text_bytes
from autograder.report.rendered import PAGE
from autograder.report.spreadsheet import as_csv
from autograder.report.zips import add_entry

TABLE = "pages.csv"
TITLES = ("name", "page", "login", "email", "points")


def chosen(feedback: Sequence[Feedback], everything: bool) -> dict[str, list[Feedback]]:
    """Whose pages go into each file to upload: those that are new in it, or all."""
    return {
        way: [each for each in feedback if each.is_new_in(way) or (everything and way in each.to)]
        for way in WAYS
    }


def publish(
    graded: Path, out: Path, pages: Mapping[str, Sequence[Feedback]], before: Mapping[str, Published]
) -> None:
    """Writes the files to upload, and then writes down what was published.

    Args:
        graded: the folder with the pages.
        out: a folder that is not there, or empty.
        pages: as `chosen` gives them.
        before: what was published before, by student.

    Raises:
        OSError: if a page cannot be read, or a file not written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _write(graded, made, pages)
        if hasattr(os, "sync"):
            os.sync()  # what is written down as published outlasts a power cut
        made.chmod(0o755)
        if out.is_dir():
            out.rmdir()
        made.rename(out)
        made = out
        flush_names(out.parent)
        write_published(graded / PUBLISHED, {**before, **_published(pages)})
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _write(graded: Path, out: Path, pages: Mapping[str, Sequence[Feedback]]) -> None:
    for way, in_zip in ((MOODLE, _for_moodle), (CANVAS, _for_canvas)):
        if pages[way]:
            with zipfile.ZipFile(out / way, "w") as archive:
                for each in pages[way]:
                    add_entry(archive, *in_zip(each, _page(graded, each)))
    if pages[PAGES]:
        (out / PAGES).mkdir()
        for each in pages[PAGES]:
            (out / PAGES / f"{each.to[PAGES]}{PAGE}").write_bytes(_page(graded, each))
        rows = [_row(each) for each in pages[PAGES]]
        (out / TABLE).write_bytes(text_bytes(as_csv([TITLES, *rows])))


def _page(graded: Path, each: Feedback) -> bytes:
    return (graded / f"{each.member.student}{PAGE}").read_bytes()


def _for_moodle(each: Feedback, page: bytes) -> tuple[str, bytes]:
    return moodle_feedback.place(each.member.name or each.member.student, each.to[MOODLE]), page


def _for_canvas(each: Feedback, page: bytes) -> tuple[str, bytes]:
    member = each.member
    place = canvas_feedback.place(member.name or member.student, each.to[CANVAS], member.canvas_files)
    assert place is not None, "the way is open"
    return place.name, _packed(page) if place.packed else page


def _packed(page: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        add_entry(archive, canvas_feedback.PAGE, page)
    return memory.getvalue()


def _row(each: Feedback) -> list[str]:
    member = each.member
    page = f"{PAGES}/{each.to[PAGES]}{PAGE}"
    login, email = member.ids.get("login", member.login), member.ids.get("email", "")
    return [
        member.name or member.student,
        page,
        login,
        email,
        "" if each.points is None else f"{each.points:g}",
    ]


def _published(pages: Mapping[str, Sequence[Feedback]]) -> dict[str, Published]:
    """What is told now; on a way where a page was told before and is not told now, it is as it was."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    told: dict[str, Published] = {}
    for way in WAYS:
        for each in pages[way]:
            student = each.member.student
            to = told[student].to if student in told else _still(each)
            told[student] = Published(each.points, each.content, {**to, way: each.to[way]}, now)
    return told


def _still(each: Feedback) -> dict[str, str]:
    """Where the same was told before."""
    before = each.before
    same = before is not None and (before.points, before.content) == (each.points, each.content)
    return dict(before.to) if before is not None and same else {}
