"""The dashboard of a class: its numbers are right, all of it is on the page, and a student's words only show.

The tests in a browser need Chromium and playwright, as those of the feedback page.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.release.edition import Edition
from autograder.report.class_statistics import (
    MAX_NAMES,
    ClassStatistics,
    Compared,
    Pair,
    Spread,
    ranked,
    statistics_of,
)
from autograder.report.faults import Faults
from autograder.report.files import for_student, write_report
from autograder.report.model import NOT_HANDED_IN, ExerciseReport, Finding, Line, Provenance, Report
from autograder.report.pages import charts
from autograder.report.pages.alike import MAX_GROUPS
from autograder.report.pages.dashboard import (
    DASHBOARD,
    chart_specs,
    dashboard,
    percent,
    write_dashboard,
)
from autograder.report.reading import Reports
from autograder.submissions.submission import report_files
from exercises.feedback.kinds import FailureKind
from tests.test_feedback_page import HOSTILE, contrast, flat, read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SUBMISSIONS = ROOT / "tests" / "submissions"
# those that need a second at most
QUICK = ("class/joão", "class/émile", "class/bjørn", "class/chen_wei.zip", "wrong/ex6_grey_is_the_mean")
MADE = Provenance("1", "a" * 64, 7, "2.13.0", "3.11", "b" * 64, ("cpu",), {"seccomp": "on"})
TITLES = {"kernel-flipped": "the kernel is flipped", "fast-kernel-flipped": "the kernel is flipped"}
COMPARED = Compared((Pair("ada", "ben", (("ex1", 97.6),), 300),), (("ex2", 30),), 4, 1, alike=90.0, crowd=20)


def finding(
    diagnosis: str = "", kind: FailureKind = FailureKind.VALUE, where: Sequence[str] = (), text: str = ""
) -> Finding:
    headline = f"the result of f has wrong values {text}".strip()
    told = (headline, diagnosis, f"Look {text}", "#padding", tuple(where))
    return Finding("case", "cpu", kind, *told, title=TITLES.get(diagnosis, ""))


def exercise(name: str, passed: int, *findings: Finding, carried: int = 0) -> ExerciseReport:
    """An exercise for 10 points with one line of four checks."""
    line = Line("l", f"`{name}` works.", "values", 10.0, 2.5 * passed, 4, passed, carried, findings)
    return ExerciseReport(
        name, f"{name}_m", f"Title {name}", 10.0, 2.5 * passed, ("ex0",) if carried else (), (line,)
    )


def report(student: str, *exercises: ExerciseReport, **fields: Any) -> Report:
    given: dict[str, Any] = {"notes": (), "printed": "", "seconds": 1.0, "provenance": MADE} | fields
    return Report(student, 20.0, sum(e.earned for e in exercises), exercises, **given)


def small() -> list[Report]:
    """Four graded, one that cannot be read, two without a hand-in."""
    flipped, one_side = finding("kernel-flipped"), finding("padding-one-side", where=("ex2.py, line 3: x",))
    return [
        report("ada", exercise("ex1", 4), exercise("ex2", 4), notes=("CUDA: no",)),
        report("ben", exercise("ex1", 2, flipped, one_side), exercise("ex2", 4, carried=2), seconds=3.0),
        report(
            "cleo",
            exercise("ex1", 3, one_side),
            exercise("ex2", 0, finding(kind=FailureKind.MISSING)),
            notes=("CUDA: no",),
        ),
        report(
            "dan",
            exercise("ex1", 0, finding(kind=FailureKind.NOT_LOADABLE)),
            exercise("ex2", 1, one_side),
            seconds=2.0,
        ),
        report(
            "eve",
            exercise("ex1", 0),
            exercise("ex2", 0),
            problem="eve.zip: not a readable zip",
            notes=("late",),
        ),
        report("fay", exercise("ex1", 0), exercise("ex2", 0), problem=NOT_HANDED_IN, handed_in=False),
        report("gus", exercise("ex1", 0), exercise("ex2", 0), problem=NOT_HANDED_IN, handed_in=False),
    ]


def counted(reports: Sequence[Report]) -> ClassStatistics:
    return statistics_of(((each.student, each) for each in reports), Faults())


def hostile(text: str) -> list[Report]:
    """Reports with a text in each place where a student, or a student's files, can put one."""
    told = [replace(finding(d, where=(text, text), text=text), explanation=text) for d in ("known", "")]
    return [
        report(text, exercise("ex1", 1, *told), notes=(text,)),
        report(text + "2", exercise("ex1", 0), problem=text),
        report(text + "3", exercise("ex1", 0), problem=NOT_HANDED_IN, handed_in=False),
    ]


def page_of(reports: Sequence[Report], compared: Compared = COMPARED) -> str:
    statistics = counted(reports)
    drawn = charts.drawn(chart_specs(statistics)) if statistics.graded else ()
    return dashboard(statistics, compared, Faults(), drawn)


def test_a_class_is_counted_as_by_hand() -> None:
    it = counted(small())
    assert (it.students, it.graded, it.not_graded, it.nothing, it.handed_in, it.unreadable) == (
        7,
        4,
        1,
        2,
        5,
        0,
    )
    assert it.total.counts == {20.0: 1, 15.0: 1, 7.5: 1, 2.5: 1}
    assert it.total.quartiles == (6.25, 11.25, 16.25)
    assert it.total.mean == 11.25
    ex1, ex2 = it.exercises.values()
    assert (ex1.spread.mean, ex1.unwritten, ex1.carried) == (5.625, 0, 0)
    assert (ex2.spread.mean, ex2.unwritten, ex2.carried) == (5.625, 1, 1)
    assert [(c.name, c.students, list(c.exercises)) for c in ranked(it.misconceptions.values())] == [
        ("padding-one-side", 3, ["ex1", "ex2"]),
        ("kernel-flipped", 1, ["ex1"]),
    ]
    assert {c.name: c.students for c in it.unexplained.values()} == {"missing": 1, "not-loadable": 1}
    # dan's ex1 cannot be loaded and cleo's ex2 is missing: neither says anything about a line
    assert [(c.exercise, c.checked, c.failed, c.wholly) for c in it.lines.values()] == [
        ("ex1", 3, 2, 0),
        ("ex2", 3, 1, 0),
    ]
    assert it.slowest == [(3.0, "ben"), (2.0, "dan"), (1.0, "ada"), (1.0, "cleo")]
    assert it.problems == [("eve", "eve.zip: not a readable zip")] and it.missing == ["fay", "gus"]
    assert it.notes == {"CUDA: no": 2, "late": 1}
    assert list(it.made_by.values()) == [4]


def test_what_passes_with_corrected_earlier_exercises_has_passed() -> None:
    it = counted([report("ben", exercise("ex1", 4, carried=4))])
    assert [line.failed for line in it.lines.values()] == [0]


def test_the_example_is_the_student_with_the_fewest_other_mistakes_and_the_place_is_shown() -> None:
    messy = report("ada", exercise("ex1", 1, finding("a"), finding("b"), finding("c")))
    clear = report("ben", exercise("ex1", 3, finding("a"), finding("a", where=("ex1.py, line 7: return x",))))
    example = counted([messy, clear]).misconceptions["a"].example
    assert example is not None and example.student == "ben" and example.finding.where


@pytest.mark.parametrize(
    ("values", "quartiles"),
    [([], (0, 0, 0)), ([7], (7, 7, 7)), ([0, 10], (2.5, 5, 7.5)), ([1, 2, 3, 4, 5], (2, 3, 4))],
)
def test_quartiles(values: list[float], quartiles: tuple[float, float, float]) -> None:
    spread = counted([report(str(i), exercise("ex1", 4)) for i in range(len(values))]).total
    assert spread.counts.total() == len(values)
    assert Spread(type(spread.counts)(map(float, values))).quartiles == quartiles


def test_causes_that_are_called_alike_are_told_apart_in_the_chart() -> None:
    """One that two exercises share has a name for programs in each, and bars of one name would be one bar."""
    flipped, fast = finding("kernel-flipped"), finding("fast-kernel-flipped")
    reports = [report("ada", exercise("ex1", 2, flipped), exercise("ex2", 2, fast)), *small()]
    it = statistics_of([(each.student, each) for each in reports], Faults())
    told = json.dumps(chart_specs(it)[2])
    assert "the kernel is flipped (ex1)" in told and "the kernel is flipped (ex2)" in told
    assert "padding one side" in told and "padding one side (" not in told  # of before there were titles


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "–"),
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (15, 40, "38 %"),
        (1, 5000, "< 1 %"),
        (4999, 5000, "> 99 %"),
    ],
)
def test_a_share_is_never_rounded_to_nobody_or_everybody(part: int, whole: int, words: str) -> None:
    assert percent(part, whole) == words


def test_all_that_was_counted_is_on_the_page() -> None:
    reader = read(page_of(small()))
    text = reader.text
    for words in (
        "students7", "graded4", "could not be graded1", "handed in nothing2", "median of 20 points11.2",
        "points of the middle half6.2 to 16.2", "shares are of the 4 hand-ins that were graded",
        "75 % (3 of 4): Padding one side", "For example ben in ex1, who was told:", "ex2.py, line 3: x", "Look",
        "25 % (1 of 4): the kernel is flipped", "the code cannot be loaded", "not handed in",
        "67 % 2 of 3 ex1: ex1 works.", "33 % 1 of 3 ex2: ex2 works.", "ben 3.00", "eve eve.zip: not a readable zip",
        "2 of 7 handed in nothing", "fay", "gus", "2 CUDA: no", "1 late", "4 of 4 graded by: autograder 1; suites",
        "1 pair of 4 hand-ins compared", "ex1 97 %", "ex2: 30 answers", "1 hand-in was left out",
        "worth reading side by side", "For instructors.",
    ):  # fmt: skip
        assert words.casefold() in text.casefold(), words
    assert "./ben.html#ex1" in reader.all("href")
    assert "cheat" not in text.casefold() and "plagiar" not in text.casefold()


def test_graders_that_differ_are_pointed_out() -> None:
    other = replace(MADE, torch="2.6.0")
    mixed = [report("ada", exercise("ex1", 4)), report("ben", exercise("ex1", 4), provenance=other)]
    assert "not all made by the same grader" in page_of(mixed)
    assert "not all made by the same grader" not in page_of(mixed[:1])


CLASSES = {
    "empty": [],
    "one student": small()[:1],
    "everybody perfect": [report(f"s{i}", exercise("ex1", 4), exercise("ex2", 4)) for i in range(9)],
    "everybody unreadable": [replace(small()[4], student=f"s{i}") for i in range(9)],
    "nobody handed in": [replace(small()[5], student=f"s{i}") for i in range(9)],
    "no points to have": [Report("ada", 0.0, 0.0, (), (), "", 0.0, MADE)],
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes_at_the_edge_have_a_page(name: str) -> None:
    it = counted(CLASSES[name])
    text = read(page_of(CLASSES[name], Compared())).text
    assert f"{it.students} student" in text
    if name == "everybody perfect":
        assert "Nobody failed any line." in text and "None was found." in text and "9 of 9" in text
    if not it.graded:
        assert "No hand-in could be graded" in text or "There are no hand-ins." in text


def test_a_report_that_cannot_be_read_back_is_counted_and_said(tmp_path: Path) -> None:
    write_report(tmp_path / "ada.json", small()[0])
    (tmp_path / "ben.json").write_text("{", encoding="utf-8")
    gone, damaged = write_dashboard(tmp_path, Reports(tmp_path, ("ada", "amy", "ben")), COMPARED, Faults())
    assert gone == "amy.json is not there"
    assert damaged.startswith("ben.json has no mark of a report")
    assert (
        "2 of 3 reports cannot be read back" in read((tmp_path / DASHBOARD).read_text(encoding="utf-8")).text
    )


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_students_words_are_text(text: str) -> None:
    pairs = Compared((Pair(text, text, (("ex1", 99.0),), 300),), (), 2)
    page = dashboard(counted(hostile(text)), pairs, Faults())
    reader, plain = read(page), read(dashboard(counted(hostile("x")), pairs, Faults()))
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in plain.tags]
    assert [sorted(a) for _, a in reader.tags] == [sorted(a) for _, a in plain.tags]
    for other in ("src", "style", "class", "id"):
        assert reader.all(other) == plain.all(other)
    for address in reader.all("href"):
        assert address.startswith(("#", "data:,", "./")) and "/" not in address[2:]
    assert reader.text.count(flat(text[:400])) >= 7
    assert page.replace("\n", "").replace("\t", "").isprintable()
    page.encode("utf-8")


def test_a_large_class_is_one_pass_and_a_small_page() -> None:
    def reports() -> Iterator[tuple[str, Report | None]]:
        for i in range(5_000):
            name = f"student number {i}"
            problem = NOT_HANDED_IN if i % 3 == 0 else "x" * 100 if i % 3 == 1 else ""
            told = finding(f"cause-{i % 80}", where=("ex1.py, line 1: " + "y" * 300,) * 3)
            yield (
                name,
                report(
                    name,
                    exercise("ex1", i % 5, told),
                    notes=(f"note {i}",),
                    problem=problem,
                    seconds=i % 7,
                    handed_in=i % 3 != 0,
                ),
            )

    start = time.monotonic()
    it = statistics_of(reports(), Faults())
    assert (it.students, it.nothing, it.not_graded, it.graded) == (5000, 1667, 1667, 1666)
    assert len(it.problems) == len(it.missing) == MAX_NAMES and len(it.slowest) == 10
    pairs = tuple(Pair(f"a{i}", f"b{i}", (("ex7", 95.0),), 400) for i in range(1_000))
    page = dashboard(it, Compared(pairs, (), 5_000), Faults(), charts.drawn(chart_specs(it)))
    assert time.monotonic() - start < 20
    assert len(page.encode()) < 300_000 + 400 * 5_000  # a row of the table for each student
    text = read(page).text
    assert "in 1000 groups" in text and f"Shown are the {MAX_GROUPS} largest" in text
    assert "1467 more, all in grades.csv" in text


def test_charts_are_described_have_no_colours_of_their_own_and_come_out_the_same() -> None:
    specs = chart_specs(counted(small()))
    svgs = charts.drawn(specs)
    assert svgs == charts.drawn(specs) and len(svgs) == 3
    for svg, spec in zip(svgs, specs, strict=True):
        (head,) = re.findall(r"<svg[^>]*>", svg)
        assert 'role="img"' in head and spec["description"] in head
        assert "href" not in svg and "<style" not in svg and "id=" not in svg
    assert "half of them have 6.2 to 16.2 points, the median is 11.2" in svgs[0]
    # one bar in each band of two points that somebody is in, with its number; the last is all points
    assert re.findall(r"<text[^>]*>(\d+)</text>", svgs[0])[-11:] == list("01010001001")


def test_a_long_name_leaves_room_for_its_number() -> None:
    (svg,) = charts.drawn([charts.bars([("word " * 40, 0.5, "50 %")], "One bar.")])
    *lines, label = re.findall(r"<t(?:ext|span)[^>]*>([^<]+)</t(?:ext|span)>", svg)
    assert len(lines) == 2 and lines[1].endswith("…") and label == "50 %"
    assert all(len(line) <= charts.LINE_CHARS for line in lines)


def test_any_title_is_whole_above_its_bar() -> None:
    """Two lines hold the longest, and the exercises that tell it from another."""
    longest = max((entry.title for entry in COURSE.misconceptions), key=len)
    (svg,) = charts.drawn([charts.bars([(f"{longest} (ex12)", 0.5, "50 %"), ("short", 0.2, "2 %")], "Two.")])
    shown = " ".join(re.findall(r"<t(?:ext|span)[^>]*>([^<]+)</t(?:ext|span)>", svg))
    assert html.unescape(" ".join(shown.split())).startswith(f"{longest} (ex12) short")


def test_without_the_chart_library_the_page_says_all_in_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vl_convert.py").write_text("raise ModuleNotFoundError('No module named vl_convert')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = ("ada", "ben")
    for name in names:
        write_report(tmp_path / f"{name}.json", small()[0].named(name))
    (remark,) = write_dashboard(tmp_path, Reports(tmp_path, names), COMPARED, Faults())
    assert "pip install '.[class]'" in remark
    page = (tmp_path / DASHBOARD).read_text(encoding="utf-8")
    assert "<svg" not in page and "ex1 Title ex1 10 of 10" in read(page).text
    (tmp_path / "vl_convert.py").write_text("import os; os.abort()")
    (remark,) = write_dashboard(tmp_path, Reports(tmp_path, names), COMPARED, Faults())
    assert "could not be drawn" in remark
    # one hand-in is no class
    assert write_dashboard(tmp_path, Reports(tmp_path, names[:1]), COMPARED, Faults()) == []


def test_platforms_need_none_of_it() -> None:
    names = " ".join(Edition(COURSE, ROOT).requirements + Edition(COURSE, ROOT).pinned).lower()
    assert "vl-convert" not in names and "rapidfuzz" not in names


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small class that the command graded: one is called like the page, one cannot be read."""
    folder = tmp_path_factory.mktemp("dashboard")
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o711)  # workers of another user pass through
    (folder / "class").mkdir()
    for place in QUICK:
        source, target = SUBMISSIONS / place, folder / "class" / Path(place).name
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
    (folder / "class" / "Dashboard").mkdir()
    shutil.copy(SUBMISSIONS / "class" / "amara" / "ex1_output_size.py", folder / "class" / "Dashboard")
    (folder / "class" / "broken.zip").write_bytes(b"no zip")
    (folder / "roster.csv").write_text("name\nbjørn\nZoë Absent\n", encoding="utf-8")
    assert main(command(folder)) == 0
    return folder


def command(folder: Path, *options: str) -> list[str]:
    known = ["grade", str(folder / "class"), "-o", str(folder / "out"), "--device", "cpu", "--workers", "1"]
    return [*known, "--roster", str(folder / "roster.csv"), "--roster-anyway", *options]


def test_the_command_writes_it_says_where_and_makes_the_same_again(
    graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = graded / "out" / DASHBOARD
    first = path.read_bytes()
    path.unlink()
    capsys.readouterr()
    assert main(command(graded)) == 0
    said = capsys.readouterr()
    assert f"The class: {path}" in said.out and DASHBOARD not in said.err
    assert path.read_bytes() == first
    text = read(first.decode()).text
    assert "8 students" in text and "6 graded" in text and "Zoë Absent" in text and "broken.zip" in text


def test_the_command_makes_it_without_names_and_with_them_again(graded: Path) -> None:
    path = graded / "out" / DASHBOARD
    before = path.read_bytes()
    aliases = {*read(before.decode()).all("data-as")}
    assert main(command(graded, "--anonymous")) == 0
    page = path.read_text(encoding="utf-8")
    for name in ("joão", "émile", "bjørn", "chen", "zoë", "broken", "ex6_grey"):
        assert name not in page.casefold(), name
    assert len(aliases) == 8 and {*re.findall(r"<bdi>([^<]+)</bdi>", page)} == aliases
    assert main(command(graded)) == 0
    assert path.read_bytes() == before


def test_no_students_page_can_have_its_name(graded: Path) -> None:
    out = graded / "out"
    assert "feedback for Dashboard" in read((out / "Dashboard.html").read_text(encoding="utf-8")).text
    assert "the class" in read((out / DASHBOARD).read_text(encoding="utf-8")).text
    ends = (".json", ".html")
    for name in ("dashboard", "dashboard.htm", "DASHBOARD"):
        assert DASHBOARD not in {f"{file}{end}" for file in report_files(name) for end in ends}
    # whoever gives students what is called *.html does not give them this
    assert DASHBOARD not in {path.name for path in out.glob("*.html")}


def test_every_link_leads_to_a_part_a_students_page_or_the_tutorial(graded: Path) -> None:
    reader = read((graded / "out" / DASHBOARD).read_text(encoding="utf-8"))
    identifiers = reader.all("id")
    assert len(set(identifiers)) == len(identifiers)
    seen = set()
    for address in reader.all("href"):
        place, _, part = unquote(address).partition("#")
        if address.startswith("data:"):
            continue
        if place:
            assert (graded / "out" / place).is_file(), address
        elif part:
            assert part in identifiers
        seen.add(place if Path(place).name == "tutorial.html" else Path(place).suffix)
    assert len(seen) == 3 and {"", ".html"} < seen


def test_no_hidden_call_is_on_the_page(graded: Path) -> None:
    shown = [
        replace(finding("a"), call="f(sample((1, 2), seed=3))", expected="EXPECTED", got="GOT", place="PLACE")
    ]
    page = page_of([for_student(report("ada", exercise("ex1", 1, *shown)), False)])
    assert "sample(" not in page and "EXPECTED" not in page
    assert "sample(" not in (graded / "out" / DASHBOARD).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages as files: of the graded class, at the edges, and with hostile texts."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {"small": page_of(small())} | {name: page_of(CLASSES[name], Compared()) for name in CLASSES}
    texts |= {
        f"hostile {i}": dashboard(counted(hostile(text)), COMPARED, Faults())
        for i, text in enumerate(HOSTILE)
    }
    for name, text in texts.items():
        (folder / f"{name}.htm").write_text(text, encoding="utf-8")
    return [graded / "out" / DASHBOARD, *sorted(folder.iterdir())]


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_in_a_browser_it_asks_for_nothing_fits_and_complains_of_nothing(
    browser: Browser, pages: list[Path], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("request", lambda r: requests.append(r.url))
    for path in pages:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.title().startswith("Class: "), path
        assert complaints == [], path
    assert {url for url in requests if not url.startswith("data:")} == {path.as_uri() for path in pages}
    context.close()


def test_letters_in_charts_are_large_enough_on_a_telephone(browser: Browser, pages: list[Path]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(pages[0].as_uri())
    sizes = page.evaluate(
        """[...document.querySelectorAll("svg text")].filter(t => t.textContent).map(t => {
            const svg = t.ownerSVGElement;
            const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
            return parseFloat(getComputedStyle(t).fontSize) * scale;
        })"""
    )
    assert len(sizes) > 20 and min(sizes) >= 12
    outside = page.evaluate(
        """[...document.querySelectorAll("svg text")].filter(t => {
            const a = t.getBoundingClientRect(), b = t.ownerSVGElement.getBoundingClientRect();
            return a.left < b.left - 1 || a.right > b.right + 1;
        }).length"""
    )
    assert outside == 0
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_bars_stand_out_from_their_ground(browser: Browser, pages: list[Path], scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(pages[0].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    words = colours(
        page,
        "h1, h2, h3, p, a, td, th, dt, dd, li, pre, summary, caption, figcaption, .soft, "
        "button, label, input, select",
        "color",
    )
    assert len(words) > 3
    for pair in words | colours(page, "svg text", "fill"):
        assert contrast(*pair.split("|")) >= 4.5, pair
    bars = colours(page, "svg .mark-rect path", "fill")
    assert len(bars) >= 3 and not any(
        pair.startswith("rgb(76, 120, 168)") for pair in bars
    )  # Vega's own blue
    # the parts in the middle need only be told from their neighbours
    neighbours = page.evaluate(
        "[0, 1, 2, 3].map(i => getComputedStyle(document.querySelector(`span.key${i}`)).backgroundColor)"
    )
    assert all(contrast(a, b) >= 1.5 for a, b in pairwise(neighbours))
    shown = {pair.split("|")[0] for pair in bars} - set(neighbours[1:3])
    for colour in shown:
        assert contrast(colour, next(iter(bars)).split("|")[1]) >= 3, colour
    page.close()


def colours(page: Page, selector: str, name: str) -> set[str]:
    """The colours of what a selector finds, each with its ground."""
    found = page.evaluate(
        """([selector, name]) => [...document.querySelectorAll(selector)].map(e => {
            let ground = e;
            while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
            return [getComputedStyle(e)[name], getComputedStyle(ground).backgroundColor].join("|");
        })""",
        [selector, name],
    )
    return set(found)


def test_a_keyboard_reaches_every_link_and_tables_and_pictures_have_names(
    browser: Browser, pages: list[Path]
) -> None:
    page = browser.new_page()
    page.goto(pages[0].as_uri())
    wanted = page.evaluate(
        """[...document.querySelectorAll('a, summary, button, input, select, .scroll')]
            .filter(e => e.checkVisibility()).length"""
    )
    reached = 0
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached += page.evaluate(
            "document.activeElement.matches('a, summary, button, input, select, .scroll')"
        )
    assert reached == wanted >= 10
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = "svg:not([role=img][aria-label]), table:not(:has(caption)), th:not([scope])"
    assert page.locator(unnamed).count() == 0
    page.close()
