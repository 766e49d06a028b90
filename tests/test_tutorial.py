"""Every place that messages and tasks send a student to is there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from exercises.course import COURSE
from exercises.course.causes import CAUSES
from exercises.course.misconceptions import FAMILIES, MISCONCEPTIONS
from exercises.course.sections import Section
from exercises.feedback.catalogue import course_info, exercises
from tests.parallel import CATALOGUE, COUNTED, MODULES

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # img is no installed package

from img import draw, learning  # noqa: E402
from img.figures import CHANNELS, COSTS, SIDE  # noqa: E402
from img.table import ANIMATIONS  # noqa: E402

TUTORIAL = ROOT / "exercises" / "README.md"
PAGES = [TUTORIAL, ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_explanation_sends_to_a_section_that_exists() -> None:
    known = anchors(TUTORIAL.read_text(encoding="utf-8"))
    core = {cause.section for cause in (*CAUSES.values(), *MISCONCEPTIONS, *FAMILIES)}
    assert core - {""} == {*Section}  # of Python itself the tutorial says nothing
    every = (*COURSE.causes.values(), *COURSE.misconceptions, *COURSE.families)
    assert core < {cause.section for cause in every} <= known | {""}


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


@pytest.fixture(scope="module")
def after_all_blocks() -> Iterator[dict[str, Any]]:
    """The names that the tutorial's code leaves behind, and under `said` what each block prints and should print."""
    blocks = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 5
    names: dict[str, Any] = {}  # as a reader would, who goes on where the last block ended
    said = []
    threads, folder = torch.get_num_threads(), Path.cwd()
    os.chdir(ROOT)
    torch.set_num_threads(1)  # small tensors: threads would only wait for each other
    try:
        for block in blocks:
            with redirect_stdout(StringIO()) as printed:
                exec(block, names)
            said.append((printed.getvalue().splitlines(), re.findall(r"print\(.*\)  # (.*)$", block, re.M)))
        yield names | {"said": said}
    finally:
        torch.set_num_threads(threads)
        os.chdir(folder)


def test_every_code_block_of_the_tutorial_prints_what_it_says(after_all_blocks: dict[str, Any]) -> None:
    for printed, promised in after_all_blocks["said"]:
        assert printed == promised


def test_the_pictures_of_what_was_learnt_show_what_the_tutorial_s_code_learns(
    after_all_blocks: dict[str, Any],
) -> None:
    network = after_all_blocks["network"]
    assert (
        sum(p.numel() for p in network.parameters()) == 184
        and "184 parameters" in further()["A tiny network"]
    )
    drawn = torch.tensor(learning.FILTERS) / 100, torch.tensor(learning.BIASES) / 100
    for parameter, numbers in zip(network[0].parameters(), drawn, strict=True):
        assert (parameter.detach().squeeze() - numbers).abs().max() < 0.02
    # the kernel's way is computed without torch; here it is gone once more with it
    way = learning.learnt(draw.GX, learning.products_of_pixels(ROOT / "img" / "cat.png"))
    cat, slopes = after_all_blocks["cat"], after_all_blocks["slopes"]
    kernel = torch.zeros(1, 1, 3, 3, requires_grad=True)
    optimizer = torch.optim.Adam([kernel], lr=learning.RATE)
    for loss, weights in way[:60]:
        now = ((F.conv2d(cat, kernel) - slopes) ** 2).mean()
        assert float(now.detach()) == pytest.approx(loss, rel=1e-3, abs=1e-6)
        assert (kernel.detach().flatten() - torch.tensor(weights)).abs().max() < 1e-3
        optimizer.zero_grad()
        now.backward()
        optimizer.step()
    assert (torch.tensor(way[-1][1]) - torch.tensor(draw.GX).flatten()).abs().max() < 1e-3


def test_the_drawn_feature_maps_are_what_torch_computes() -> None:
    for picture in learning.stripes():
        for kernel, bias in zip(learning.FILTERS, learning.BIASES, strict=True):
            x = torch.tensor(picture)[None, None].double() / 100
            weight, plus = (
                torch.tensor(kernel)[None, None].double() / 100,
                torch.tensor([bias]).double() / 100,
            )
            expected = F.relu(F.conv2d(x, weight, plus))[0, 0]
            drawn = torch.from_numpy(learning.feature_map(picture, kernel, bias)).double() / 10_000
            assert torch.allclose(drawn, expected)


def sections() -> dict[str, str]:
    """The tutorial's chapters by heading."""
    parts = re.split(r"^## ", TUTORIAL.read_text(encoding="utf-8"), flags=re.M)[1:]
    return {title: text for title, _, text in (part.partition("\n") for part in parts)}


def test_the_chapters_come_in_their_order() -> None:
    assert list(sections()) == [
        "Introduction",
        "What is a convolution?",
        "Why are they fundamental?",
        "Convolutions in deep learning",
        "torch.nn.Conv2d",
        "Your turn",
        "Go further",
        "Further resources",
    ]


def arrows() -> list[tuple[str, str]]:
    """Where the arrows lead, in the order of the text, and what is said there."""
    text = TUTORIAL.read_text(encoding="utf-8")
    return re.findall(r"^→ \[[^]]*\]\((ex\w+)\.py\)(.*(?:\n.+)*)", text, re.M)


def test_the_arrows_lead_to_the_exercises_in_their_order() -> None:
    # an exercise that is new may have no section of its own yet
    led_to = [module for module, _ in arrows()]
    assert led_to[: len(COUNTED)] == COUNTED
    assert sorted(led_to) == sorted(MODULES), "whoever goes further reads one section or another"
    text = TUTORIAL.read_text(encoding="utf-8")
    for exercise in exercises():
        assert f"({exercise.module}.py)" in text


def test_each_arrow_ends_the_section_that_its_exercise_sends_to() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    parts = re.split(r"^#+ ", re.sub(r"<!-- .* -->\n", "", text), flags=re.M)[1:]
    ends = {
        arrow[1]: "#" + re.sub(r"[^\w\- ]", "", part.partition("\n")[0].lower()).replace(" ", "-")
        for part in parts
        if (arrow := re.match(r"→ \[[^]]*\]\((ex\w+)\.py\)", part.strip().split("\n\n")[-1]))
    }
    assert set(ends) == {e.module for e in CATALOGUE}
    for module, section in ends.items():
        task = (ROOT / "solutions" / f"{module}.py").read_text(encoding="utf-8")
        assert f"README.md{section})" in task, (module, section)


def test_every_picture_says_what_it_shows_and_every_animation_is_used() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\(\.\./img/([\w.]+)\)", text)
    for alt, name in pictures:
        assert len(alt.split()) >= 5, f"{name}: its alt text says too little"
        assert name.endswith(".png") or re.search(r"\b(slides?|jumps?)\b", alt), f"{name}: what moves?"
    drawn = {path.name for path in (ROOT / "img").iterdir() if path.suffix in (".gif", ".png")}
    assert drawn == {name for _, name in pictures}


def test_the_size_formula_is_left_to_exercise_1() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    before, after = text.split("→ [Exercise 1", 1)
    assert "floor((i + 2p - d(k - 1) - 1) / s) + 1" in after, "it is confirmed later"
    assert "floor" not in before and "//" not in before.replace("https://", "")
    assert not re.search(r"\bi - k\b|\b[io] =|- k \+ 1", before)
    # nor do the animations print it there
    for name in re.findall(r"\.\./img/(\w+)\.gif", before):
        assert "floor" not in ANIMATIONS[name].size_text, name


# what a reader of the original lecture knows, or finds here
TERMS = (
    "*filter*", "*feature map*", "*CNN*", "*feedforward*", "*element-wise*", "*field of view*", "*receptive field*",
    "noise reduction", "blur", "sharpen", "edge detection", "extracts features", "transforms the picture",
    "scales down", "scales\nup", "detects patterns and textures", "1 × 1", "3 × 3", "5 × 5", "dilation 1 is none",
    "*local* features", "*global* features", "spatial structure", "hierarchy of features", "Localised detection",
    "Translation equivariance", "*dot product*", "cross-correlation", "*bias*", "*taps*", "in_channels",
    "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode", "device", "dtype",
    "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html",
)  # fmt: skip


@pytest.mark.parametrize("term", TERMS)
def test_the_words_of_the_lecture_are_there(term: str) -> None:
    text = " ".join(TUTORIAL.read_text(encoding="utf-8").split())
    assert " ".join(term.split()) in text


def test_taps_are_explained_before_the_word_is_used() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    assert re.search(r"\btaps?\b", text).start() == text.index("*taps*") + 1  # type: ignore[union-attr]
    first_task = (ROOT / "solutions" / "ex1_output_size.py").read_text(encoding="utf-8").split("# %%")[1]
    assert re.search(r"\btaps?\b", first_task).start() == first_task.index("*taps*") + 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("What is a convolution?", "Each number is a *dot product*"),
        ("Convolutions in deep learning", "a weight for each pixel *and* each output"),
        ("Convolutions in deep learning", "up to the borders"),
        ("Convolutions in deep learning", "up to the stride"),
        ("Convolutions in deep learning", "tolerates shifts of a pixel or so"),
        ("Convolutions in deep learning", "*Global* pooling, over the whole feature map, makes the answer *invari"),
        ("Convolutions in deep learning", "most often *ReLU*"),
    ],
)  # fmt: skip
def test_what_is_claimed_is_claimed_with_its_limits(section: str, said: str) -> None:
    text = " ".join(sections()[section].split())
    assert said in text
    assert "looks like the other" not in text


def further() -> dict[str, str]:
    """The sections of the last part by heading."""
    parts = re.split(r"^### ", sections()["Go further"], flags=re.M)[1:]
    return {title: text for title, _, text in (part.partition("\n") for part in parts)}


def test_what_goes_further_asks_first_and_then_shows_a_picture() -> None:
    assert list(further()) == [
        "Receptive field",
        "What a layer costs",
        "Groups",
        "Pooling",
        "Learning a kernel",
        "Steps of gradient descent",
        "A tiny network",
        "Transposed convolution",
        "The gradient of a convolution is a convolution",
        "Patches as columns: im2col",
        "What makes a convolution fast",
    ]
    for title, text in further().items():
        asked, box = text.split("<details>\n<summary>Answer</summary>\n\n")
        assert "?" in asked.split("**Predict.**")[1], title
        assert "../img/" not in asked and "../img/" in box, f"{title}: the picture would give the answer away"
        # GitHub and VS Code read Markdown in a box only between empty lines
        assert re.search(r"\n\n</details>\n", box), title


def test_what_goes_further_costs_what_torch_counts() -> None:
    """Parameters by torch's layers, multiplications by torch's counter; on no device, so the dense layer fits."""

    def same(kernel: int, groups: int = 1) -> nn.Module:
        padding = kernel // 2
        return nn.Conv2d(
            CHANNELS, CHANNELS, kernel, padding=padding, groups=groups, bias=False, device="meta"
        )

    numbers = CHANNELS * SIDE**2
    layers = {
        "dense": nn.Sequential(nn.Flatten(), nn.Linear(numbers, numbers, bias=False, device="meta")),
        "5 × 5": same(5),
        "3 × 3 twice": nn.Sequential(same(3), same(3)),
        "3 × 3": same(3),
        "1 × 1": same(1),
        "3 × 3 depthwise": same(3, groups=CHANNELS),
        "3 × 3 depthwise, then 1 × 1": nn.Sequential(same(3, groups=CHANNELS), same(1)),
    }
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| ([\d,]+) \| ([\d,]+) \|$", further()["What a layer costs"], re.M
    )
    assert [name for name, *_ in rows] == list(layers)
    assert [cost.name.replace("x", "×") for cost in COSTS] == list(layers)
    for (name, _, *written), cost in zip(rows, COSTS, strict=True):
        parameters = sum(p.numel() for p in layers[name].parameters())
        with FlopCounterMode(display=False) as counter:
            layers[name](torch.empty(1, CHANNELS, SIDE, SIDE, device="meta"))
        multiplications = counter.get_total_flops() // 2  # torch counts the additions too
        assert [int(number.replace(",", "")) for number in written] == [parameters, multiplications]
        assert (cost.parameters, cost.multiplications) == (parameters, multiplications)


@pytest.mark.thorough
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
    for title in ("Stride", "Padding", "Dilation"):
        part = TUTORIAL.read_text(encoding="utf-8").split(f"### {title}\n")[1].split("\n### ")[0]
        assert re.search(r"relationship \d+|section \d", part), title
