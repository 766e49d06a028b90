"""Zips: what the reader makes of any bytes is a list of safe names and bounded bytes, or a SubmissionError."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from autograder.submissions import archive
from autograder.submissions.archive import MAX_DEPTH, MAX_FILES, SubmissionError, ZipTree
from tests.fuzz.choices import Choices
from tests.fuzz.engine import MEMORY, Target, havoc, holds

_FOLDER = TemporaryDirectory(prefix="fuzz-zips-", dir=MEMORY)
_PATH = Path(_FOLDER.name) / "hand-in.zip"
_LIMIT = 20_000
_SIGNATURES = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08")
_NAMES = (
    "ex3_conv2d.py", "exercises/ex1_output_size.py", "a/b/c.py", "__MACOSX/._x", ".hidden", "../up.py", "/abs.py",
    "C:\\x.py", "a\\b.py", "", "/", "./x", "x/", "a//b", "ä.py", "\0.py", "n" * 300, "d/" * 50 + "x", "CON", "x\ny",
)  # fmt: skip


def run(data: bytes) -> None:
    """One zip; a first byte of 255 says that the rest are choices to make one of."""
    if data[:1] == b"\xff":
        data = made(Choices(data[1:]))
    _PATH.write_bytes(data)
    try:
        with ZipTree(_PATH) as tree:
            look_at(tree)
    except SubmissionError as error:
        check_line(str(error), "an error")


def look_at(tree: archive.Tree) -> None:
    """What every tree must keep, with all of it read."""
    holds(len(tree.files) <= MAX_FILES, "no more files than allowed", len(tree.files))
    for path in tree.files:
        holds(path.parts and ".." not in path.parts and not path.is_absolute(), "no path leads outside", path)
        holds(len(path.parts) <= MAX_DEPTH, "no path is too deep", path)
        holds(not archive.is_skipped(path), "skipped files are not there", path)
    for note in tree.notes:
        check_line(note, "a note")
    for path in list(tree.files)[:20]:
        content = tree.read(path, _LIMIT)
        holds(content is None or len(content) <= _LIMIT, "no more is read than asked for", path)


def check_line(text: str, what: str) -> None:
    """A line for the terminal and the report."""
    holds(text.isprintable() and text, f"{what} is one printable line", text)
    holds(len(text) < 2000, f"{what} is short", len(text))


def made(choices: Choices) -> bytes:
    """A zip with what students and others put into one."""
    memory = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(memory, "w") as file:
        warnings.simplefilter("ignore")  # a name twice is what is meant
        for _ in range(choices.below(6)):
            name = choices.pick(_NAMES)
            # zipfile cuts names at a NUL unless they are put in afterwards
            info = zipfile.ZipInfo(name.replace("\0", "") or "x")
            info.filename = name.replace("\0", "_") or "x/"
            kind = choices.pick((0, stat.S_IFREG, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR))
            info.external_attr = (kind | 0o644) << 16
            info.compress_type = choices.pick((0, 8, 12, 14))
            info.extra = choices.bytes(choices.below(9)) if choices.flag(4) else b""
            info.comment = choices.bytes(choices.below(9))
            try:
                file.writestr(info, b"0" * 100_000 if choices.flag(8) else choices.bytes(choices.below(60)))
            except (ValueError, RuntimeError, zipfile.LargeZipFile, IndexError):
                continue
        file.comment = choices.bytes(choices.below(9))
    return memory.getvalue()


def seeds() -> Sequence[bytes]:
    """Small honest and dishonest zips."""
    random = Random(0)
    return [made(Choices(random.randbytes(80))) for _ in range(30)] + [
        b"\xff" + random.randbytes(80) for _ in range(10)
    ]


def mutate(data: bytes, random: Random) -> bytes:
    """Changes fields of the records by their place, and leaves the rest."""
    if data[:1] == b"\xff":
        return b"\xff" + havoc(data[1:], random)
    varied = bytearray(data)
    for _ in range(1 << random.randrange(3)):
        found = [at for s in _SIGNATURES for at in _all(bytes(varied), s)]
        if not found:
            break
        at = random.choice(found) + random.randrange(4, 50)
        size = random.choice((1, 2, 4, 8))
        number = random.choice((0, 1, 0xFF, 0xFFFF, 0xFFFFFFFF, len(data), random.getrandbits(8 * size)))
        varied[at : at + size] = (number & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return bytes(varied[:4096])


def _all(data: bytes, part: bytes) -> list[int]:
    found, at = [], data.find(part)
    while at >= 0:
        found.append(at)
        at = data.find(part, at + 1)
    return found


TARGET = Target("zips", "zips of strangers", (archive, zipfile), run, seeds, mutate)
