"""The tutorial as a page: what GitHub makes of the Markdown, and a link to a section opens there in a browser."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from autograder.course import COURSE
from autograder.release import student
from autograder.release.edition import Edition
from autograder.release.package import zipped
from autograder.release.stubs import out_of_date, write_stubs
from autograder.release.tutorial import tutorial_page
from autograder.report.pages.feedback import feedback_page
from exercises.course.sections import Section
from exercises.feedback.tutorial import section_title
from exercises.paths import TUTORIAL, TUTORIAL_PAGE
from tests.test_feedback_page import hostile
from tests.test_tutorial import anchors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
LOOKS = [(1200, 900, "light"), (360, 740, "dark")]
MARKDOWN = r"""# A `code` title & more

Inline $o = \frac{i}{s}$, at $5 and $6.

$$
\sqrt{a}
$$

```math
\sum_c x_c
```

```python
a = b < c
```

## Twice

<details>
<summary>More</summary>

Inside **bold**.

### Kept inside

</details>

> [!NOTE]
> An alert.

| a | b |
| --- | --- |
| 1 | ![A photograph.](picture.png) |

[here](README.md#twice), [there](other.md#twice), ![not here](gone.png)

<!-- files: run -->
Only in files.
<!-- end -->

## Twice
"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    Image.new("RGB", (30, 20)).save(tmp_path / "picture.png")
    return tutorial_page(MARKDOWN, tmp_path)


def test_headings_have_githubs_anchors_and_are_listed(page: str) -> None:
    assert "<title>A code title &amp; more</title>" in page
    assert re.findall(r'<h(\d) id="([^"]*)"', page) == [
        ("1", "a-code-title--more"),
        ("2", "twice"),
        ("3", "kept-inside"),
        ("2", "twice-1"),
    ]
    contents = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r'href="#([^"]*)"', contents) == ["twice", "kept-inside", "twice-1"]


@pytest.mark.parametrize(
    "made",
    [
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mi>o</mi>',
        "at $5 and $6",
        'display="block"><mrow><msqrt>',
        "<msub><mi>x</mi><mi>c</mi></msub>",
        '<pre><code class="language-python">a = b &lt; c\n</code></pre>',
        "<summary>More</summary>\n<p>Inside <strong>bold</strong>.</p>",
        '<p class="markdown-alert-title">Note</p>',
        '<td><img src="picture.png" alt="A photograph." width="30" height="20" /></td>',
        '<a href="#twice">here</a>, <a href="other.md#twice">there</a>, <img src="gone.png" alt="not here" />',
        "<p>Only in files.</p>",
    ],
)
def test_what_github_shows_is_shown(page: str, made: str) -> None:
    assert made in page


def test_the_page_needs_no_network_and_no_script() -> None:
    text = TUTORIAL_PAGE.read_text(encoding="utf-8")
    assert "<script" not in text
    for address in re.findall(r'(?:src|srcset)="([^"]*)"', text):
        assert (TUTORIAL_PAGE.parent / address).is_file(), address
    assert set(re.findall(r'<link rel="icon" href="([^"]*)"', text)) == {"data:,"}


def test_every_anchor_of_the_markdown_is_one_of_the_page() -> None:
    made = set(re.findall(r'<h\d id="([^"]*)"', TUTORIAL_PAGE.read_text(encoding="utf-8")))
    assert {f"#{name}" for name in made} == anchors(TUTORIAL.read_text(encoding="utf-8"))


def test_a_tutorial_that_was_changed_needs_its_page_made_again(tmp_path: Path) -> None:
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    (exercises / "README.md").write_text("# Mine\n\nOld.\n", encoding="utf-8")
    assert exercises / "tutorial.html" in write_stubs(ROOT / "solutions", exercises, {})
    assert out_of_date(ROOT / "solutions", exercises, {}) == []
    (exercises / "README.md").write_text("# Mine\n\nNew.\n", encoding="utf-8")
    assert out_of_date(ROOT / "solutions", exercises, {}) == [
        f"{(exercises / 'tutorial.html').as_posix()} is not what the tutorial gives"
    ]


# In a browser


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's zip as it is unpacked, in a folder whose name is no plain one."""
    folder = tmp_path_factory.mktemp("zip") / "my work, tür"
    package = student.packages(Edition(COURSE, ROOT))[0]
    with zipfile.ZipFile(BytesIO(zipped(package.files))) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[2]}-{look[0]}")
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def shown_at(tab: Page) -> tuple[str, float]:
    """The anchor that the address names, and how far from the top of the window it is."""
    found: dict[str, Any] = tab.evaluate(
        "() => { const it = document.querySelector(':target');"
        " return it && {id: it.id, top: it.getBoundingClientRect().top}; }"
    )
    assert found, f"{tab.url} opens nowhere"
    return found["id"], found["top"]


def at_its_end(tab: Page) -> bool:
    return bool(tab.evaluate("() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1"))


@pytest.mark.parametrize("section", Section)
def test_a_link_of_a_message_opens_the_section(tab: Page, unpacked: Path, section: Section) -> None:
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((unpacked / "exercises" / "tutorial.html").as_uri() + section)
    name, top = shown_at(tab)
    assert f"#{name}" == section and (0 <= top < 60 or at_its_end(tab))
    assert tab.evaluate("() => document.querySelector(':target').textContent") == section_title(section)
    # nothing moved it there later than the pictures; all of them came from the zip
    assert tab.evaluate("() => [...document.images].filter(image => !image.naturalWidth).length") == 0
    assert all(request.startswith(("file:", "data:")) for request in requests)
    # a phone has nothing to scroll to the side but what is meant to
    assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_each_link_of_a_feedback_page_opens_its_section(tab: Page, unpacked: Path) -> None:
    """Where the page says that it has to be: in the folder that holds `exercises`."""
    report = hostile("text")
    [exercise] = report.exercises
    line, finding = exercise.lines[0], exercise.lines[0].findings[0]
    findings = tuple(replace(finding, headline=each, section=each) for each in Section)
    lines = (replace(line, findings=findings),)
    told = replace(report, problem="", exercises=(replace(exercise, lines=lines),))
    place = unpacked / "feedback.html"
    place.write_text(feedback_page(told), encoding="utf-8")
    for section in Section:
        tab.goto(place.as_uri())
        with tab.expect_navigation():
            tab.get_by_role("link", name=section_title(section), exact=True).click()
        name, top = shown_at(tab)
        assert f"#{name}" == section and (0 <= top < 60 or at_its_end(tab))


def test_text_has_contrast_in_the_dark_and_in_the_light(tab: Page, unpacked: Path) -> None:
    tab.goto((unpacked / "exercises" / "tutorial.html").as_uri())
    ratio = tab.evaluate(
        """() => {
        const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number)
            .map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b; };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        const panel = light(getComputedStyle(document.querySelector('pre')).backgroundColor);
        const against = (one, other) => (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        const of = (name, on) => against(light(getComputedStyle(document.querySelector(name)).color), on);
        return Math.min(of('p', paper), of('main a', paper), of('pre', panel), of('p code', panel)); }"""
    )
    assert ratio >= 4.5


def test_a_section_in_a_closed_box_is_opened(browser: Browser, page: str, tmp_path: Path) -> None:
    (tmp_path / "tutorial.html").write_text(page, encoding="utf-8")
    tab = browser.new_page()
    tab.goto((tmp_path / "tutorial.html").as_uri() + "#kept-inside")
    assert tab.locator("#kept-inside").is_visible()
    tab.close()


def test_the_pictures_of_the_notebooks_zip_are_there_too(tmp_path: Path) -> None:
    """Feedback pages lead there also from a notebook that was handed in."""
    package = student.packages(Edition(COURSE, ROOT))[1]
    for name, content in package.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    page = tmp_path / "exercises" / "tutorial.html"
    for address in re.findall(r'src="([^"]*)"', page.read_text(encoding="utf-8")):
        assert (page.parent / address).is_file(), address
