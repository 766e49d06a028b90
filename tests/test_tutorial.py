"""Every place that messages and tasks send a student to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
    assert blocks
    for block in blocks:
        exec(block, {})
        said = re.findall(r"print\(.*\)  # (.*)$", block, re.M)
        assert capsys.readouterr().out.splitlines() == said
