"""Any picture that Pillow reads, as a tensor of numbers from 0 (black) to 1 (white)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from exercises.playground import Trouble

MAX_PIXELS = 100_000_000
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as in exercise 6
# Rows and columns of the cat's eyes and nose: in as few pixels as an animation has, the whole picture is a blur.
FACE = (slice(40, 225), slice(85, 305))


@dataclass(frozen=True)
class Photo:
    """A picture: `values` has the shape (1, H, W) if it is grey and (3, H, W) if it has colours."""

    name: str
    values: Tensor

    @property
    def grey(self) -> Tensor:
        """The brightness, shape (1, H, W)."""
        if self.values.shape[0] == 1:
            return self.values
        red, green, blue = self.values
        grey: Tensor = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
        return grey[None]

    def cropped(self, rows: slice, columns: slice) -> Photo:
        """The part in these rows and columns."""
        return Photo(self.name, self.values[:, rows, columns])

    def shrunk(self, longest: int) -> Photo:
        """A copy with no side longer than this; each new pixel is the mean of those it covers."""
        height, width = self.values.shape[-2:]
        if max(height, width) <= longest:
            return self
        share = longest / max(height, width)
        size = (max(1, round(height * share)), max(1, round(width * share)))
        small = torch.nn.functional.adaptive_avg_pool2d(self.values, size)
        return Photo(self.name, small)


def read(path: Path, name: str = "") -> Photo:
    """Reads an image file; `name` is what it is called from here on, the path if empty.

    Raises:
        Trouble: if there is none, or if it is no image, damaged or too large.
    """
    if path.is_dir():
        raise Trouble(f"{path} is a folder; name an image file")
    if not path.is_file():
        raise Trouble(f"there is no file {path}")
    # Pillow's own guard against huge pictures speaks in warnings and tracebacks; the size is checked here
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an odd file that can be read all the same
            return Photo(name or str(path), _read(path))
    except UnidentifiedImageError:
        raise Trouble(f"{path} is not an image that Pillow can read") from None
    except PermissionError:
        raise Trouble(f"{path} may not be read: its permissions forbid it") from None
    except (Trouble, MemoryError):
        raise
    except Exception as error:  # each format has its own way to fail
        why = " ".join(str(error).split()) or type(error).__name__
        raise Trouble(f"{path} is damaged or cut off ({why})") from None
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _read(path: Path) -> Tensor:
    with Image.open(path) as image:
        # from the header: nothing is decoded yet
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise Trouble(
                f"{path} has {width} x {height} = {width * height / 1e6:.0f} megapixels; "
                f"{MAX_PIXELS // 10**6} are the most, so take a smaller one"
            )
        image.load()
        return tensor(ImageOps.exif_transpose(image))


def tensor(image: Image.Image) -> Tensor:
    """The picture's values, 0 to 1; what is transparent becomes white."""
    if image.mode.startswith("I") or image.mode == "F":
        return torch.from_numpy(_scaled(image).astype(np.float32))[None]
    few = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    image = image.convert("L" if few else "RGB")
    values = torch.from_numpy(np.array(image, dtype=np.float32)).div_(255)
    return values[None] if few else values.permute(2, 0, 1).contiguous()


def _scaled(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Pictures with more than 8 bits: 16 bits have a fixed white, all others are stretched to fit."""
    values = np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I") and low >= 0 and high <= 65535:
        return values / 65535
    if image.mode == "F" and low >= 0 and high <= 1:
        return values
    return (values - low) / (high - low or 1)


def drawn() -> Photo:
    """Something with slanted edges, curves, fine stripes, soft slopes and plain areas."""
    height, width = 300, 420
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    sky = torch.stack((0.55 + 0.35 * y / height, 0.70 + 0.22 * y / height, torch.full_like(y, 0.95)))

    def paint(where: Tensor, *colour: float) -> None:
        # a soft rim, one pixel wide, so that slanted lines have no stairs
        cover = where.clamp(0, 1)
        sky.copy_(sky * (1 - cover) + torch.tensor(colour).reshape(3, 1, 1) * cover)

    paint(48 - (y - 75).hypot(x - 335), 0.99, 0.85, 0.30)  # a sun
    for ring in (62, 74):
        paint(2.5 - ((y - 75).hypot(x - 335) - ring).abs(), 0.99, 0.85, 0.30)
    paint((y - 150) - (x - 115).abs() * 0.8 + 60, 0.45, 0.48, 0.58)  # two mountains
    paint((y - 190) - (x - 285).abs() * 0.55 + 40, 0.33, 0.38, 0.47)
    paint(y - 225 - 6 * torch.sin(x / 28), 0.36, 0.60, 0.32)  # a meadow
    house = torch.minimum(26 - (y - 222).abs(), 40 - (x - 210).abs())
    paint(house, 0.93, 0.89, 0.80)
    paint(torch.minimum(196 - y, (y - 164) - (x - 210).abs() * 0.66), 0.70, 0.22, 0.18)
    paint(torch.minimum(17 - (y - 231).abs(), 7 - (x - 210).abs()), 0.35, 0.22, 0.15)
    for left in (184, 236):
        paint(torch.minimum(8 - (y - 217).abs(), 8 - (x - left).abs()), 0.25, 0.35, 0.50)
    for post in range(12, 150, 10):  # a fence
        paint(torch.minimum(17 - (y - 250).abs(), 2.5 - (x - post).abs()), 0.98, 0.97, 0.94)
    paint(torch.minimum(2 - (y - 246).abs(), 146 - x), 0.98, 0.97, 0.94)
    checks = ((x / 9).long() + (y / 9).long()) % 2  # a blanket
    paint(torch.minimum(27 - (y - 261).abs(), 54 - (x - 350).abs()), 0.96, 0.95, 0.92)
    paint(torch.minimum(27 - (y - 261).abs(), 54 - (x - 350).abs()) * checks, 0.75, 0.15, 0.25)
    return Photo("a test picture", sky.clamp(0, 1).float())
