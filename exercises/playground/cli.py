"""The command line of the playground."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import os
import re
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from PIL import Image
from torch import Tensor

from exercises.paths import CAT
from exercises.playground import Trouble, photo
from exercises.playground.film import MAX_FRAMES, film, small_picture
from exercises.playground.kernels import NAMES, SIZED, Kernel, named, pair, typed
from exercises.playground.mine import by_student
from exercises.playground.photo import Photo
from exercises.playground.progress import Progress
from exercises.playground.sheet import Shown, range_text, sheet
from exercises.playground.slide import FORMULA, Settings, by_torch, convolve, reach, same_padding, sizes

_EXAMPLES = """\
examples:
  python exercises/conv2d.py                                the cat's edges
  python exercises/conv2d.py me.jpg --kernel emboss         a picture of yours
  python exercises/conv2d.py --weights "1 0 -1; 2 0 -2; 1 0 -1"
  python exercises/conv2d.py --kernel box --stride 4        smaller and softer
  python exercises/conv2d.py --mine                         with your conv2d of exercise 5
  python exercises/conv2d.py --animate --padding same       the kernel on its way
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise Trouble(f"{message}; --help lists the options")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the playground.

    Args:
        argv: the words after the script's name; those of the command line if None.

    Returns:
        The exit code: 0, or 2 after one line on stderr that says what to fix.
    """
    try:
        _run(_parsed(sys.argv[1:] if argv is None else argv))
    except Trouble as trouble:
        # one line, whatever a file's name or another library's message holds
        print(" ".join(str(trouble).split()), file=sys.stderr)
        return 2
    except MemoryError:
        print("the picture is too large for this computer's memory; take a smaller one", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


def _parsed(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="conv2d.py",
        description="Lays a kernel on a picture and draws original, kernel and result.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("image", nargs="?", help="an image file; without one, the cat of the tutorial")
    parser.add_argument("--kernel", metavar="NAME", help=f"one of {', '.join(NAMES)} (default: sobel)")
    parser.add_argument(
        "--weights", metavar="ROWS", help='a kernel of your own, such as "1 0 -1; 2 0 -2; 1 0 -1"'
    )
    parser.add_argument("--size", metavar="N", help=f"the kernel's size, for {', '.join(SIZED)}: 5, or 5,3")
    parser.add_argument(
        "--stride", metavar="N", default="1", help="2, or 2,1 for height and width (default: 1)"
    )
    parser.add_argument("--padding", metavar="N", default="0", help="2, or 2,1, or same (default: 0)")
    parser.add_argument("--dilation", metavar="N", default="1", help="2, or 2,1 (default: 1)")
    parser.add_argument(
        "--mine", action="store_true", help="use your conv2d of exercise 5, and compare it with torch's"
    )
    parser.add_argument(
        "--animate",
        action="store_true",
        help="a GIF of the kernel on its way over a small copy of the picture",
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        help="where the picture goes (default: playground.png or playground.gif)",
    )
    parser.add_argument("--no-show", action="store_true", help="write the picture, but do not open it")
    return parser.parse_args(_joined(argv))


def _joined(argv: Sequence[str]) -> list[str]:
    """`--padding -1,2` as `--padding=-1,2`, or argparse would take the number for an option."""
    words = list(argv)
    for place in range(len(words) - 1, 0, -1):
        option = words[place - 1]
        takes_numbers = option in ("--weights", "--size", "--stride", "--padding", "--dilation")
        if takes_numbers and re.match(r"-[\d.]", words[place]):
            words[place - 1 : place + 1] = [f"{option}={words[place]}"]
    return words


def _run(wanted: argparse.Namespace) -> None:
    out = _target(wanted)
    kernel = _kernel(wanted)
    stride = pair("--stride", wanted.stride, 1)
    dilation = pair("--dilation", wanted.dilation, 1)
    if wanted.padding.strip().lower() == "same":
        padding = same_padding(kernel.size, stride, dilation)
    else:
        padding = pair("--padding", wanted.padding, 0)
    settings = Settings(stride, padding, dilation)
    picture = _photo(wanted, out)
    _, formula = sizes(_size(picture.values), kernel.size, settings)
    said = [_described(picture)]
    if wanted.animate:
        part = _face(picture, kernel, settings) if wanted.image is None else picture
        whose = "" if part is picture else "its face, "
        # a face needs more pixels than there can be frames, so not every place gets one
        places = MAX_FRAMES if part is picture else 4 * MAX_FRAMES
        picture = small_picture(part, kernel, settings, places)
        _, formula = sizes(_size(picture.values), kernel.size, settings)
        height, width = _size(picture.values)
        said.append(f"{whose}scaled down for the animation: height {height}, width {width}")
    source = picture.values if kernel.keeps_brightness and not wanted.animate else picture.grey
    said.append(_told(kernel, picture, source))
    if wanted.kernel == "random":
        said.append(f'the same again: --weights "{kernel.text}"')
    said += [f"size = {FORMULA}", *(f"  {line}" for line in formula)]
    shown, verdict = _convolved(wanted, picture, source, kernel, settings, formula)
    # only now, so that a conv2d that cannot be used leaves nothing but the line that says so
    print("\n".join([*said, *verdict]))
    print(f"values: {range_text(shown.result)}")
    if wanted.animate:
        data = film(shown)
    else:
        with Progress("drawing"):
            data = _encoded(sheet(shown), out)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Trouble(f"{out} could not be written: {error.strerror or error}") from None
    print(f"wrote {out}")
    if not wanted.no_show and _display():
        _show(out)


def _convolved(
    wanted: argparse.Namespace,
    picture: Photo,
    source: Tensor,
    kernel: Kernel,
    settings: Settings,
    formula: list[str],
) -> tuple[Shown, list[str]]:
    said: list[str] = []

    def conv2d(x: Tensor, weight: Tensor) -> Tensor:
        if not wanted.mine:
            return by_torch(x, weight, settings)
        values, lines = by_student(x, weight, settings)
        said.extend(lines)
        return values

    try:
        result, sums = convolve(source, kernel, conv2d)
    except RuntimeError as error:  # what torch raises where Python has MemoryError
        if "memory" not in str(error):
            raise
        raise MemoryError from None
    by = "your conv2d" if wanted.mine else "torch's conv2d"
    return Shown(picture, source, kernel, settings, result, sums, formula, by), said


def _kernel(wanted: argparse.Namespace) -> Kernel:
    size = None if wanted.size is None else pair("--size", wanted.size, 1)
    if wanted.weights is not None:
        if wanted.kernel is not None:
            raise Trouble("--kernel and --weights are two ways to name a kernel; give only one")
        if size is not None:
            raise Trouble("--size does not go with --weights: the rows say how large the kernel is")
        return typed(wanted.weights)
    name = (wanted.kernel or "sobel").lower().replace("_", "-")
    if name not in NAMES:
        close = difflib.get_close_matches(name, NAMES, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(NAMES)}"
        raise Trouble(f"there is no kernel {wanted.kernel!r}; {hint}")
    return named(name, size)


def _photo(wanted: argparse.Namespace, out: Path) -> Photo:
    if wanted.image is None:
        if not CAT.is_file():
            return photo.drawn()
        path, name = CAT, "img/cat.png"
    else:
        path, name = Path(wanted.image).expanduser(), ""
    if path.is_file() and out.is_file() and path.samefile(out):
        raise Trouble(f"{out} is the picture itself and would be lost; name another file after -o")
    with Progress("reading"):
        return photo.read(path, name)


def _face(cat: Photo, kernel: Kernel, settings: Settings) -> Photo:
    """The cat's face; all of the picture where it is not the cat, or where the kernel is too large for the face."""
    face = cat.cropped(*photo.FACE)
    whole = tuple(part.stop - part.start for part in photo.FACE) == _size(face.values)
    fits = all(n <= m for n, m in zip(reach(kernel.size, settings.dilation), _size(face.values), strict=True))
    return face if CAT.is_file() and whole and fits else cat


def _target(wanted: argparse.Namespace) -> Path:
    """Where the picture goes; asked before the work is done, not after it."""
    out = Path(wanted.out or ("playground.gif" if wanted.animate else "playground.png")).expanduser()
    if out.is_dir():
        raise Trouble(f"{out} is a folder; write a file's name after -o, such as {out / 'playground.png'}")
    if not out.parent.is_dir():
        raise Trouble(f"there is no folder {out.parent}; make it first, or write elsewhere with -o")
    ending = out.suffix.lower()
    if wanted.animate and ending != ".gif":
        raise Trouble(f"--animate writes a GIF, so name a file that ends with .gif after -o, not {out.name}")
    if not wanted.animate and ending == ".gif":
        raise Trouble(
            f"{out.name} would not move; add --animate, or name a file that ends with .png after -o"
        )
    if Image.registered_extensions().get(ending) not in Image.SAVE:
        what = f"of the kind {ending}" if ending else "without an ending"
        raise Trouble(f"{out.name} cannot be written: no picture {what} can be; name a .png file after -o")
    return out


def _encoded(image: Image.Image, out: Path) -> bytes:
    file = io.BytesIO()
    try:
        image.save(file, Image.registered_extensions()[out.suffix.lower()])
    except (OSError, ValueError, KeyError) as error:
        raise Trouble(f"{out.name} cannot be written ({error}); name a .png file after -o") from None
    return file.getvalue()


def _size(values: Tensor) -> tuple[int, int]:
    return values.shape[-2], values.shape[-1]


def _described(picture: Photo) -> str:
    height, width = _size(picture.values)
    colours = "grey" if picture.values.shape[0] == 1 else "red, green and blue"
    return f"{picture.name}: height {height}, width {width}, {colours}"


def _told(kernel: Kernel, picture: Photo, source: Tensor) -> str:
    height, width = kernel.size
    text = f"kernel {kernel.name}: {height} x {width}"
    if len(kernel.weights) == 2:
        text += (
            ", one for the slope to the right (gx) and one for the slope downwards (gy); sqrt(gx^2 + gy^2)"
        )
    if picture.values.shape[0] == 3:
        each = "each colour on its own" if source.shape[0] == 3 else "on the picture made grey"
        text += f", {each}"
    return text


def _display() -> bool:
    """Whether somebody sits there who could look at a picture."""
    if not sys.stdout.isatty():
        return False
    windowed = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform in ("win32", "darwin") or bool(windowed)


def _show(path: Path) -> None:
    """Opens the picture; a machine without a viewer still has the file."""
    with contextlib.suppress(Exception):
        if path.suffix.lower() == ".gif":
            webbrowser.open(path.resolve().as_uri())  # an image viewer may show only the first frame
        else:
            with Image.open(path) as image:
                image.show()
