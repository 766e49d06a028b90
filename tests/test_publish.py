"""`autograder publish`: students get their own page on every way there is, nobody another's, and nothing twice."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.__main__ import main
from autograder.classes import uploads
from autograder.classes.class_list import CLASS, read_class_list, write_class_list
from autograder.classes.publication import publication
from autograder.classes.published import PUBLISHED
from autograder.report import canvas_feedback, moodle_feedback
from autograder.report.canvas_feedback import HandedIn
from autograder.report.faults import Faults
from autograder.report.model import NOT_HANDED_IN, Report
from autograder.report.rendered import rendered
from autograder.sandbox.lock import can_lock, lock
from autograder.submissions.downloads import ClassSubmission, class_of
from tests.test_classroom import MODULES, make_folder, zipped
from tests.test_report import report

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "submissions" / "class"
PAGE = ROOT / "docs" / "publishing.md"
HAND_IN = "def pad2d(x, padding): ...\n"

# What `is_valid_filename_for_import` asks of a part of a path (mod/assign/feedback/file/importziplib.php of
# moodle/moodle): `explode('_', $pathpart, 5)` has four parts, or five before Moodle 4.1; the second is a number, the
# next two name a plugin. The file's own name begins with neither `.` nor `~`.
MOODLE_PART = re.compile(r"[^_/]*_(?P<id>[0-9]+)_(?:assignsubmission|assignfeedback)_file_[^/]*")
MOODLE_FILE = re.compile(r"[^.~/][^/]*")


def read_by_moodle(path: Path) -> dict[str, bytes]:
    """Whose page each is, by participant: the first part of a path that fits decides."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            *folders, last = name.split("/")
            assert MOODLE_FILE.fullmatch(last), name
            match = next(filter(None, map(MOODLE_PART.fullmatch, [*folders, last])))
            assert match["id"] not in found
            found[match["id"]] = archive.read(name)
    return found


def ids_for_canvas(name: str) -> tuple[str, str]:
    """What `infer_comment_context_from_filename` takes from a name (app/models/abstract_assignment.rb of
    instructure/canvas-lms): `split("_") - ["LATE"]`, then behind `anon` the next two, or `grep(/^\\d+$/).take(2)`.
    """
    parts = [part for part in name.split("_") if part != "LATE"]
    assert not parts[-1].startswith("link") and not name.startswith("._")
    if parts[0] == "anon":
        return f"anon_{parts[1]}", parts[2]
    user, file = [part for part in parts if re.fullmatch(r"[0-9]+", part)][:2]
    return user, file


def read_by_canvas(path: Path, files: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """Whose page each is, by user; each has to name a file that the user has handed in."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            user, file = ids_for_canvas(name.rpartition("/")[2])
            assert file in files[user] and user not in found, name
            found[user] = archive.read(name)
    return found


def put(graded: Path, hand_in: ClassSubmission, points: float, told: str = "", problem: str = "") -> bytes:
    """Writes a report as the grader does, and gives its page."""
    made = replace(report(told or "wrong", hand_in.student), earned=points, problem=problem)
    if hand_in.path is None and not problem:
        made = replace(made, problem=NOT_HANDED_IN, handed_in=False)
    return written(graded, made)


def written(graded: Path, made: Report) -> bytes:
    files = rendered(made, False, Faults())
    for ending, content in files.items():
        (graded / f"{made.student}{ending}").write_bytes(content)
    return files[".html"]


def class_in(
    graded: Path, hand_ins: Sequence[ClassSubmission], points: float = 5, worksheet: bool = True
) -> dict[str, bytes]:
    """A class as the grader leaves it; gives the pages by student."""
    graded.mkdir(exist_ok=True)
    write_class_list(graded / CLASS, hand_ins, worksheet)
    return {each.student: put(graded, each, points) for each in hand_ins}


def test_of_two_hand_ins_of_one_student_the_one_that_counts_is_told(tmp_path: Path) -> None:
    hand_ins = [member("ada", moodle_id="1", login="ada"), member("ada-2", moodle_id="1", login="ada")]
    graded = tmp_path / "graded"
    class_in(graded, hand_ins)
    assert not any(each.to for each in publication(graded).feedback)
    write_class_list(graded / CLASS, hand_ins, True, {"ada": "the last of 2 hand-ins counts, ada-2"})
    found = publication(graded)
    assert [(each.member.student, set(each.to)) for each in found.feedback] == [
        ("ada-2", {"moodle-feedback.zip", "pages"})
    ]
    assert found.withheld == {"ada": "the last of 2 hand-ins counts, ada-2"}


def member(student: str, doubt: str = "", files: Sequence[str] = (), **ids: str) -> ClassSubmission:
    known = tuple(HandedIn(int(ids["canvas_id"]) * 1000 + at, name) for at, name in enumerate(files))
    return ClassSubmission(student, Path("x"), "", (), student, ids, doubt, canvas_files=known)


def published(*arguments: object) -> int:
    return main(["publish", *map(str, arguments)])


def everything_in(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def pages_told(out: Path) -> list[bytes]:
    """Every page in a publication, wherever it lies."""
    found: list[bytes] = []
    for path in out.rglob("*"):
        if path.suffix == ".html":
            found.append(path.read_bytes())
        elif path.suffix == ".zip":
            found += unpacked(path.read_bytes())
    return found


def unpacked(content: bytes) -> Iterable[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            yield from unpacked(inner) if name.endswith(".zip") else [inner]


NAMES = (
    "Doe, Jane",
    "a_12_b",
    "_",
    "",
    "12",
    "anon",
    "LATE",
    ".hidden",
    "~x",
    "李雷",
    "O'Brien/../x",
    "a\nb_7_8",
)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_whatever_a_student_is_called_moodle_finds_the_page(tmp_path: Path, name: str) -> None:
    folders = [f"Some One_{number}_assignsubmission_file_" for number in (77, 78)]
    make_folder(tmp_path / "moodle", {f"{folder}/ex2_padding.py": HAND_IN for folder in folders})
    hand_ins = [replace(each, name=name) for each in class_of(tmp_path / "moodle", MODULES)]
    pages = class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    by_participant = {each.ids["moodle_id"]: pages[each.student] for each in hand_ins}
    assert len(by_participant) == 2
    assert read_by_moodle(tmp_path / "out" / moodle_feedback.ZIP) == by_participant


@given(st.text(max_size=20) | st.sampled_from(NAMES), st.integers(1, 10**12))
def test_any_name_leaves_the_ids_readable(name: str, number: int) -> None:
    *_, folder, file = f"/import/{moodle_feedback.place(name, str(number))}".split("/")
    match = MOODLE_PART.fullmatch(folder)
    assert match and match["id"] == str(number) and MOODLE_FILE.fullmatch(file)
    place = canvas_feedback.place(name, str(number), [HandedIn(4711, "hw.py")])
    assert place is not None and ids_for_canvas(place.name) == (str(number), "4711")
    assert "/" not in place.name and place.name.isprintable()


def test_canvas_gets_a_page_for_each_file_of_its_download(tmp_path: Path) -> None:
    download = make_folder(
        tmp_path / "download",
        {
            "doejane_77_4712_notes.txt": "x",
            "doejane_77_4711_ex2_padding.py": HAND_IN,
            "lee5_LATE_78_4713_my_8_ex2_padding.py": HAND_IN,
            "anon_79_4714_ex2_padding.py": HAND_IN,  # a student of this name
            "anon_Ab3x9_4715_ex2_padding.py": HAND_IN,
            "zhou_80_4716_hw.zip": zipped({"ex2_padding.py": HAND_IN}),
            "text_81_text.html": "<p>see my repository</p>",
        },
    )
    hand_ins = class_of(download, MODULES)
    pages = class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    files = {"77": ["4711", "4712"], "78": ["4713"], "79": ["4714"], "anon_Ab3x9": ["4715"], "80": ["4716"]}
    found = read_by_canvas(tmp_path / "out" / canvas_feedback.ZIP, files)
    [found["80"]] = unpacked(found["80"])  # Canvas calls it hw.zip, so it is one
    expected = {each.ids["canvas_id"]: pages[each.student] for each in hand_ins}
    del expected["81"]  # a text has no file
    assert found == expected


def test_whom_canvas_cannot_find_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_ins = [
        member("ada", files=["ex2.py"], canvas_id="1"),
        member("ben", canvas_id="2"),
        replace(member("cleo", canvas_id="3"), path=None),
        replace(member("dan", canvas_id="4"), path=None),
        member("eve", canvas_id="eve", files=()),
    ]
    class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "no page for ben: Canvas attaches pages to files, and none was handed in" in told
    assert "no page for 2 who handed in nothing" in told
    assert "no page for eve: no id is known" in told
    assert "Canvas shows 1 of the pages under the names of files" in told
    assert {*read_by_canvas(tmp_path / "out" / canvas_feedback.ZIP, {"1": ["1000"]})} == {"1"}


def test_an_id_that_is_none_of_moodles_opens_no_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_ins = [member("ada", moodle_id="7"), member("ben", moodle_id="x_9"), member("cleo", moodle_id="٣")]
    class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    assert {*read_by_moodle(tmp_path / "out" / moodle_feedback.ZIP)} == {"7"}
    told = capsys.readouterr().out
    assert all(
        f"{moodle_feedback.ZIP}: no page for {name}: no id is known" in told for name in ("ben", "cleo")
    )


def test_a_class_that_is_no_download_of_canvas_has_no_zip_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class_in(tmp_path / "graded", [member("ada", canvas_id="1")])
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    assert f"{canvas_feedback.ZIP}: none, since Canvas takes pages only for files" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["pages", "pages.csv"]


def test_nobody_is_told_what_nobody_has_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graded = tmp_path / "graded"
    hand_ins = [
        member(name, files=["ex2.py"], canvas_id=str(at), moodle_id=str(at), login=name)
        for at, name in enumerate(["fine", "broken", "doubtful", "edited", "no page", "no report"], 1)
    ]
    hand_ins[2] = replace(hand_ins[2], doubt="the email is Eva's")
    pages = class_in(graded, hand_ins)
    put(graded, hand_ins[1], 0, problem="the zip is damaged")
    text = (graded / "edited.json").read_text()
    (graded / "edited.json").write_text(text.replace('"earned": 5', '"earned": 9', 1))
    (graded / "no page.html").unlink()
    (graded / "no report.json").unlink()
    assert published(graded, "-o", tmp_path / "out") == 0
    assert pages_told(tmp_path / "out") == [pages["fine"]] * 3
    told = capsys.readouterr().out.splitlines()
    for line in (
        "not published: broken: the zip is damaged",
        "not published: doubtful: the email is Eva's",
        "not published: edited: edited.json was changed after it was written: give the same",
        "not published: no page: no page.html is not there",
        "not published: no report: no report.json is not there",
    ):
        assert sum(each.startswith(line) for each in told) == 1, line
    assert sum(each.startswith("not published") for each in told) == 5


@pytest.mark.parametrize("kind", ["moodle_id", "canvas_id", "login"])
def test_of_two_hand_ins_under_one_id_neither_is_published_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    hand_ins = [
        member(
            name,
            files=["ex2.py"],
            **{"canvas_id": number, "moodle_id": number, "login": f"{name}-1", kind: same},
        )
        for name, number, same in (("ada", "1", "7"), ("ben", "2", "7"), ("cleo", "3", "8"))
    ]
    pages = class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    told = capsys.readouterr().out
    out = tmp_path / "out"
    if kind == "login":
        assert everything_in(out / "pages") == {"8.html": pages["cleo"]}
        assert "pages: no page for ada: 7 is also an id of ben" in told
    else:
        name = moodle_feedback.ZIP if kind == "moodle_id" else canvas_feedback.ZIP
        assert list(unpacked((out / name).read_bytes())) == [pages["cleo"]]
        assert f"{name}: no page for ada: 2 hand-ins have the id 7" in told


def test_pages_are_called_by_an_id_that_all_have_and_that_is_nobody_elses(tmp_path: Path) -> None:
    hand_ins = [
        member("ada", login="al", email="ada@x.org", sid="ben@x.org"),
        member("ben", email="ben@x.org"),
        member("cleo", email="a/b"),
        member("dan", email="a:b"),
        member("eve", email="EVE"),
        member("fay", email="eve"),
        member("gus", email="../gus"),
        member("ada@x.org", email="hal@x.org"),
    ]
    pages = class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    # ben's id is also one of ada's; of the others' names no file system makes one
    assert everything_in(tmp_path / "out" / "pages") == {
        "ada@x.org.html": pages["ada"],
        ".._gus.html": pages["gus"],
        "hal@x.org.html": pages["ada@x.org"],
    }
    table = (tmp_path / "out" / "pages.csv").read_text().splitlines()
    assert [line[0] for line in csv.reader(table)] == ["name", "ada", "gus", "ada@x.org"]


def test_pages_without_ids_are_called_as_the_reports_are(tmp_path: Path) -> None:
    hand_ins = [member("ada"), member("ben", login="b"), member("cleo", login="dan"), member("dan")]
    pages = class_in(tmp_path / "graded", hand_ins)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0
    # dan is a name, and a login of somebody else
    expected = {f"{name}.html": pages[name] for name in ("ada", "ben", "cleo")}
    assert everything_in(tmp_path / "out" / "pages") == expected


@pytest.fixture
def told_once(tmp_path: Path) -> Path:
    """A class that was published, and graded anew since."""
    graded = tmp_path / "graded"
    names = ["same", "better", "other words", "gone", "now withheld"]
    hand_ins = [
        member(name, files=["hw.zip"], canvas_id=str(at), moodle_id=str(at))
        for at, name in enumerate(names, 1)
    ]
    class_in(graded, hand_ins)
    assert published(graded, "-o", tmp_path / "first") == 0
    new = member("late", files=["hw.zip"], canvas_id="9", moodle_id="9")
    write_class_list(graded / CLASS, [*hand_ins[:3], hand_ins[4], new], True)
    put(graded, hand_ins[1], 8)
    put(graded, hand_ins[2], 5, "right but for its last line")
    put(graded, hand_ins[4], 0, problem="two answers")
    put(graded, new, 3)
    return graded


def test_a_dry_run_lists_what_would_change_for_whom_and_writes_nothing(
    told_once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything_in(told_once.parent)
    capsys.readouterr()
    assert published(told_once, "--dry-run", "-o", told_once.parent / "second") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:5] == [
        "better: 5 points → 8 points",
        "other words: the page changed, 5 points as before",
        "late: new, 3 points",
        "gone: gone, told 5 points before",
        "not published: now withheld: two answers (told 5 points before)",
    ]
    assert not any(line.startswith("same") for line in told)
    assert everything_in(told_once.parent) == before and not (told_once.parent / "second").exists()


def test_the_next_publication_holds_what_changed(told_once: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told_once.parent / "second"
    assert published(told_once, "-o", out) == 0
    changed = {(told_once / f"{name}.html").read_bytes() for name in ("better", "other words", "late")}
    assert {*pages_told(out)} == changed and len(pages_told(out)) == 9
    assert {*read_by_moodle(out / moodle_feedback.ZIP)} == {"2", "3", "9"}
    capsys.readouterr()
    third = told_once.parent / "third"
    assert published(told_once, "-o", third) == 0
    assert "nothing to publish: all is as it was published" in capsys.readouterr().out and not third.exists()
    assert published(told_once, "--all", "-o", third) == 0
    assert {*read_by_moodle(third / moodle_feedback.ZIP)} == {"1", "2", "3", "9"}
    # whoever was published before, and is withheld, is remembered
    assert publication(told_once).before["now withheld"].points == 5


def test_everything_again_is_the_same_to_the_byte(tmp_path: Path) -> None:
    hand_ins = [
        member(name, files=["hw.zip"], canvas_id=i, moodle_id=i) for name, i in (("ada", "1"), ("ben", "2"))
    ]
    class_in(tmp_path / "graded", hand_ins)
    for out in ("one", "two"):
        assert published(tmp_path / "graded", "--all", "-o", tmp_path / out) == 0
    assert everything_in(tmp_path / "one") == everything_in(tmp_path / "two")


def test_new_checks_alone_are_no_news(tmp_path: Path) -> None:
    graded, ada = tmp_path / "graded", member("ada")
    class_in(graded, [ada])
    assert published(graded, "-o", tmp_path / "out") == 0
    made = replace(report("wrong", "ada"), seconds=9.0)
    before = written(graded, made)
    page = written(graded, replace(made, provenance=replace(made.provenance, suites="beef" * 16)))
    assert page != before
    assert [each.news for each in publication(graded).feedback] == [""]


def test_a_way_that_opens_later_brings_what_was_told_on_another(tmp_path: Path) -> None:
    graded = tmp_path / "graded"
    class_in(graded, [member("ada")])
    assert published(graded, "-o", tmp_path / "one") == 0
    pages = class_in(graded, [member("ada", moodle_id="7")])
    [ada] = publication(graded).feedback
    assert ada.news == "as before, and new in moodle-feedback.zip, pages"
    assert published(graded, "-o", tmp_path / "two") == 0
    assert read_by_moodle(tmp_path / "two" / moodle_feedback.ZIP) == {"7": pages["ada"]}


def test_groups_of_moodle_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class_in(tmp_path / "graded", [member("Group 1", moodle_id="7")], worksheet=False)
    assert published(tmp_path / "graded", "--dry-run") == 0
    assert "of a group assignment, do not upload it" in capsys.readouterr().out


def test_a_student_may_be_called_as_the_files_of_the_class_are(tmp_path: Path) -> None:
    graded = tmp_path / "graded"
    names = ["class", "published", "class.jsn", "pages"]
    pages = class_in(graded, [member(name) for name in names])
    known = read_class_list(graded / CLASS)
    assert known is not None and [each.student for each in known.members] == names
    assert published(graded, "-o", tmp_path / "out") == 0
    assert {*pages_told(tmp_path / "out")} == {*pages.values()}


def test_what_cannot_be_published_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graded = tmp_path / "graded"
    class_in(graded, [member("ada")])
    assert published(graded, "-o", tmp_path / "out") == 0
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    copies = {
        name: make_folder(tmp_path / name, everything_in(graded)) for name in ("old", "edited", "foreign")
    }
    (copies["old"] / CLASS).unlink()
    text = (graded / CLASS).read_text()
    (copies["edited"] / CLASS).write_text(text.replace('"ids": {}', '"ids": {"moodle_id": "7"}'))
    (copies["foreign"] / PUBLISHED).write_text('{"published": true}')
    (tmp_path / "swapped").mkdir()
    for name, source in ((CLASS, CLASS), (PUBLISHED, CLASS)):
        (tmp_path / "swapped" / name).write_bytes((graded / source).read_bytes())
    capsys.readouterr()
    refusals = {
        (tmp_path / "nowhere",): "nowhere: there is no such folder",
        (tmp_path / "file",): "file: there is no such folder",
        (
            tmp_path / "empty",
        ): "empty: nothing was graded there; give the folder that `autograder grade` wrote",
        (copies["old"],): f"old: has reports and no {CLASS}, which tells whose they are",
        (copies["edited"],): f"{CLASS} was changed after it was written",
        (copies["foreign"],): f"{PUBLISHED} has no mark of a publication",
        (tmp_path / "swapped",): f"{PUBLISHED} is not a publication, or of another version: remove it",
        (graded, "-o", tmp_path / "file"): "file: is a file; give the name of a new folder",
        (graded, "-o", graded): "graded: is not empty; give the name of a new folder",
        (graded, "--all", "-o", tmp_path / "file" / "out"): "nothing counts as published",
    }
    for arguments, line in refusals.items():
        before = everything_in(tmp_path)
        options = arguments if "-o" in arguments else (*arguments, "-o", tmp_path / "new")
        assert published(*options) == 2, arguments
        said = capsys.readouterr()
        assert said.err.startswith("autograder: ") and line in said.err and said.err.count("\n") == 1
        assert everything_in(tmp_path) == before and not (tmp_path / "new").exists()


def test_a_publication_that_fails_half_way_has_never_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graded = tmp_path / "graded"
    class_in(graded, [member("ada"), member("ben")])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads, "write_published", full)
    assert published(graded, "-o", tmp_path / "out") == 2
    assert "No space left on device; nothing counts as published" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["graded"]
    monkeypatch.undo()
    assert published(graded, "-o", tmp_path / "out") == 0
    assert len(pages_told(tmp_path / "out")) == 2


@pytest.mark.skipif(not can_lock, reason="this system locks no folders")
def test_a_class_that_is_being_graded_is_not_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class_in(tmp_path / "graded", [member("ada")])
    held = lock(tmp_path / "graded")
    assert held is not None
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 2
    assert "another autograder is at work there" in capsys.readouterr().err
    os.close(held)
    assert published(tmp_path / "graded", "-o", tmp_path / "out") == 0


def commands() -> list[str]:
    """The commands of the page's section, in the blocks in which they stand."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Back to your students\n")[1].split("\n## ")[0]
    return re.findall(r"(?:^    .+\n)+", section, re.MULTILINE)


@pytest.mark.platforms
def test_the_commands_of_the_page_on_the_sample_class(tmp_path: Path) -> None:
    download = tmp_path / "submissions.zip"
    with zipfile.ZipFile(download, "w") as archive:
        for number, student in enumerate(sorted(SAMPLES.iterdir()), 101):
            for file in [student] if student.is_file() else sorted(student.glob("*.*")):
                archive.write(
                    file,
                    f"{student.stem.replace('_', '')}_{number}_{number}{len(archive.namelist())}_{file.name}",
                )
    bin_ = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": bin_, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    first, second = commands()
    shell = f'autograder() {{ "{sys.executable}" -m autograder "$@"; }}\n'
    said = ""
    for block in (first, second):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", shell + block],
            cwd=tmp_path, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        said += done.stdout
    hand_ins = class_of(download, MODULES)
    assert len(hand_ins) == 10
    files = {each.ids["canvas_id"]: [str(file.id) for file in each.canvas_files] for each in hand_ins}
    found = read_by_canvas(tmp_path / "published" / canvas_feedback.ZIP, files)
    for each in hand_ins:
        page = (tmp_path / "graded" / f"{each.student}.html").read_bytes()
        packed = found[each.ids["canvas_id"]]
        assert page in (packed, *(unpacked(packed) if packed.startswith(b"PK") else ()))
        assert (tmp_path / "published" / "pages" / f"{each.ids['canvas_id']}.html").read_bytes() == page
    assert re.search(r"^amara: new, 100 points$", said, re.MULTILINE)
    assert "nothing to publish: all is as it was published" in said
    assert not (tmp_path / "published-2").exists()


def test_a_class_of_500_is_published_to_everybody_and_then_to_whom_something_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graded = tmp_path / "graded"
    students = [member(f"s{n}", moodle_id=str(n + 1)) for n in range(500)]
    class_in(graded, students)
    assert published(graded, "-o", tmp_path / "first") == 0
    with zipfile.ZipFile(tmp_path / "first" / "moodle-feedback.zip") as archive:
        assert len(archive.namelist()) == 500
    for each in students[:3]:
        put(graded, each, 8)
    capsys.readouterr()
    assert published(graded, "--dry-run") == 0
    assert capsys.readouterr().out.count("5 points → 8 points") == 3
    assert published(graded, "-o", tmp_path / "second") == 0
    with zipfile.ZipFile(tmp_path / "second" / "moodle-feedback.zip") as archive:
        assert len(archive.namelist()) == 3
