"""The playground: every option, every picture format, every bad input in one line, values against torch."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from exercises.conv2d import main
from exercises.playground import Trouble, photo
from exercises.playground.film import MAX_FRAMES, SLOW_ROWS, _stops
from exercises.playground.kernels import NAMES, named, pair, typed
from exercises.playground.progress import Progress
from exercises.playground.slide import Settings, by_torch, convolve, same_padding, sizes

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    values = (torch.rand(30, 40, 3) * 255).byte().numpy()
    Image.fromarray(values).save(tmp_path / "in.png")
    return tmp_path


def run(folder: Path, *args: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "exercises" / "conv2d.py"), *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def student_folder(target: Path, written: bool) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(ROOT / "exercises", target / "exercises", ignore=ignored)
    if written:
        for file in (ROOT / "solutions").glob("ex*.py"):
            shutil.copy(file, target / "exercises" / file.name)
    return target


def test_without_arguments_it_draws_something_and_tells_the_size(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "floor((i + 2p - d(k - 1) - 1) / s) + 1" in done.stdout
    assert done.stdout.count("- 1*(3 - 1) - 1) / 1) + 1 = ") == 2
    assert "values: 0 to" in done.stdout and done.stdout.endswith("wrote playground.png\n")
    with Image.open(tmp_path / "playground.png") as image:
        assert image.mode == "RGB" and image.width > 900 and len(image.getcolors(1 << 24) or ()) > 200


def test_it_draws_a_picture_of_its_own_where_there_is_no_cat(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("exercises.playground.cli.CAT", folder / "none.png")
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("a test picture: height 300, width 420")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("settings", [Settings(), Settings((2, 1), (1, 3), (1, 2))], ids=["plain", "all"])
def test_values_are_torchs(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercises.playground.slide._BAND", 50)  # several bands, with a stride as well
    kernel = named(name, None)
    source = torch.rand(1, 23, 31)
    result, _ = convolve(source, kernel, lambda x, w: by_torch(x, w, settings))
    slopes = [
        F.conv2d(source[None], w[None, None], None, settings.stride, settings.padding, settings.dilation)[
            0, 0
        ]
        for w in kernel.weights
    ]
    expected = slopes[0] if len(slopes) == 1 else (slopes[0] ** 2 + slopes[1] ** 2).sqrt()
    torch.testing.assert_close(result[0], expected)
    assert sizes((23, 31), kernel.size, settings)[0] == tuple(expected.shape)


def test_sobel_is_the_strength_of_the_slopes_and_bands_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercises.playground.slide._BAND", 50)
    x = torch.rand(1, 17, 19).double().float()
    result, _ = convolve(x, named("sobel", None), lambda a, w: by_torch(a, w, Settings(padding=(1, 1))))
    p = F.pad(x[0], (1, 1, 1, 1))
    gx = (p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:]) - (p[:-2, :-2] + 2 * p[1:-1, :-2] + p[2:, :-2])
    gy = (p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:]) - (p[:-2, :-2] + 2 * p[:-2, 1:-1] + p[:-2, 2:])
    torch.testing.assert_close(result[0], torch.hypot(gx, gy), atol=1e-5, rtol=1e-5)


def test_kernels_are_what_their_names_say() -> None:
    for name in ("box", "gaussian", "sharpen", "emboss", "identity"):
        assert named(name, None).keeps_brightness, name
    assert named("gaussian", (3, 5)).size == (3, 5)
    assert typed("−1, 1/2;3 4;").weights.tolist() == [[[-1, 0.5], [3, 4]]]
    again = named("random", (2, 3))
    torch.testing.assert_close(typed(again.text).weights, again.weights)
    assert pair("--stride", "2,1", 1) == (2, 1) and pair("--stride", "3", 1) == (3, 3)
    assert same_padding((3, 5), (1, 1), (2, 1)) == (2, 2)


def test_pictures_of_every_kind(folder: Path) -> None:
    deep = Image.fromarray((torch.arange(12).reshape(3, 4) * 5957).to(torch.uint16).numpy())
    deep.save(folder / "deep.png")
    values = photo.read(folder / "deep.png").values
    assert values.shape == (1, 3, 4) and abs(float(values[0, 2, 3]) - 11 * 5957 / 65535) < 1e-6
    Image.new("RGBA", (4, 3), (255, 0, 0, 0)).save(folder / "clear.png")
    assert photo.read(folder / "clear.png").values.eq(1).all()  # seen through, onto white
    Image.new("RGBA", (4, 3), (255, 0, 0, 255)).save(folder / "solid.png")
    assert photo.read(folder / "solid.png").values[:, 0, 0].tolist() == [1, 0, 0]
    Image.new("RGB", (4, 3), (0, 0, 255)).quantize(4).save(folder / "palette.png")
    assert photo.read(folder / "palette.png").values[:, 0, 0].tolist() == [0, 0, 1]
    for mode in ("L", "1", "LA"):
        Image.new(mode, (4, 3), "white").save(folder / f"{mode}.png")
        assert photo.read(folder / f"{mode}.png").values.shape == (1, 3, 4)
    Image.new("F", (4, 3), 7.0).save(folder / "f.tiff")
    Image.new("CMYK", (4, 3)).save(folder / "cmyk.jpg")
    assert photo.read(folder / "cmyk.jpg").values.shape == (3, 3, 4)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    Image.new("RGB", (4, 3)).save(folder / "turned.jpg", exif=exif)
    assert photo.read(folder / "turned.jpg").values.shape == (3, 4, 3)
    for name in ("deep.png", "clear.png", "palette.png", "L.png", "1.png", "f.tiff"):
        assert main([name, "--kernel", "identity"]) == 0, name


OPTIONS = [
    "--kernel box --size 3,5 --stride 2", "--kernel random --size 12", "--kernel emboss --padding same",
    "--stride 2,1 --padding 3,0 --dilation 2", "--kernel gaussian --size 29 -o out.jpg",
    "--stride 30", "--kernel laplacian --padding 1,2", "--kernel prewitt -o deep.webp",
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
def test_options_together(folder: Path, capsys: pytest.CaptureFixture[str], options: str) -> None:
    assert main(["in.png", "--no-show", *options.split()]) == 0
    said = capsys.readouterr()
    assert said.err == "" and (folder / said.out.split()[-1]).stat().st_size > 1000


def test_typed_weights_may_begin_with_a_minus(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["in.png", "--weights", "-1 0 1; -2 0 2"]) == 0
    assert main(["in.png", "--weights", "-1,1"]) == 0
    assert "kernel your weights: 1 x 2" in capsys.readouterr().out


BAD = [
    ("--kernel sobl", "did you mean sobel"),
    (
        "--kernel box --size 99",
        "the kernel does not fit: along the height it spans 1*(99 - 1) + 1 = 99 pixels",
    ),
    ("--dilation 20", "spans 20*(3 - 1) + 1 = 41 pixels, but the picture has 30"),
    ("--weights 1,2;3", "row 1 has 2 and row 2 has 1 numbers"),
    ("--weights 1,2;;3,4", "row 2 of --weights is empty"),
    ("--weights 1,two", "'two' is none"),
    ("--weights 1,nan", "'nan'"),
    ("--weights 1/0", "'1/0' is none"),
    ("--weights ;", "row 1 of --weights is empty"),
    ("--weights 1 --kernel box", "give only one"),
    ("--weights 1 --size 3", "--size does not go with --weights"),
    ("--size 5", "sobel is always 3 x 3"),
    ("--kernel box --size 0", "--size must be at least 1"),
    ("--kernel box --size 9999", "--size is at most"),
    ("--stride 0", "--stride must be at least 1"),
    ("--stride 1,2,3", "--stride takes a whole number"),
    ("--stride 1.5", "--stride takes a whole number"),
    ("--padding -1,2", "--padding must be at least 0"),
    ("--padding x", "--padding takes a whole number"),
    ("--padding 90000", "megapixels"),
    ("--padding same --stride 2", "with a stride, write the number: --padding 1,1"),
    ("--kernel box --size 4 --padding same", "take an odd kernel"),
    ("--dilation 0", "--dilation must be at least 1"),
    ("-o nowhere/out.png", "there is no folder nowhere"),
    ("-o .", "is a folder"),
    ("-o out.xyz", "of the kind .xyz"),
    ("-o out", "without an ending"),
    ("-o out.gif", "add --animate"),
    ("-o in.png", "would be lost"),
    ("--animate -o out.png", "ends with .gif"),
    ("--animate --padding 200", "too large"),
    ("--colour", "unrecognized arguments"),
    ("--stride", "expected one argument"),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=[b[0] for b in BAD])
def test_bad_options_get_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], options: str, words: str
) -> None:
    assert main(["in.png", *options.split()]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err


def huge(width: int, height: int) -> bytes:
    """A picture whose header promises more pixels than follow."""
    file = io.BytesIO()
    Image.new("L", (1, 1)).save(file, "BMP")
    data = bytearray(file.getvalue())
    data[18:26] = width.to_bytes(4, "little") + height.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "tiff", "webp"])
def test_a_file_that_was_cut_off(folder: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    with Image.open("in.png") as image:
        image.save(f"whole.{ending}")
    data = Path(f"whole.{ending}").read_bytes()
    Path(f"cut.{ending}").write_bytes(data[: len(data) // 2])
    assert main([f"cut.{ending}"]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and f"cut.{ending}" in said.err


def test_bad_pictures_get_one_line(folder: Path) -> None:
    (folder / "words.png").write_text("not an image", encoding="utf-8")
    (folder / "empty.png").touch()
    (folder / "huge.bmp").write_bytes(huge(20_000, 20_000))
    for name, words in (
        ("words.png", "is not an image"), ("empty.png", "is not an image"), ("gone.png", "there is no file"),
        (".", "is a folder"), ("huge.bmp", "400 megapixels; 100 are the most"),
    ):  # fmt: skip
        done = run(folder, name) if name == "huge.bmp" else None
        with pytest.raises(Trouble, match=words):
            photo.read(Path(name))
        if done:
            assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


@pytest.mark.thorough(every=4)
@pytest.mark.parametrize("options", ["", "--padding 1 --stride 3", "--dilation 2", "--kernel box"])
def test_the_film_has_a_frame_for_each_place(
    folder: Path, capsys: pytest.CaptureFixture[str], options: str
) -> None:
    assert main(["in.png", "--animate", *options.split()]) == 0
    height, width = map(int, re.findall(r"\+ 1 = (\d+)", capsys.readouterr().out))
    with Image.open("playground.gif") as image:
        assert getattr(image, "n_frames", 1) == height * width <= 200
    assert Path("playground.gif").stat().st_size < 2_000_000


def test_the_film_of_the_cat_shows_its_face_slowly_at_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--animate"]) == 0
    said = capsys.readouterr().out
    assert "its face, scaled down for the animation: height 27, width 32" in said
    height, width = map(int, re.findall(r"\+ 1 = (\d+)", said))
    stops = _stops(height * width, SLOW_ROWS * width)
    steps = [b - a for a, b in pairwise(stops)]
    assert stops[0] == 0 and stops[-1] == height * width - 1 and 2 <= max(steps) <= 8
    assert set(steps[: SLOW_ROWS * width - 1]) == {1}, "each place has a frame"
    with Image.open("playground.gif") as image:
        assert getattr(image, "n_frames", 1) == len(stops) <= MAX_FRAMES
    assert Path("playground.gif").stat().st_size < 2_000_000
    # a kernel that is larger than the face is laid on all of the picture, and then told to be too large
    assert main(["--animate", "--kernel", "box", "--size", "189"]) == 2
    assert "too large for that" in capsys.readouterr().err


def test_mine_that_is_not_written_names_file_and_function(tmp_path: Path) -> None:
    root = student_folder(tmp_path, written=False)
    done = run(tmp_path, "--mine", root=root)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "conv2d in exercises/ex5_dilation.py is not written yet" in done.stderr


# the command once for each text of a file, each time in a process of its own, which need not load torch again
SEVERAL = """
import json, os, sys
import torch
path, arguments, texts = json.loads(sys.stdin.read())
sys.path.insert(0, os.path.dirname(os.path.dirname(path)))
for number, text in enumerate(texts):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    child = os.fork()
    if child == 0:
        for fd, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{number}.{name}", os.O_WRONLY | os.O_CREAT), fd)
        from exercises.conv2d import main
        code = main(arguments)
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run_with_each(folder: Path, file: Path, texts: list[str], *args: str) -> list[tuple[int, str, str]]:
    """What the command ends with and prints, where the file holds each of the texts."""
    asked = json.dumps([str(file), args, texts])
    command = [sys.executable, "-c", SEVERAL]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # two texts may have one size and one second
    done = subprocess.run(
        command, cwd=folder, env=environment, input=asked, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    codes = [int(line) for line in done.stdout.split()]
    said = [
        [(folder / f"{n}.{name}").read_text("utf-8") for name in ("out", "err")] for n in range(len(texts))
    ]
    return [(code, out, err) for code, (out, err) in zip(codes, said, strict=True)]


@pytest.mark.thorough
def test_mine_written_wrong_and_broken(tmp_path: Path) -> None:
    root = student_folder(tmp_path, written=True)
    done = run(tmp_path, "--mine", "--padding", "1", root=root)
    assert done.returncode == 0, done.stderr
    assert "yours against torch: the same values" in done.stdout
    assert re.search(r"time: yours .*, torch's .*: yours is [\d.]+ times (slower|faster)", done.stdout)
    file = root / "exercises" / "ex5_dilation.py"
    right = file.read_text(encoding="utf-8")
    line = "return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)"
    assert line in right
    wrong = (
        (line + " + 0.5", 0, "the values differ"),
        ("return None", 2, "returned NoneType, not a tensor"),
        ("return x[0, 0, 0]", 2, "that cannot be drawn"),
        (
            "return x / nothing",
            2,
            "stopped with NameError: name 'nothing' is not defined (exercises/ex5_dilation",
        ),
        ("return (", 2, "is not valid Python"),
    )
    texts = [right.replace(line, broken) for broken, _, _ in wrong]
    found = run_with_each(tmp_path, file, texts, "--mine")
    for (_, code, words), (ended, out, err) in zip(wrong, found, strict=True):
        assert ended == code and words in out + err, (out, err)
        assert err.count("\n") == (1 if code else 0)


def test_the_bar_only_shows_on_a_terminal_and_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("exercises.playground.progress.WAIT", 0.05)
    for stream, shows in ((Terminal(), True), (io.StringIO(), False)):
        with Progress("working", stream=stream) as progress:
            progress.at(0.5)
            torch.ones(1)
            progress._over.wait(0.3)
        assert ("working [###" in stream.getvalue()) is shows
    assert "50%, about 2 s left" in Progress("x", expected=4).line(2.0)
