"""Draw the pictures of the tutorial.

    python img/draw.py                      all of them
    python img/draw.py dilation sobel       these
    python img/draw.py --check              change nothing; say which files are not what would be drawn
    python img/draw.py --photo chelsea.png  also cat.png anew, from scikit-image's photograph

The sweeps of a kernel are in table.py. Other pictures are in modules of their own, each with its `PICTURES`. How
all of them look is in paint.py.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    # Run as a script, Python looks for modules beside it and not beside its folder.
    sys.path.insert(0, str(HERE.parent))

from img.paint import as_png, gif, sobel  # noqa: E402
from img.table import ANIMATIONS, GX, GY  # noqa: E402

CAT_WIDTH = 360
# An edge this strong is drawn white. The strongest there can be is 4.5; few in the photograph reach 1.
WHITE_EDGE = 1.0


def cat(photo: Path) -> bytes:
    """Scale the photograph down."""
    with Image.open(photo) as image:
        height = round(image.height * CAT_WIDTH / image.width)
        small = image.convert("RGB").resize((CAT_WIDTH, height), Image.Resampling.LANCZOS)
    return as_png(small)


def edges(image: Image.Image) -> np.ndarray:
    """Return the strength of the edges, for brightness from 0 to 1: the formula of exercise 6.

    It counts in thousandths of a grey level, so that nothing is rounded before the root and every machine gives
    the same picture.
    """
    red, green, blue = np.moveaxis(np.asarray(image.convert("RGB"), dtype=np.int64), 2, 0)
    grey = np.pad(299 * red + 587 * green + 114 * blue, 1)
    height, width = grey.shape[0] - 2, grey.shape[1] - 2
    squares = np.zeros((height, width), dtype=np.int64)
    for kernel in (GX, GY):
        slope = np.zeros((height, width), dtype=np.int64)
        for y, row in enumerate(kernel):
            for x, weight in enumerate(row):
                slope += weight * grey[y : y + height, x : x + width]
        squares += slope**2
    return np.sqrt(squares) / 255_000


def cat_edge(folder: Path = HERE) -> bytes:
    """Convolve cat.png with the Sobel kernels."""
    with Image.open(folder / "cat.png") as image:
        strength = edges(image)
    grey = np.rint(np.clip(strength / WHITE_EDGE, 0, 1) * 255).astype(np.uint8)
    return as_png(Image.fromarray(grey))


def _of_modules() -> dict[str, Callable[[], bytes]]:
    """The pictures of every module beside this one that has any: a new one is named nowhere else."""
    found: dict[str, Callable[[], bytes]] = {}
    for path in sorted(HERE.glob("*.py")):
        if path != Path(__file__).resolve():
            found |= getattr(importlib.import_module(f"img.{path.stem}"), "PICTURES", {})
    return found


PICTURES: dict[str, Callable[[], bytes]] = {
    **{f"{name}.gif": partial(gif, name, animation) for name, animation in ANIMATIONS.items()},
    "sobel.png": partial(sobel, GX, GY),
    "cat_edge.png": cat_edge,
    **_of_modules(),
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the pictures of the tutorial.")
    known = [Path(name).stem for name in PICTURES]
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to draw (default: all): {', '.join(known)}"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, compare byte by byte; 1 if any differs"
    )
    parser.add_argument("--photo", type=Path, metavar="FILE", help="draw cat.png anew from this photograph")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(known)):
        parser.error(f"no picture is called {', '.join(unknown)}; there are {', '.join(known)}")
    todo: dict[str, Callable[[], bytes]] = {}
    if options.photo:
        if not options.photo.is_file():
            parser.error(f"there is no file {options.photo}")
        todo["cat.png"] = partial(cat, options.photo)
    todo |= {
        name: make for name, make in PICTURES.items() if not options.names or Path(name).stem in options.names
    }
    differ = 0
    for name, make in todo.items():
        path, drawn = HERE / name, make()
        same = path.is_file() and path.read_bytes() == drawn
        if options.check:
            differ += not same
            print(f"{name}: {'as drawn' if same else 'differs' if path.is_file() else 'missing'}")
        else:
            path.write_bytes(drawn)
            print(f"{name}: {len(drawn) / 1000:.0f} kB{'' if same else ', changed'}")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
