"""Every place that messages and tasks send a student to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exercises.feedback.catalogue import exercises
from exercises.feedback.causes import CAUSES
from exercises.feedback.misconceptions import MISCONCEPTIONS

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "exercises" / "README.md"
PAGES = [TUTORIAL, ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_explanation_sends_to_a_section_that_exists() -> None:
    known = anchors(TUTORIAL.read_text(encoding="utf-8"))
    sections = {cause.section for cause in (*CAUSES.values(), *MISCONCEPTIONS)}
    assert sections <= known


def test_every_task_sends_to_a_section_that_exists() -> None:
    known = anchors(TUTORIAL.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "solutions").glob("ex*.py")):
        found = re.findall(r"README\.md(#[\w-]+)", path.read_text(encoding="utf-8"))
        assert found, f"{path.name} sends nowhere"
        assert set(found) <= known, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_code_block_of_the_tutorial_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 5
    names: dict[str, object] = {}  # as a reader would, who goes on where the last block ended
    for block in blocks:
        exec(block, names)
        said = re.findall(r"print\(.*\)  # (.*)$", block, re.M)
        assert capsys.readouterr().out.splitlines() == said


def sections() -> dict[str, str]:
    """The tutorial's chapters by heading."""
    parts = re.split(r"^## ", TUTORIAL.read_text(encoding="utf-8"), flags=re.M)[1:]
    return {title: text for title, _, text in (part.partition("\n") for part in parts)}


def test_the_chapters_stand_in_their_order_and_lead_to_their_exercises() -> None:
    assert list(sections()) == [
        "Introduction",
        "What is a convolution?",
        "Why are they fundamental?",
        "Convolutions in deep learning",
        "torch.nn.Conv2d",
        "Your turn",
        "Further resources",
    ]
    for title, text in list(sections().items())[:5]:
        last = text.strip().split("\n\n")[-1]
        assert last.startswith("→ ") and "(ex" in last, f"{title} leads to no exercise"
    tutorial = TUTORIAL.read_text(encoding="utf-8")
    for exercise in exercises():
        assert f"({exercise.module}.py)" in tutorial


def test_every_picture_says_what_it_shows_and_every_animation_is_used() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\(\.\./img/([\w.]+)\)", text)
    for alt, name in pictures:
        assert len(alt.split()) >= 5, f"{name}: its alt text says too little"
    drawn = {path.name for path in (ROOT / "img").iterdir() if path.suffix in (".gif", ".png")}
    assert drawn == {name for _, name in pictures}


def test_points_and_minutes_are_those_of_the_exercises() -> None:
    rows = re.findall(r"^\| \[(ex\w+)\.py\].*\| (\d+) \| (\d+) \|$", sections()["Your turn"], re.M)
    assert rows == [(e.module, str(e.points), str(e.minutes)) for e in exercises()]


@pytest.mark.parametrize(
    "place",
    [
        "youtube.com/watch?v=eMXuk97NeSI",
        "ezyang.github.io/convolution-visualizer/",
        "youtube.com/@animatedai/videos",
        "But what is a convolution?",
        "Intuitively Understanding Convolutions for Deep",
        "arxiv.org/abs/1603.07285",
    ],
)
def test_what_others_have_made_is_linked(place: str) -> None:
    assert place in TUTORIAL.read_text(encoding="utf-8")


def test_the_formulas_name_their_source() -> None:
    for title in ("Kernel size", "Stride", "Padding", "Dilation"):
        part = TUTORIAL.read_text(encoding="utf-8").split(f"### {title}\n")[1].split("\n### ")[0]
        assert re.search(r"relationship \d+|section \d", part), title
