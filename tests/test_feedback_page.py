"""The feedback page: all of a report is on it, in any browser, and a student's own words do nothing but show.

The tests in a browser need Chromium and playwright, as those of the visualizer.
"""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import torch
from torch import nn

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.grading.pictures import drawable, pictures, visualizer
from autograder.grading.sandboxed import TimeLimits
from autograder.report.files import as_json, for_student, write_json
from autograder.report.model import ExerciseReport, Finding, Line, Picture, Provenance, Report
from autograder.report.pages import grid
from autograder.report.pages.feedback import MAX_PAGE_BYTES, NOT_TRIED, feedback_page
from autograder.report.text import plain
from autograder.submissions.submission import read_submission
from exercises.course.layer_checks import must_forward
from exercises.feedback import steps
from exercises.feedback.calls import Call, Sample, sample
from exercises.feedback.catalogue import exercises
from exercises.feedback.compare import Mismatch, MismatchKind
from exercises.feedback.failures import CheckFailure, Outcome, mismatch_failure
from exercises.feedback.follow import Assumed
from exercises.feedback.kinds import UNWRITTEN, FailureKind
from exercises.feedback.script import Step
from exercises.feedback.steps import TensorResult
from tests.test_tutorial import TUTORIAL, anchors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SUBMISSIONS = Path(__file__).parent / "submissions"
GRADED = {
    "full points": "../../solutions",  # a hand-in of the corpus lacks an exercise that was just begun
    "nothing written": "class/bjørn",
    "forbidden": "class/ivan",
    "timeout": "class/Γιώργος",
    "not loadable": "class/花子",
    "three misconceptions": "class/Фатима",
    "several": "wrong/several_edges",
    "layer": "wrong/ex7_stride_not_used",
}
EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "</pre></div></main><h1>taken</h1>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "' style='position:fixed'",
    "{{ 7 * 7 }}{% raw %}{# #}",
    "]]><!-- <style>*{display:none}</style>",
    "&lt;b&gt; &amp; &#0;",
    "# big\n[x](javascript:alert(1)) `code` **b** `",
    "\x1b[2J\0\x7f\x9b\u202e\udcff\ud800",
    "W" * 3000,
    "javascript:alert(1)",
]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Reports on hand-ins of the corpus, on one with a single mistake, and on one that could not be read."""
    modules = [e.module for e in exercises()]
    found = {}
    with Grader(COURSE, time_limits=TimeLimits(call=1.0)) as grader:
        for name, path in GRADED.items():
            found[name] = grader.grade(read_submission(SUBMISSIONS / path, modules))
        counted = [e.module for e in exercises() if not e.extra]  # of one who does not go further
        amara = read_submission(SUBMISSIONS / "class" / "amara", counted)
        wrong = read_submission(SUBMISSIONS / "wrong" / "ex3_batch_summed", modules)
        found["94 points"] = grader.grade(replace(amara, modules={**amara.modules, **wrong.modules}))
        found["notes"] = grader.grade(read_submission(SUBMISSIONS / "class" / "dana.ipynb", modules))
        found["unreadable"] = grader.unreadable("ada", "ada.zip: is no zip archive")
    return found


def hostile(text: str, lines: int = 2, findings: int = 1) -> Report:
    """A report with a text in each place that a student, or a student's files, can put one."""
    picture = Picture("input", text, rows=("1 nan -2", "inf 0 3"), low=-2, high=3)
    finding = Finding(
        "case", "cpu", FailureKind.RAISED, f"f raised {text}", "", "", "", (f"ex1.py, line 3: {text}",) * 3,
        text, text, text, text, "in=3x3&x=1", (picture, replace(picture, signed=True, marked=(1, 2))),
    )  # fmt: skip
    told = [replace(finding, headline=f"{i} {finding.headline}") for i in range(findings)]
    made = [Line(f"l{i}", f"It `works` {i}.", "values", 1.0, 0.5, 2, 1, 1, tuple(told)) for i in range(lines)]
    exercise = ExerciseReport("ex1", "ex1_output_size", "Sizes", 10.0, 5.0, ("ex0",), tuple(made))
    provenance = Provenance("1", "a" * 64, 1, "2.6", "3.11", "b" * 64, ("cpu",))
    return Report(text, 10.0, 5.0, (exercise,), (text, f"ignored: {text}"), text, 1.0, provenance, text)


class Reader(html.parser.HTMLParser):
    """Reads a page strictly: every tag is closed, in turn; collects text, attributes and identifiers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> says something twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"
        if tag in ("td", "th"):
            self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.said.append(data)

    @property
    def text(self) -> str:
        return flat("".join(self.said))

    def all(self, attribute: str) -> list[str]:
        return [str(a[attribute]) for _, a in self.tags if attribute in a]


@cache
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def flat(text: str) -> str:
    return " ".join(plain(text).replace("`", "").split())


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("name", [*GRADED, "94 points", "notes", "unreadable"])
@pytest.mark.parametrize("shown", [True, False])
def test_a_report_is_on_its_page(reports: dict[str, Report], name: str, shown: bool) -> None:
    report = for_student(reports[name], shown)
    page = feedback_page(report)
    assert page == feedback_page(report)
    assert len(page.encode()) < MAX_PAGE_BYTES
    reader = read(page)
    text = reader.text
    if report.withheld:
        assert "Not graded" in text and "0 of" not in text
    else:
        assert f"{round(report.earned, 2):g} of {report.points:g} points" in text
    for words in (report.student, report.problem, *report.notes, report.printed):
        assert flat(words) in text
    for exercise in report.exercises:
        if exercise.left_alone and not report.problem:
            assert "Go further: " in text and exercise.name in text
            continue
        assert f"{exercise.name} {exercise.title}" in text
        for line in exercise.lines:
            counts = f"{line.passed} of {line.cases} check{'s' * (line.cases != 1)}"
            marked = f"{round(line.earned, 2):g} of {line.points:g} point{'s' * (line.points != 1)}"
            told = f"{counts} {marked}".replace("0 of ", "") if report.withheld else f"{counts} {marked}"
            assert f"{flat(line.sentence)} {told}" in text, line.name
        for finding in exercise.findings:
            if finding.kind == FailureKind.UNDECIDED:  # nothing to fix; the line's result says it
                assert "Not judged" in text or "In part" in text
                continue
            if finding.kind != FailureKind.TIMEOUT:
                assert flat(finding.headline)[1:] in text
            assert flat(finding.explanation) in text
            assert all(flat(place) in text for place in finding.where)
            for part in (finding.call, finding.expected, finding.got, finding.place):
                if finding.kind in ("value", "shape", "dtype", "type"):
                    assert flat(part) in text
        if any(line.carried for line in exercise.lines):
            assert exercise.carried_from and "no mistake counts twice" in text


def test_the_same_cause_is_told_once(reports: dict[str, Report]) -> None:
    text = read(feedback_page(reports["nothing written"])).text
    assert text.count("ex3: conv2d_valid is not written yet") == 2  # the second is the student's own line
    assert "Nothing is written yet" in text
    assert "Every check passed" in read(feedback_page(reports["full points"])).text
    assert "What to fix" not in feedback_page(reports["full points"])


def test_slow_code_is_told_once(reports: dict[str, Report]) -> None:
    slow = [f.headline for e in reports["timeout"].exercises for f in e.findings if f.tried]
    assert len(set(slow)) > 1
    text = read(feedback_page(for_student(reports["timeout"], False))).text
    assert text.count("took longer than") == 1 and flat(slow[0]) in text and NOT_TRIED in text


def test_no_hidden_call_is_on_the_page_unless_shown(reports: dict[str, Report]) -> None:
    for report in reports.values():
        hidden = feedback_page(for_student(report, False))
        calls = {f.call for e in report.exercises for f in e.findings if f.call}
        assert not [call for call in calls if call in read(hidden).text]
        assert "sample(" not in hidden and "index.html#" not in hidden and "<svg" not in hidden
    shown = feedback_page(for_student(reports["three misconceptions"], True))
    assert "sample(" in shown and "index.html#in=" in shown and shown.count("<svg") >= 10


@pytest.mark.parametrize("tried", [True, False])
def test_what_was_not_tried_is_told_without_a_call(tried: bool) -> None:
    late = Finding("case", "cpu", FailureKind.TIMEOUT, "f was slow", call="f(sample(3))", tried=tried)
    report = hostile("text")
    line = replace(report.exercises[0].lines[0], findings=(late,))
    text = feedback_page(replace(report, exercises=(replace(report.exercises[0], lines=(line,)),)))
    assert (NOT_TRIED in text) is not tried
    assert ("f(sample(3))" in text) is tried


def test_no_field_of_a_finding_that_shows_inputs_is_left() -> None:
    told = {"device", "kind", "headline", "diagnosis", "explanation", "section", "where", "tried"}
    report = for_student(hostile("text"), False)
    finding = next(report.exercises[0].findings)
    for field in fields(Finding):
        assert field.name in told or not getattr(finding, field.name), field.name


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_students_words_are_text(text: str) -> None:
    page = feedback_page(hostile(text))
    reader = read(page)
    plain = read(feedback_page(hostile("x")))
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in plain.tags]
    names = lambda r: [sorted(attributes) for _, attributes in r.tags]  # noqa: E731
    assert names(reader) == names(plain)
    for other in ("href", "src", "style", "class", "id"):
        assert reader.all(other) == plain.all(other)
    assert reader.text.count(flat(text)) >= 5
    assert page.replace("\n", "").replace("\t", "").isprintable()
    page.encode("utf-8")


@pytest.mark.thorough(every=4)
@pytest.mark.parametrize("text", ["é" * 100_000, '"' * 100_000, "<" * 100_000, "a b\n" * 25_000])
def test_long_texts_are_cut_and_the_page_stays_small(text: str) -> None:
    page = feedback_page(hostile(text))
    assert len(page.encode()) <= MAX_PAGE_BYTES and "(cut: it has 100000 characters)" in page
    every = replace(hostile(text, 19, 3), exercises=hostile(text, 19, 3).exercises * 7)
    crowded = feedback_page(every)
    assert len(crowded.encode()) <= MAX_PAGE_BYTES
    assert "It <code>works</code> 18." in crowded
    read(crowded)


def test_links_lead_to_what_exists(reports: dict[str, Report]) -> None:
    known = anchors(TUTORIAL.read_text(encoding="utf-8"))
    seen = set()
    for report in reports.values():
        reader = read(feedback_page(report))
        identifiers = reader.all("id")
        assert len(set(identifiers)) == len(identifiers)
        for address in reader.all("href"):
            path, _, behind = address.partition("#")
            if address.startswith("data:"):
                continue
            if not path:
                assert behind in identifiers
            elif path == "exercises/tutorial.html":
                assert f"#{behind}" in known
            else:
                assert path == "exercises/visualizer/index.html" and behind.startswith("in=")
            if path:
                assert (TUTORIAL.parents[1] / path).is_file()
            seen.add(path)
        for name in reader.all("aria-labelledby"):
            assert name in identifiers
    assert len(seen) == 3


def test_the_way_into_the_visualizer_is_the_call_at_its_worst_place(reports: dict[str, Report]) -> None:
    findings = [f for e in reports["three misconceptions"].exercises for f in e.findings if f.visualizer]
    assert findings
    for finding in findings:
        place = re.search(r"at \[\d+, (\d+), (\d+), (\d+)\]", finding.place)
        if place:
            assert finding.visualizer.endswith("at=out." + ".".join(place.groups()))


def test_pictures_are_small_and_one_set_for_an_exercise(reports: dict[str, Report], tmp_path: Path) -> None:
    count = 0
    for report in reports.values():
        for exercise in report.exercises:
            drawn = [f.pictures for f in exercise.findings if f.pictures]
            assert len(drawn) <= 1
            for four in drawn:
                count += 1
                assert [p.title for p in four] == ["input", "expected", "yours", "difference"]
                write_json(tmp_path / "p.json", [vars(p) for p in four])
                assert (tmp_path / "p.json").stat().st_size <= 20_000
        write_json(tmp_path / "r.json", as_json(report))
    assert count >= 4


def failure(
    expected: torch.Tensor, got: torch.Tensor, kind: MismatchKind = FailureKind.VALUE
) -> CheckFailure:
    call = Call("conv2d", (sample((1, 1, 4, 4), seed=1), sample((1, 1, 2, 2), seed=2)), {})
    made = mismatch_failure(COURSE, Mismatch(kind, "", ""), call)
    made.wanted, made.answer = expected, TensorResult(got, "cpu")
    return made


@pytest.mark.parametrize("shape", [(1, 1, 300, 300), (1, 1, 2, 4000), (900, 5), (21, 20)])
def test_pictures_of_large_tensors_are_thinned(shape: tuple[int, ...], tmp_path: Path) -> None:
    right = torch.randn(shape, dtype=torch.float64) * 1e-200
    wrong = right.clone()
    wrong.flatten()[-1] = 1e200
    four = pictures(failure(right, wrong))
    for picture in four:
        assert len(picture.rows) <= 20 and all(len(row.split()) <= 20 for row in picture.rows)
    row, column = four[3].marked or (0, 0)
    assert four[3].rows[row].split()[column] == "1e+200"
    write_json(tmp_path / "p.json", [vars(p) for p in four])
    assert (tmp_path / "p.json").stat().st_size <= 24_000


def test_a_wrong_layer_is_drawn_and_opens_in_the_visualizer_as_its_convolution(
    reports: dict[str, Report],
) -> None:
    findings = list(next(e for e in reports["layer"].exercises if e.name == "ex7").findings)
    (four,) = [f.pictures for f in findings if f.pictures]
    assert [p.title for p in four] == ["input", "expected", "yours", "difference"]
    assert [p.subtitle.rpartition(" of ")[2] for p in four[:3]] == [
        "(2, 3, 10, 11)",
        "(2, 4, 4, 5)",
        "(2, 4, 8, 10)",
    ]
    assert all(p.rows for p in four[:3]) and "shapes differ" in four[3].sentence
    assert findings[0].visualizer.startswith("in=10x11&ch=3x4&k=3x2&p=0x0&s=2x2&d=1x1")
    assert {f.visualizer != "" for f in findings} == {True}


class ZerosOnTheLeft(nn.Conv2d):
    """A layer that puts the odd zero of padding="same" left and above."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        turned = nn.functional.conv2d(x.flip(-1, -2), self.weight.flip(-1, -2), self.bias, padding="same")
        return turned.flip(-1, -2)


class Local:
    """A student whose layer runs in this process."""

    course = COURSE
    device = "cpu"
    assumed: ClassVar[Assumed] = {}

    def run(self, script: Sequence[Step]) -> Outcome:
        return Outcome(*steps.run(script, lambda name: ZerosOnTheLeft))


def wrong_layer(**settings: Any) -> CheckFailure:
    with pytest.raises(CheckFailure) as caught:
        must_forward(Local(), Call("Conv2d", (1, 1, 4), settings), Sample((1, 1, 6, 7), seed=5))
    return caught.value


def test_a_layers_difference_is_framed_where_it_is_worst() -> None:
    found = wrong_layer(padding="same")
    assert drawable(found)
    shown, _, _, difference = pictures(found)
    given = sample((1, 1, 6, 7), seed=5)[0, 0].tolist()
    assert shown.rows == tuple(" ".join(f"{number:.4g}" for number in row) for row in given)
    numbers = [[float(number) for number in row.split()] for row in difference.rows]
    row, column = difference.marked or (9, 9)
    assert abs(numbers[row][column]) == max(abs(number) for line in numbers for number in line) > 0


def test_the_visualizer_shows_a_layer_whose_padding_is_the_same_on_both_sides() -> None:
    assert "&p=1x1&" in visualizer(COURSE, wrong_layer(padding=1))
    assert "&p=0x0&" in visualizer(COURSE, wrong_layer(padding="valid"))
    assert "&p=3x3&" in visualizer(COURSE, wrong_layer(padding="same", dilation=2))
    assert visualizer(COURSE, wrong_layer(padding="same")) == ""  # 1 above and 2 below, which no number says


def test_what_is_no_picture_is_not_drawn() -> None:
    square = torch.zeros(2, 2, dtype=torch.float64)
    assert drawable(failure(square, square + 1))
    assert drawable(failure(square, torch.zeros(3, 3), "shape"))
    assert not drawable(None)
    assert not drawable(failure(square[0], square[0]))
    assert not drawable(failure(square, torch.zeros(1, 1, 400, 400), "shape"))
    assert not drawable(failure(square, square, "dtype"))


def test_numbers_without_a_place_on_the_scale_are_shown_as_such() -> None:
    drawn = grid.grid(Picture("yours", rows=("nan 1", "-inf 0"), low=0, high=1))
    assert [n.text for n in drawn.numbers] == ["nan", "1", "-inf", "0"]
    assert "NaN" in drawn.legend
    assert grid.grid(Picture("input", sentence="nothing")).image == ""


@pytest.mark.parametrize("value", [0.0, -0.001, 0.5, -12.345, 999.9, 123456.0, -1e-12, 1e200, -1e200])
def test_a_number_in_a_cell_is_short(value: float) -> None:
    assert len(grid.short(value)) <= 7
    assert float(grid.short(value)) == pytest.approx(value, rel=0.5)


def test_grading_writes_the_page_without_hidden_calls(tmp_path: Path) -> None:
    hand_in = str(SUBMISSIONS / "wrong" / "ex6_grey_is_the_mean")
    assert main(["grade", hand_in, "--device", "cpu", "-o", str(tmp_path)]) == 0
    page = (tmp_path / "ex6_grey_is_the_mean.html").read_text(encoding="utf-8")
    assert "feedback for ex6_grey_is_the_mean" in read(page).text and "sample(" not in page


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_in_a_browser_it_asks_for_nothing_fits_and_complains_of_nothing(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, width: int
) -> None:
    pages = {name: feedback_page(report) for name, report in reports.items()}
    pages |= {f"hostile {i}": feedback_page(hostile(text)) for i, text in enumerate(HOSTILE)}
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda m: complaints.append(m.text))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("request", lambda r: requests.append(r.url))
    for name, text in pages.items():
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.title().startswith("Feedback for "), name
        assert complaints == [], name
    assert {url for url in requests if not url.startswith("data:")} == {(tmp_path / "page.html").as_uri()}
    context.close()


def test_a_keyboard_reaches_every_link_and_closed_part(
    browser: Browser, reports: dict[str, Report], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(feedback_page(reports["three misconceptions"]), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    wanted = page.evaluate(
        "[...document.querySelectorAll('a, summary')].filter(e => e.checkVisibility()).length"
    )
    reached = 0
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached += page.evaluate("['A', 'SUMMARY'].includes(document.activeElement.tagName)")
    assert reached == wanted >= 10
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label')).length"
    )
    assert unnamed == 0
    page.close()


@contextmanager
def opened(browser: Browser, text: str, folder: Path, width: int, **settings: Any) -> Iterator[Page]:
    """A page as it is first seen."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800}, **settings)
    page.goto((folder / "page.html").as_uri())
    yield page
    page.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize("width", [390, 1280])
def test_what_to_fix_comes_first_and_nothing_that_passed_is_unfolded(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, width: int
) -> None:
    for name in ("94 points", "forbidden", "several", "three misconceptions", "notes"):
        with opened(browser, feedback_page(reports[name]), tmp_path, width) as page:
            first, *others = page.locator("h2").all_inner_texts()
            assert first == "What to fix" and "Good to know" in others, name
            top = page.locator(".cause h4").first.bounding_box()
            assert top and top["y"] < 400, name  # on the first screen
            seen = page.locator("main").inner_text()
            lines = [line for e in reports[name].exercises for line in e.lines]
            lost = {line.sentence for line in lines if line.passed < line.cases}
            assert not [line for line in lines if line.sentence in seen and line.sentence not in lost], name
            found = [f for e in reports[name].exercises for f in e.findings]
            for finding in (f for f in found if f.kind not in {*UNWRITTEN, FailureKind.UNDECIDED}):
                assert flat(finding.headline[1:]) in flat(seen), name


@pytest.mark.parametrize("shown", [True, False])
def test_94_points_take_two_screens(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, shown: bool
) -> None:
    report = reports["94 points"]
    assert 94 <= report.earned < 95
    with opened(browser, feedback_page(for_student(report, shown)), tmp_path, 1280) as page:
        assert page.evaluate("document.documentElement.scrollHeight") <= 1600


def test_a_keyboard_unfolds_what_passed(browser: Browser, reports: dict[str, Report], tmp_path: Path) -> None:
    report = reports["94 points"]
    with opened(browser, feedback_page(report), tmp_path, 1280) as page:
        stops = page.evaluate("document.querySelectorAll('a, summary').length")
        for _ in range(stops):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                page.keyboard.press("Enter")
        seen = flat(page.locator("main").inner_text())
        for line in (line for e in report.exercises if not e.left_alone for line in e.lines):
            assert flat(line.sentence) in seen


def test_a_link_to_a_folded_exercise_shows_it(
    browser: Browser, reports: dict[str, Report], tmp_path: Path
) -> None:
    with opened(browser, feedback_page(reports["94 points"]), tmp_path, 390) as page:
        page.locator("nav a", has_text="ex7").click()
        box = page.locator("#ex7").bounding_box()
        assert box and -1 < box["y"] < 800


def test_on_paper_everything_is_unfolded(
    browser: Browser, reports: dict[str, Report], tmp_path: Path
) -> None:
    report = reports["three misconceptions"]
    with opened(browser, feedback_page(report), tmp_path, 800) as page:
        hidden = "[...document.querySelectorAll('details tr, details dl')].filter(e => !e.checkVisibility())"
        assert page.evaluate(f"{hidden}.length") > 50
        page.emulate_media(media="print")
        assert page.evaluate(f"{hidden}.length") == 0
        heights = "[...document.querySelectorAll('details tr')].map(e => e.getBoundingClientRect().height)"
        assert min(page.evaluate(heights)) > 10
        page.emulate_media(media="screen")
        assert page.evaluate(f"{hidden}.length") > 50


@pytest.mark.parametrize("name", ["94 points", "three misconceptions", "layer"])
def test_a_picture_stands_beside_its_sentence_or_under_it(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, name: str
) -> None:
    pairs = """[...document.querySelectorAll(".cause > .pictures")].map(pictures =>
        [pictures.parentElement.querySelector(".told"), ...pictures.querySelectorAll("figure")].map(
            each => each.getBoundingClientRect().toJSON()))"""
    text = feedback_page(reports[name])
    with opened(browser, text, tmp_path, 1280) as page:
        found = page.evaluate(pairs)
        assert found
        for told, *figures in found:
            assert len(figures) == 4
            assert all(figure["left"] >= told["right"] for figure in figures)
            assert abs(figures[0]["top"] - told["top"]) < 5
    with opened(browser, text, tmp_path, 390) as page:
        for told, *figures in page.evaluate(pairs):
            assert all(figure["top"] >= told["bottom"] for figure in figures)
            assert all(figure["left"] == told["left"] for figure in figures)


# words that go on in another line, where no hyphen or slash lets them, and text that ends beyond its box
_BROKEN = r"""() => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
        if (!node.parentElement.checkVisibility() || node.parentElement.closest("svg")) continue;
        const box = node.parentElement.closest("pre");
        for (const { 0: word, index } of node.data.matchAll(/[^\s\/\u2010-]+/g)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const lines = range.getClientRects();
            if (new Set([...lines].map(each => Math.round(each.top))).size > 1) found.push(word);
            const right = box ? box.getBoundingClientRect().left + box.scrollWidth + 1 : innerWidth;
            if (Math.max(...[...lines].map(each => each.right)) > right) found.push("cut: " + word);
        }
    }
    return found;
}"""


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize("shown", [True, False])
def test_on_a_phone_no_word_is_broken_and_long_code_scrolls(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, shown: bool
) -> None:
    scrolled = 0
    for name, report in reports.items():
        with opened(browser, feedback_page(for_student(report, shown)), tmp_path, 390) as page:
            unfold(page)
            assert page.evaluate(_BROKEN) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            wide = page.locator("pre").evaluate_all("all => all.map(e => e.scrollWidth > e.clientWidth)")
            for box in (page.locator("pre").nth(i) for i, is_wide in enumerate(wide) if is_wide):
                box.hover()
                page.mouse.wheel(10_000, 0)
                page.wait_for_function(
                    "e => e.scrollLeft + e.clientWidth >= e.scrollWidth - 1", arg=box.element_handle()
                )
                scrolled += 1
    assert scrolled > 5


def test_the_page_speaks_of_what_is_checked_in_sentences(
    browser: Browser, reports: dict[str, Report], tmp_path: Path
) -> None:
    """The names of categories, such as "manners", are for suites."""
    names = {line.category for report in reports.values() for e in report.exercises for line in e.lines}
    assert {"manners", "state"} < names
    label = re.compile(rf"(ex\d+\W+)?({'|'.join(names)})\W*")
    for name, report in reports.items():
        with opened(browser, feedback_page(report), tmp_path, 390) as page:
            unfold(page)
            said = page.locator("body *").evaluate_all("all => all.map(e => e.innerText ?? '')")
            assert not [text for text in said if label.fullmatch(text.strip())], name


def test_what_was_not_graded_has_no_points(
    browser: Browser, reports: dict[str, Report], tmp_path: Path
) -> None:
    with opened(browser, feedback_page(reports["unreadable"]), tmp_path, 390) as page:
        unfold(page)
        seen = page.locator("body").inner_text()
        assert "Not graded" in seen and "is no zip archive" in seen and "0 of" not in seen
        assert "0 of" not in page.title()


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05

    a, b = light(one), light(other)
    return max(a, b) / min(a, b)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(
    browser: Browser, reports: dict[str, Report], tmp_path: Path, scheme: Any
) -> None:
    path = tmp_path / "page.html"
    path.write_text(feedback_page(reports["several"]), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme)
    page.goto(path.as_uri())
    unfold(page)
    pairs = page.evaluate(
        """[...document.querySelectorAll(
            "h1, h2, h3, h4, p, a, span, td, th, dt, dd, li, pre, summary, caption, figcaption, .soft")]
        .map(e => {
            let ground = e;
            while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
            return [getComputedStyle(e).color, getComputedStyle(ground).backgroundColor].join("|");
        })"""
    )
    for pair in set(pairs):
        assert contrast(*pair.split("|")) >= 4.5, pair
    page.close()
