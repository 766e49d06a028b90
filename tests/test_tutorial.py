"""Every place that messages and tasks send a student to is there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exercises.course.causes import CAUSES
from exercises.course.misconceptions import FAMILIES, MISCONCEPTIONS
from exercises.course.sections import Section
from exercises.feedback.catalogue import course_info, exercises
from tests.parallel import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = ROOT / "exercises" / "README.md"
PAGES = [TUTORIAL, ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_explanation_sends_to_a_section_that_exists() -> None:
    known = anchors(TUTORIAL.read_text(encoding="utf-8"))
    sections = {cause.section for cause in (*CAUSES.values(), *MISCONCEPTIONS, *FAMILIES)}
    assert sections == {*Section} <= known


def test_students_are_told_which_packages_there_are() -> None:
    for page in (TUTORIAL, ROOT / "docs" / "student.md"):
        text = " ".join(page.read_text(encoding="utf-8").split())
        assert f"there are {course_info().available()}, and no other packages" in text, page.name
        assert all(name in text for name in course_info().silent), page.name


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


def test_every_link_within_a_page_leads_to_a_heading() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"\]\((#[^)]*)\)", text)) <= anchors(text), page.name


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
        assert name.endswith(".png") or re.search(r"\b(slides?|jumps?)\b", alt), f"{name}: what moves?"
    drawn = {path.name for path in (ROOT / "img").iterdir() if path.suffix in (".gif", ".png")}
    assert drawn == {name for _, name in pictures}


def test_a_reader_hears_of_what_an_exercise_needs_if_its_section_comes_first() -> None:
    """Exercise 6 stands before exercise 5 in the text, and calls its `conv2d`."""
    text, known = TUTORIAL.read_text(encoding="utf-8"), {e.module: e for e in exercises()}
    arrows = re.findall(r"^→ \[[^]]*\]\((ex\w+)\.py\)(.*(?:\n.+)*)", text, re.M)
    seen: set[str] = set()
    for module, words in arrows:
        for needed in known[module].builds_on:
            assert needed in seen or f"exercise {known[needed].number}" in words, (module, needed)
        seen.add(module)
    # an exercise that is new may have no section of its own yet
    assert seen == {e.module for e in CATALOGUE}


def test_every_command_of_the_playground_can_be_typed(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("exercises", "img"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for file in (ROOT / "solutions").glob("ex*.py"):
        shutil.copy(file, tmp_path / "exercises" / file.name)
    shutil.copy(ROOT / "img" / "cat.png", tmp_path / "my_photo.jpg")
    commands = re.findall(r"^    python (exercises/conv2d\.py.*)$", sections()["Your turn"], re.M)
    assert len(commands) >= 5 and any("--mine" in command for command in commands)
    for command in commands:
        typed = [sys.executable, *shlex.split(command), "--no-show"]
        done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert (tmp_path / "playground.png").is_file() and (tmp_path / "playground.gif").is_file()


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
