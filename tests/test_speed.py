"""What students are told about the one hidden check that asks for speed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exercises.course.large_layer import LARGE, Layer
from exercises.course.speed import CALL_SECONDS, SMALLER, estimate, in_words
from tests.test_notebook_checks import SETUP, said
from tests.test_public_checks import Seen, given_out, run_pytest

ROOT = Path(__file__).resolve().parents[1]
LOOPS = """\
def conv2d_valid(x, weight, bias=None):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("shapes")
    out_h, out_w = x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("the kernel does not fit")
    out = torch.zeros(x.shape[0], weight.shape[0], out_h, out_w, dtype=x.dtype)
    for n in range(x.shape[0]):
        for o in range(weight.shape[0]):
            for y in range(out_h):
                for z in range(out_w):
                    total = 0.0 if bias is None else bias[o]
                    for c in range(x.shape[1]):
                        for i in range(weight.shape[2]):
                            for j in range(weight.shape[3]):
                                total = total + x[n, c, y + i, z + j] * weight[o, c, i, j]
                    out[n, o, y, z] = total
    return out
"""


def outputs(layer: Layer) -> int:
    return layer.batch * layer.kernels * (layer.side - layer.kernel + 1) ** 2


def by_gradients(layer: Layer) -> float:
    """A loop over output values, where the gradient of each patch is as large as all pictures."""
    return outputs(layer) * (3e-5 + 4e-9 * layer.batch * layer.channels * layer.side**2)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(lambda layer: 2e-5 * layer.products, id="over single numbers"),
        pytest.param(lambda layer: 5e-5 * outputs(layer) * layer.channels, id="over channels and outputs"),
        pytest.param(by_gradients, id="over outputs"),
        pytest.param(lambda layer: 3 * by_gradients(layer), id="over outputs on a slow computer"),
        pytest.param(lambda layer: 1e-3 * layer.kernels * layer.batch, id="over kernels and pictures"),
        pytest.param(lambda layer: 3e-4 + 2e-9 * layer.products, id="nothing"),
    ],
)
def test_the_estimate_is_near_whatever_is_looped_over(seconds: Callable[[Layer], float]) -> None:
    spent: list[float] = []

    def measure(layer: Layer) -> float:
        spent.append(seconds(layer))
        return spent[-1]

    told, truth = estimate(measure), seconds(LARGE)
    assert sum(spent) < 3
    if truth < CALL_SECONDS / 4:
        assert told <= CALL_SECONDS / 2
    else:
        assert truth / 2.5 < told < truth * 2.5


def test_fast_code_is_not_asked_for_more_than_one_picture() -> None:
    asked: list[Layer] = []

    def measure(layer: Layer) -> float:
        asked.append(layer)
        return 3e-4 + 6e-9 * layer.products

    estimate(measure)
    assert asked == list(SMALLER[:4])


def test_times_that_the_clock_cannot_tell_apart_do_no_harm() -> None:
    assert estimate(lambda layer: 1e-4) < 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (6.6, "about 7 s"),
        (42, "about 40 s"),
        (99, "about 100 s"),
        (130, "about 2 min"),
        (1e5, "more than an hour"),
    ],
)
def test_an_estimate_is_told_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.fixture(scope="module")
def with_loops(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = given_out(tmp_path_factory.mktemp("loops"))
    shutil.copy(ROOT / "solutions" / "ex1_output_size.py", folder / "exercises")
    (folder / "exercises" / "ex3_conv2d.py").write_text("import torch\n\n" + LOOPS)
    return run_pytest(folder, "exercises/tests/test_ex3.py")


def test_plain_loops_pass_and_are_told_about_the_limit(with_loops: Seen) -> None:
    assert with_loops.code == 0
    assert with_loops.row("ex3").endswith("done")
    assert "ex3: The hidden check of a large layer takes " in with_loops.flowing
    assert f"with your code; {CALL_SECONDS:g} s are allowed." in with_loops.flowing


def test_a_notebook_is_told_the_same(tmp_path: Path) -> None:
    text = said([SETUP, LOOPS, 'check("ex3")'], tmp_path)
    assert "The hidden check of a large layer takes " in " ".join(text.split())


@pytest.mark.thorough
def test_fast_code_and_wrong_code_are_told_nothing(tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    for name in ("ex1_output_size.py", "ex3_conv2d.py"):
        shutil.copy(ROOT / "solutions" / name, folder / "exercises")
    fast = run_pytest(folder, "exercises/tests/test_ex3.py")
    assert fast.code == 0
    assert "large layer" not in fast.text
    wrong = LOOPS.replace("y + i, z + j", "y + i, z - j")
    (folder / "exercises" / "ex3_conv2d.py").write_text("import torch\n\n" + wrong)
    assert "hidden check of a large layer" not in run_pytest(folder, "exercises/tests/test_ex3.py").text


@pytest.mark.parametrize("page", ["exercises/ex3_conv2d.py", "docs/student.md"])
def test_the_stub_and_the_students_page_name_the_limit_that_the_grader_keeps(page: str) -> None:
    assert f"{CALL_SECONDS:g} seconds" in " ".join((ROOT / page).read_text(encoding="utf-8").split())
