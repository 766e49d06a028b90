"""The dashboard's table of students, decisions, pseudonyms, progress, item statistics and groups of look-alikes."""

from __future__ import annotations

import json
import random
import re
import statistics as numbers
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.report import history as kept
from autograder.report import pseudonyms as named
from autograder.report.class_statistics import Compared, Pair, groups
from autograder.report.faults import Faults
from autograder.report.files import write_report
from autograder.report.grades import Person
from autograder.report.history import HISTORY, MAX_RUNS, History, Run, read_history
from autograder.report.item_statistics import MIN_EITHER, MIN_STUDENTS, Correlation, item_of
from autograder.report.marking import Circumstances, Decision, marked
from autograder.report.model import NOT_HANDED_IN, Report
from autograder.report.pages import charts
from autograder.report.pages.dashboard import DASHBOARD, chart_specs, dashboard, write_dashboard
from autograder.report.pages.students import Records
from autograder.report.policy import Policy
from autograder.report.pseudonyms import KEY, PSEUDONYM, Pseudonyms, key_in
from autograder.report.reading import Reports
from exercises.feedback.kinds import FailureKind
from tests.test_dashboard import COMPARED, counted, exercise, finding, report, small
from tests.test_feedback_page import read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DUE = datetime(2026, 11, 1, 12)
POLICY = Policy(due=DUE, late_percent_per_day=10, late_percent_at_most=50)
K = b"k" * 32


def decided(
    student: Report, *decisions: Decision, day: int = 1, late: bool = False, policy: Policy = POLICY
) -> Report:
    """A report with its mark; it came on that day of November, as it was due or at noon days later."""
    return marked(student, Circumstances(policy, decisions, DUE.replace(day=day), late))


def a_class() -> tuple[list[Report], Records]:
    """Seven students: one in each state that a row can tell."""
    ada, ben, cleo, dan, eve, fay, gus = small()
    decisions = {
        "ada": (Decision("ex2", points=5.0, reason="copied from the board", row=2),),
        "cleo": (
            Decision("ex2", excused=True, reason="was in hospital", row=3),
            Decision(days=2.0, reason="ill", comment="Get well soon", row=4),
        ),
        "dan": (Decision("ex1", "nowhere", 3.0, reason="a slip", row=5),),
    }
    reports = [
        decided(ada, *decisions["ada"]),
        decided(ben, day=3),
        decided(cleo, *decisions["cleo"], day=2),
        decided(dan, *decisions["dan"]),
        *(decided(each) for each in (eve, fay, gus)),
    ]
    people = {
        "ada": Person("1815", "lovelace"),
        "ben": Person("", "bennie", late=True),
        "dan": Person("77", doubt="may be Ada's, as the email says"),
    }
    return reports, Records(people, decisions, key=K)


def rows_of(page: str) -> dict[str, list[str]]:
    """The texts of each row of the table of students in a page, without empty cells, by the name."""
    (table,) = re.findall(r'(?s)<table class="students">.*?</table>', page)
    found: dict[str, list[str]] = {}
    for row in re.findall(r"(?s)<tr data-is.*?</tr>", table):
        name, *others = filter(str.strip, re.split(r"<[^>]+>", row))
        found[name] = [name, *(each.strip() for each in others)]
    return found


def test_a_row_tells_points_as_checked_and_as_they_count_and_what_is_out_of_the_ordinary() -> None:
    reports, records = a_class()
    page = dashboard(counted(reports), COMPARED, Faults(), records=records)
    rows = rows_of(page)
    assert list(rows) == ["ada", "ben", "cleo", "dan", "eve", "fay", "gus"]
    assert rows["ada"] == [
        "ada",
        "1815",
        "10",
        "10",
        "†",
        "by hand",
        "20",
        "15",
        "changed by hand",
        "all right",
    ]
    # two days late by the policy: 20 % of 20 points
    assert rows["ben"][:9] == ["ben", "bennie", "5", "10", "*", "helped", "15", "11", "2 days"]
    # without ex2, ex1 is worth all 20 points
    assert rows["cleo"][1:6] == ["7.5", "0", "†", "by hand", "7.5"]
    assert rows["cleo"][6:8] == ["15", "ex2 excused, 2 days longer"]
    assert "see remarks" in rows["dan"][-2] and "as the email says" in rows["dan"][-1]
    assert rows["eve"][1:] == ["not graded", "eve.zip: not a readable zip"]
    assert "nothing handed in" in rows["fay"]
    flags = re.findall(r'<tr data-is="([^"]*)"><th scope="row"><a[^>]*><bdi>(\w+)', page)
    assert {name: flag for flag, name in flags} == {
        "ada": "graded hand",
        "ben": "graded late helped",
        "cleo": "graded hand",
        "dan": "graded hand look",
        "eve": "ungraded",
        "fay": "absent",
        "gus": "absent",
    }


def test_what_was_decided_is_listed_with_its_reason_and_remarks_beside_it() -> None:
    reports, records = a_class()
    text = read(dashboard(counted(reports), COMPARED, Faults(), records=records)).text
    decisions = text[text.index("4 decisions by a person") :]
    for words in (
        "4 decisions by a person",
        "ada ex2: 10 → 5 points copied from the board",
        "cleo ex2: excused was in hospital",
        "cleo the hand-in: 2 days longer ill Comment: Get well soon",
        "dan ex1 nowhere: → 3 points, without effect a slip",
        "row 5: ex1 has no line 'nowhere'",
    ):
        assert words in decisions, words


NAMES = ("Wim Vroege", "Xanthippe Quux", "Yolanda Zweig")
PARTS = [part for name in NAMES for part in name.split()]


def secretive() -> tuple[list[Report], Compared, Records]:
    """A class with SECRET, or a name of somebody, wherever a name can stand."""
    one, two, three = NAMES
    raised = replace(finding("known", FailureKind.RAISED, ("SECRET.py, line 1: SECRET",), "SECRET"))
    plain = finding("padding-one-side", where=("ex2.py, line 3: SECRET = 1",))
    other = replace(finding("", FailureKind.TYPE, text="SECRET"))
    first = report(
        one,
        exercise("ex1", 1, raised, plain, other),
        notes=("SECRET_hw.py was ignored",),
        unusual=("SECRET",),
    )
    reports = [
        decided(first, Decision("ex1", "SECRET", 1.0, reason="SECRET", comment="SECRET", row=2)),
        decided(report(two, exercise("ex1", 0), problem="SECRET.zip: not a readable zip")),
        decided(report(three, exercise("ex1", 0), problem=NOT_HANDED_IN, handed_in=False)),
    ]
    decisions = {one: (Decision("ex1", "", 1.0, reason="SECRET", comment="SECRET"),)}
    person = Person(
        "SECRETID", "secretlogin", "secret@example.org", f"may be SECRET's or {two}'s", "SECRET counts"
    )
    compared = Compared((Pair(one, two, (("ex1", 99.0),), 300),), (), 3, notes=(f"Not compared: {three}",))
    return reports, compared, Records(dict.fromkeys(NAMES, person), decisions, key=K)


def test_an_anonymous_page_has_no_name_and_the_pseudonyms_of_the_named_one() -> None:
    reports, compared, records = secretive()
    shown = dashboard(counted(reports), compared, Faults(), records=records)
    hidden = dashboard(counted(reports), compared, Faults(), records=replace(records, anonymous=True))
    for name in ("SECRET", *PARTS):
        assert name.casefold() in shown.casefold(), name
        assert name.casefold() not in hidden.casefold(), name
    assert [link for link in read(hidden).all("href") if not link.startswith(("#", "data:"))] == []
    aliases = {*read(shown).all("data-as")}
    assert aliases == {*re.findall(r"<bdi>([^<]+)</bdi>", hidden)} and len(aliases) == 3
    assert all(PSEUDONYM.fullmatch(str(alias)) for alias in aliases)
    # and the table is not in the order of names
    assert list(rows_of(hidden)) == sorted(map(str, aliases))
    assert "1 remark, not shown" in read(hidden).text and "1 decision by a person" in read(hidden).text


def test_pseudonyms_depend_on_the_key_alone_and_are_different_for_all() -> None:
    names = [f"student {number}" for number in range(5_000)]
    one, again, other = Pseudonyms(K, names), Pseudonyms(K, names[::-1]), Pseudonyms(b"o" * 32, names)
    assert len({one[name] for name in names}) == 5_000
    assert [one[name] for name in names] == [again[name] for name in names]
    assert not {one[name] for name in names} & {other[name] for name in names}
    assert one["\udcff"] == again["\udcff"]


def test_two_students_never_share_a_pseudonym(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named, "_SHORT", 1)
    names = [f"student {number}" for number in range(100)]
    made = Pseudonyms(K, names)
    assert len({made[name] for name in names}) == 100


def test_the_key_stays_in_the_folder_and_a_damaged_one_is_replaced(tmp_path: Path) -> None:
    key = key_in(tmp_path)
    assert key_in(tmp_path) == key and len(key) == 32
    (tmp_path / KEY).write_text("nonsense")
    assert key_in(tmp_path) not in (key, b"") and len(key_in(tmp_path)) == 32
    assert key_in(tmp_path) == key_in(tmp_path)


def graded(folder: Path, points: dict[str, int]) -> tuple[list[str], str]:
    """Writes the dashboard of students with so many of four checks passed; its remarks and the page."""
    for name, passed in points.items():
        write_report(folder / f"{name}.json", report(name, exercise("ex1", passed)))
    remarks = write_dashboard(folder, Reports(folder, tuple(points)), COMPARED, Faults())
    return remarks, (folder / DASHBOARD).read_text(encoding="utf-8")


@pytest.fixture
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take a second and are tested elsewhere."""
    monkeypatch.setattr(charts, "drawn", lambda specs: [])


@pytest.mark.usefixtures("no_charts")
def test_progress_is_kept_over_runs_and_a_run_that_changes_nothing_adds_nothing(tmp_path: Path) -> None:
    _, first = graded(tmp_path, {"ada": 1, "ben": 4})
    assert "Progress" not in first
    graded(tmp_path, {"ada": 1, "ben": 4})
    lines = (tmp_path / HISTORY).read_text().splitlines()
    assert [json.loads(line)["points"] for line in lines] == [{"ada": 2.5, "ben": 10.0}]
    _, page = graded(tmp_path, {"ada": 3, "ben": 4})
    lines = (tmp_path / HISTORY).read_text().splitlines()
    assert [json.loads(line)["points"] for line in lines[1:]] == [{"ada": 7.5}]
    reader = read(page)
    assert "over 2 runs" in reader.text and "2.5, then 7.5 points" in reader.all("aria-label")
    assert "+5" in rows_of(page)["ada"] and page.count('class="spark"') == 1
    # pseudonyms are those of the run before
    assert read(first).all("data-as") == reader.all("data-as")


def test_a_history_is_bounded_and_forgets_the_oldest_first() -> None:
    it = History()
    for number in range(3 * MAX_RUNS):
        it = it.then(f"run {number}", {"ada": float(number), "ben": 1.0})
    assert len(it.runs) == MAX_RUNS and it.known() == {"ada": 3 * MAX_RUNS - 1, "ben": 1.0}
    assert it.of("ben") == [(0, 1.0)] and it.of("ada")[0] == (0, float(2 * MAX_RUNS))
    assert it.then("later", {"ben": 1.0}) is it


DAMAGED = (
    b"\xff\xfe", b"{", b"[]", b'{"run": "x", "points": {}}', b'{"run": "2026-11-30T09:12Z", "points": {"a": NaN}}',
    b'{"run": "2026-11-30T09:12Z", "points": {"a": [1]}}', b'{"run": 1, "points": null}', b"[" * 100_000,
)  # fmt: skip


@pytest.mark.usefixtures("no_charts")
def test_a_damaged_history_costs_one_line_and_nothing_else(tmp_path: Path) -> None:
    graded(tmp_path, {"ada": 1})
    whole = (tmp_path / HISTORY).read_bytes()
    (tmp_path / HISTORY).write_bytes(whole + b"\n".join(DAMAGED) + b"\n")
    remarks, page = graded(tmp_path, {"ada": 2})
    (remark,) = remarks
    assert (
        remark
        == f"history.jsonl: {len(DAMAGED)} of {len(DAMAGED) + 1} lines are damaged and left out (2, 3, 4 …)"
    )
    assert "2.5, then 5 points" in page
    assert graded(tmp_path, {"ada": 2})[0] == []
    (tmp_path / HISTORY).unlink()
    (tmp_path / HISTORY).mkdir()
    faults = Faults()
    write_dashboard(tmp_path, Reports(tmp_path, ("ada",)), COMPARED, faults)
    assert read((tmp_path / DASHBOARD).read_text(encoding="utf-8")).text.count("ada") >= 1


def test_a_history_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_BYTES", 10)
    (tmp_path / HISTORY).write_text('{"run": "2026-11-30T09:12Z", "points": {"a": 1}}')
    remarks: list[str] = []
    assert read_history(tmp_path / HISTORY, remarks) == History() and len(remarks) == 1


def test_a_correlation_is_that_of_the_statistics_module() -> None:
    drawn = random.Random(3)
    xs = [drawn.choice((0.0, 5.0, 10.0)) for _ in range(200)]
    ys = [1e6 + 2 * x + drawn.gauss(0, 9) for x in xs]
    it = Correlation()
    for x, y in zip(xs, ys, strict=True):
        it.add(x, y)
    assert it.r == pytest.approx(numbers.correlation(xs, ys), abs=1e-9)
    # Fisher's interval of r = 0.5 and n = 28 by hand: tanh(0.5493 ± 0.392)
    assert it.interval is not None and it.interval[0] < it.r < it.interval[1]
    half = Correlation(28, _xx=1.0, _yy=1.0, _xy=0.5)
    assert half.interval == pytest.approx((0.1560, 0.7357), abs=1e-3)
    flat = Correlation()
    for y in ys:
        flat.add(10.0 / 3, y)
    assert flat.r is None


def items(passing: Sequence[bool], rest: Sequence[float]) -> Any:
    it = Correlation()
    for passed, points in zip(passing, rest, strict=True):
        it.add(float(passed), points)
    return item_of(len(passing), passing.count(False), it)  # type: ignore[attr-defined]


def test_what_a_line_says_and_that_it_says_nothing_of_few() -> None:
    half = [index % 2 == 0 for index in range(60)]
    good = items(half, [10.0 * passed + index % 5 for index, passed in enumerate(half)])
    assert good.passed == 0.5 and good.discrimination > 0.9 and "tells students apart" in good.meaning
    bad = items(half, [-10.0 * passed + index % 5 for index, passed in enumerate(half)])
    assert bad.discrimination < -0.9 and "look for a mistake" in bad.meaning
    unrelated = items(half, [float(index % 3) for index in range(60)])
    assert abs(unrelated.discrimination) < 0.2 and "hardly more points" in unrelated.meaning
    few = half[: MIN_STUDENTS - 1]
    assert items(few, [float(each) for each in few]) is None
    nearly_all = [index >= MIN_EITHER - 1 for index in range(60)]
    assert items(nearly_all, [float(each) for each in nearly_all]) is None


def test_discrimination_is_with_the_rest_and_not_with_the_line_itself() -> None:
    """Of two exercises that have nothing to do with each other, each is half of the total: it would have r = 0.7."""
    class_ = [
        report(
            f"s{i}",
            exercise("ex1", 4 * (i % 2), *[finding("a")] * (1 - i % 2)),
            exercise("ex2", 4 * (i // 2 % 2)),
        )
        for i in range(40)
    ]
    it = counted(class_)
    assert [line.with_rest.r for line in it.lines.values()] == pytest.approx([0, 0], abs=1e-9)
    page = read(dashboard(it, COMPARED, Faults())).text
    assert (
        "2 of 2 lines" in page
        and "hardly more points elsewhere" in page
        and "50 % 0.00 (−0.31 to 0.31)" in page
    )
    few = read(dashboard(counted(class_[:20]), COMPARED, Faults())).text
    assert "How well a line tells students apart is not said" in few and "hardly more points" not in few


def pair(one: str, other: str, tokens: int = 300) -> Pair:
    return Pair(one, other, (("ex1", 95.0),), tokens)


def test_look_alikes_are_groups_with_the_pairs_within() -> None:
    pairs = (
        pair("a", "b"),
        pair("x", "y", 900),
        pair("b", "c", 400),
        pair("d", "e"),
        pair("e", "f"),
        pair("d", "f"),
    )
    found = groups(pairs)
    assert [(group.members, len(group.pairs)) for group in found] == [
        (("a", "b", "c"), 2),
        (("d", "e", "f"), 3),
        (("x", "y"), 1),
    ]
    assert found[0].pairs[0].tokens == 400
    text = read(dashboard(counted(small()), Compared(pairs, (), 9), Faults())).text
    assert "6 pairs of 9 hand-ins compared, in 3 groups" in text and "3 hand-ins, 2 pairs" in text
    assert groups([pair(f"s{i}", f"s{i + 1}") for i in range(5_000)])[0].members[0] == "s0"


def test_bars_are_on_one_scale_and_each_names_its_n() -> None:
    extra = replace(exercise("ex2", 2), extra=True)
    left = replace(extra, left_alone=True)
    it = counted(
        [report("ada", exercise("ex1", 4, finding("a")), extra), report("ben", exercise("ex1", 4), left)]
    )
    _, parts, causes = chart_specs(it)
    assert causes["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert parts["encoding"]["x"]["stack"] == "normalize"
    svg, bars = charts.drawn([parts, causes])
    assert "ex1, n = 2" in svg and "ex2, n = 1" in svg and "50 % (1 of 2)" in bars
    # half of all students is half of the width
    (width,) = re.findall(r'd="M0,[\d.]+h([\d.]+)v10h', bars)
    assert float(width) == charts.BAR / 2


def opened(browser: Browser, path: Path, page: str, **options: Any) -> Page:
    path.write_text(page, encoding="utf-8")
    opened = browser.new_context(**options).new_page()
    opened.goto(path.as_uri())
    return opened


def students_in(page: Page) -> list[str]:
    script = """[...document.querySelectorAll(".students tbody th")].filter(e => e.checkVisibility())
        .map(e => e.textContent)"""
    found: list[str] = page.evaluate(script)
    return found


def test_a_keyboard_sorts_and_chooses_students(browser: Browser, tmp_path: Path) -> None:
    reports, records = a_class()
    reports[1] = replace(reports[1], student="Béatrice")
    records = replace(records, people=records.people | {"Béatrice": records.people["ben"]})
    page = opened(
        browser, tmp_path / "a.htm", dashboard(counted(reports), COMPARED, Faults(), records=records)
    )
    head = page.get_by_role("columnheader", name="Final")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    # who has no grade stands at the end in both directions
    assert students_in(page)[-1] == "eve" and students_in(page)[3] == "Béatrice"
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending" and page.locator("[aria-sort]").count() == 1
    assert students_in(page)[-1] == "eve" and students_in(page)[0] == "ada"
    count = page.locator("#count[role=status]")
    page.get_by_label("Search").fill("beatrice")
    assert students_in(page) == ["Béatrice"] and count.text_content() == "1 of 7 students"
    page.get_by_role("button", name="Reset").click()
    assert count.text_content() == "7 students"
    for flag, names in (("late", {"Béatrice"}), ("ungraded", {"eve"}), ("hand", {"ada", "cleo", "dan"})):
        page.get_by_label("Show", exact=True).select_option(flag)
        assert {*students_in(page)} == names
    page.get_by_role("button", name="Reset").click()
    page.get_by_label("Final below").fill("11.5")
    assert {"Béatrice", "dan"} <= {*students_in(page)} and "ada" not in students_in(page)
    page.context.close()


def test_names_can_be_hidden_and_come_back(browser: Browser, tmp_path: Path) -> None:
    reports, compared, records = secretive()
    it = dashboard(counted(reports), compared, Faults(), records=records)
    page = opened(browser, tmp_path / "a.htm", it)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    before = page.locator("body").inner_text()
    page.get_by_role("button", name="Hide names").click()
    seen = page.locator("body").inner_text()
    for name in ("SECRET", *PARTS):
        assert name.casefold() in before.casefold() and name.casefold() not in seen.casefold(), name
    assert page.locator("a.who[href]").count() == 0
    assert students_in(page) == sorted(students_in(page))
    page.get_by_label("Search").fill("secret")
    assert students_in(page) == []
    page.get_by_role("button", name="Reset").click()
    alias = students_in(page)[0]
    page.get_by_role("button", name="Hide names").click()
    page.get_by_label("Search").fill(alias)  # whose it is can be looked up again
    assert len(students_in(page)) == 1 and students_in(page)[0] in NAMES
    page.get_by_role("button", name="Reset").click()
    assert page.locator("body").inner_text() == before
    page.context.close()


def test_without_script_all_is_there_and_nothing_that_does_nothing(browser: Browser, tmp_path: Path) -> None:
    reports, records = a_class()
    it = dashboard(counted(reports), COMPARED, Faults(), records=records)
    page = opened(browser, tmp_path / "a.htm", it, java_script_enabled=False)
    assert page.locator(".students tbody tr").count() == 7
    for name in ("button", "input", "select"):
        assert all(not each.is_visible() for each in page.locator(name).all()), name
    page.context.close()


def test_on_a_telephone_the_table_scrolls_in_its_box_names_stay_and_no_word_is_broken(
    browser: Browser, tmp_path: Path
) -> None:
    reports, records = a_class()
    more = tuple(exercise(f"ex{number}", 4, carried=1) for number in range(3, 9))
    reports = [
        replace(each, student=f"Maximiliane {each.student}", exercises=(*each.exercises, *more))
        for each in reports
    ]
    it = dashboard(counted(reports), COMPARED, Faults(), records=records)
    page = opened(browser, tmp_path / "a.htm", it, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = page.locator(".students tbody th").first.bounding_box()
    page.evaluate("document.querySelector('.scroll').scrollLeft = 300")
    after = page.locator(".students tbody th").first.bounding_box()
    assert before == after and page.evaluate("document.querySelector('.scroll').scrollLeft") == 300
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    broken = page.evaluate(
        r"""() => {
            const found = [];
            for (const e of document.querySelectorAll(".students, .decisions, .controls, #count")) {
                const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const node = walker.currentNode;
                    if (!node.parentElement.checkVisibility() || node.parentElement.closest(".sr, option")) continue;
                    for (const word of node.textContent.matchAll(/[\p{L}\d]+/gu)) {
                        const range = document.createRange();
                        range.setStart(node, word.index);
                        range.setEnd(node, word.index + word[0].length);
                        const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
                        if (tops.size > 1) found.push(word[0]);
                    }
                }
            }
            return found;
        }"""
    )
    assert broken == []
    page.context.close()


def test_of_a_large_class_not_all_rows_are_laid_out_at_once_and_all_are_found(
    browser: Browser, tmp_path: Path
) -> None:
    class_ = [report(f"student {i}", exercise("ex1", i % 5)) for i in range(1_200)]
    it = dashboard(counted(class_), Compared(), Faults())
    sizes = [len(dashboard(counted(class_[:n]), Compared(), Faults()).encode()) for n in (200, 400)]
    assert (sizes[1] - sizes[0]) / 200 < 500  # bytes of a row
    page = opened(browser, tmp_path / "a.htm", it)
    assert page.locator(".students tbody tr").count() == 500
    assert page.locator("#count").text_content() == "1200 students, the first 500 shown"
    page.get_by_label("Search").fill("student 1199")
    assert students_in(page) == ["student 1199"]
    page.get_by_role("button", name="Reset").click()
    for shown in (1000, 1200):
        page.get_by_role("button", name="Show").click()
        assert page.locator(".students tbody tr").count() == shown
    assert not page.get_by_role("button", name="Show").is_visible()
    page.context.close()


def test_only_the_pages_own_script_may_run() -> None:
    page = dashboard(counted(small()), COMPARED, Faults())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert (
        re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'(;|$)", policy) and "default-src 'none'" in policy
    )
    assert page.count("<script") == 1


def test_a_run_after_another_is_told_by_its_time() -> None:
    it = History((Run("2026-11-30T09:12Z", {"ada": 1.0}),)).then("2026-12-01T09:12Z", {"ada": 2.0})
    assert [run.when for run in it.runs] == ["2026-11-30T09:12Z", "2026-12-01T09:12Z"]
