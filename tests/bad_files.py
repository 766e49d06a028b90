"""Uploads that are attacks by their form: what `tests/test_attacks.py` hands in beside those that are code.

Each function writes one upload into a folder and gives its path. They are made here since nobody wants a zip bomb
in a repository.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.attack_corpus import AMARA

FINE = (AMARA / "ex1_output_size.py").read_bytes()


@dataclass(frozen=True)
class BadUpload:
    """One upload; `says` stands in the report's problem or notes, `points` is what it still earns."""

    write: Callable[[Path], Path]
    says: str
    points: float = 0.0


def _zip(path: Path, entries: Mapping[str, bytes], kind: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ex1_output_size.py", FINE)
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (kind | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return path


def _folder(path: Path, files: Mapping[str, bytes]) -> Path:
    path.mkdir()
    (path / "ex1_output_size.py").write_bytes(FINE)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def _bomb(folder: Path) -> Path:
    return _zip(folder / "bomb.zip", {"ex3_conv2d.py": bytes(400_000_000)})


def _traversal(folder: Path) -> Path:
    return _zip(folder / "traversal.zip", {"../../../tmp/attack/ex3_conv2d.py": b"x"})


def _link_in_zip(folder: Path) -> Path:
    return _zip(folder / "link-in-zip.zip", {"ex3_conv2d.py": b"/etc/passwd"}, stat.S_IFLNK)


def _device_in_zip(folder: Path) -> Path:
    return _zip(folder / "device-in-zip.zip", {"ex3_conv2d.py": b""}, stat.S_IFCHR)


def _twice(folder: Path) -> Path:
    path = _zip(folder / "twice.zip", {"ex3_conv2d.py": b"raise SystemExit"})
    with zipfile.ZipFile(path, "a") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile says what is meant here
        file.writestr("ex3_conv2d.py", (AMARA / "ex3_conv2d.py").read_bytes())
    return path


def _colliding(folder: Path) -> Path:
    copy = (AMARA / "ex3_conv2d.py").read_bytes()
    return _zip(folder / "colliding.zip", {"EX3_CONV2D.PY": b"no Python", "ex3_conv2d.py": copy})


def _nested(folder: Path) -> Path:
    return _zip(folder / "nested.zip", {"exercises.zip": b"PK\3\4"})


def _not_utf8(folder: Path) -> Path:
    return _folder(folder / "not-utf8", {"ex3_conv2d.py": b"# \xff\xfe\xfa\ndef conv2d_valid(): pass\n"})


def _nul(folder: Path) -> Path:
    return _folder(folder / "nul", {"ex3_conv2d.py": b"x = 1\0\n"})


def _bom(folder: Path) -> Path:
    return _folder(
        folder / "bom", {"ex3_conv2d.py": b"\xef\xbb\xbf" + (AMARA / "ex3_conv2d.py").read_bytes()}
    )


def _large(folder: Path) -> Path:
    path = _folder(folder / "large", {})
    with (path / "ex3_conv2d.py").open("wb") as file:
        file.truncate(100_000_000)
    return path


def _empty(folder: Path) -> Path:
    return _folder(folder / "empty", {"ex3_conv2d.py": b""})


def _directory(folder: Path) -> Path:
    path = _folder(folder / "directory", {})
    (path / "ex3_conv2d.py").mkdir()
    return path


def _link(folder: Path) -> Path:
    path = _folder(folder / "link", {})
    (path / "ex3_conv2d.py").symlink_to("/etc/passwd")
    return path


def _pipe(folder: Path) -> Path:
    path = _folder(folder / "pipe", {})
    os.mkfifo(path / "ex3_conv2d.py")
    return path


def _malformed_notebook(folder: Path) -> Path:
    path = folder / "malformed.ipynb"
    path.write_bytes(b'{"cells": [' * 50_000)
    return path


def _notebook_with_results(folder: Path) -> Path:
    """The outputs of its cells say that everything is right."""
    passed = {
        "output_type": "execute_result",
        "data": {"text/plain": "100"},
        "metadata": {},
        "execution_count": 1,
    }
    metadata = {
        "nbgrader": {
            "grade": True,
            "points": 100,
            "grade_id": "ex1-points",
            "locked": False,
            "schema_version": 3,
        }
    }
    cell = {
        "cell_type": "code",
        "source": "100",
        "outputs": [passed],
        "metadata": metadata,
        "execution_count": 1,
    }
    path = folder / "notebook-with-results.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def _notebook_that_ends_everything(folder: Path) -> Path:
    cells = [
        "import os; os._exit(0)",
        "def output_size(*a): return 1",
        "%%bash\nrm -rf /",
        "!curl example.org",
    ]
    path = folder / "notebook-that-ends.ipynb"
    path.write_text(
        json.dumps(
            {"cells": [{"cell_type": "code", "source": c, "outputs": []} for c in cells], "nbformat": 4}
        )
    )
    return path


def _other_archive(folder: Path) -> Path:
    path = folder / "exercises.rar"
    path.write_bytes(b"Rar!\x1a\x07\x01\x00")
    return path


def _long_names(folder: Path) -> Path:
    path = _folder(folder / ("n" * 240), {})
    shutil.copy(AMARA / "ex3_conv2d.py", path)
    return path


def _hostile_name(folder: Path) -> Path:
    return _folder(folder / "=cmd|'calc'!A0;=1+1\x1b[2J<b>\n", {})


# What makes a parser stall, or take all memory. Each did so in the grader's own process, or in its reports.


def _notebook(path: Path, *cells: str) -> Path:
    document = {"cells": [{"cell_type": "code", "source": each} for each in (FINE.decode(), *cells)]}
    path.write_text(json.dumps(document | {"nbformat": 4}), encoding="utf-8")
    return path


def _beside_amaras(path: Path, code: str) -> Path:
    """Amara's third answer, and something below it."""
    return _folder(path, {"ex3_conv2d.py": (AMARA / "ex3_conv2d.py").read_bytes() + code.encode()})


def _f_strings(folder: Path) -> Path:
    """For each expression Python 3.11 goes through the whole of an f-string: 13 s."""
    return _notebook(folder / "f-strings.ipynb", *['x = f"' + "{a:{b}}" * 14_000 + '"'] * 10)


def _dotted(folder: Path) -> Path:
    """For each dot Python 3.11 keeps all that stands before it: 2.6 GB and 17 s."""
    return _notebook(folder / "dotted.ipynb", *["import " + "a." * 49_000 + "a"] * 10)


def _hex_number(folder: Path) -> Path:
    """Python reads it, and refuses to write it down: a traceback once the class was graded, in every run."""
    return _beside_amaras(folder / "hex-number", f"\nBIG = 0x{'f' * 5000}\n")


def _helpers(folder: Path) -> Path:
    """The grader held all of it several times over: 980 MB, and 25 s to look for answers."""
    files = {f"helper{number:02}.py": b"# a b\n" * 174_000 for number in range(47)}
    return _folder(folder / "helpers", files)


def _mentions(folder: Path) -> Path:
    """Each of 44 MiB may answer any exercise, and was looked through for each: 35 s."""
    names = b"# effective_kernel_size output_size pad2d same_padding conv2d_valid conv2d_strided conv2d\n"
    files = {f"v{number:02}.py": names + b"# a b\n" * 170_000 + b"#" * number for number in range(44)}
    return _folder(folder / "mentions", files)


def _stars(folder: Path) -> Path:
    """Each of 5,000 modules was looked for among 1,900 files: 25 s, and minutes for ten times as many."""
    stars = "".join(f"from m{number} import *;" for number in range(5_000))
    path = _beside_amaras(folder / "stars", f"\n{stars}\n")
    for number in range(1_900):
        (path / f"h{number}.py").write_bytes(b"x = 1\n")
    return path


def _many_cells(folder: Path) -> Path:
    """Read within 8 s, compared within 6 s, then sent to the worker cell by cell."""
    path = folder / "many-cells.ipynb"
    path.write_text('{"cells":[' + ",".join(['{"cell_type":"code","source":""}'] * 580_000) + "]}")
    return path


def _many_notes(folder: Path) -> Path:
    """A line of the report for each of them."""
    return _notebook(folder / "many-notes.ipynb", *["%%bash"] * 9_000)


def _many_lists(folder: Path) -> Path:
    """Twenty megabytes of JSON that are half a gigabyte of lists."""
    path = folder / "many-lists.ipynb"
    path.write_text('{"cells":[' + ",".join(["[]"] * 6_600_000) + "]}")
    return path


def _signs(folder: Path) -> Path:
    """Deeper than Python's parser goes; the text was and is no Python."""
    return _beside_amaras(folder / "signs", "\nx = " + "-" * 90_000 + "1\n")


def _ligatures(folder: Path) -> Path:
    """Names that are ten times longer once they are normalised."""
    names = "\n".join("\ufdfa" * 3_000 + f"{number} = 1" for number in range(20))
    return _beside_amaras(folder / "ligatures", f"\n{names}\n")


def _decorators(folder: Path) -> Path:
    return _beside_amaras(
        folder / "decorators", "\ndef a(f): return f\n" + "@a\n" * 30_000 + "def f(): pass\n"
    )


def _patterns(folder: Path) -> Path:
    nested = f"\nmatch 1:\n case {'[' * 190}a{']' * 190}: pass\n"
    return _beside_amaras(folder / "patterns", nested * 100)


UPLOADS: dict[str, BadUpload] = {
    "bomb": BadUpload(_bomb, "ex3_conv2d.py is larger than 1 MiB", 10),
    "traversal": BadUpload(_traversal, "points outside the zip"),
    "link in a zip": BadUpload(_link_in_zip, "is a link or a device", 10),
    "device in a zip": BadUpload(_device_in_zip, "is a link or a device", 10),
    "twice in a zip": BadUpload(_twice, "is in the zip twice", 30),
    "names that collide": BadUpload(_colliding, "EX3_CONV2D.PY in the top of the hand-in not read", 30),
    "zip in a zip": BadUpload(_nested, "exercises.zip: not a readable zip", 10),
    "not UTF-8": BadUpload(_not_utf8, "is not UTF-8 text", 10),
    "NUL bytes": BadUpload(_nul, "is not a text file", 10),
    "byte order mark": BadUpload(_bom, "ex2_padding.py is missing", 30),
    "100 MB of source": BadUpload(_large, "larger than", 10),
    "empty file": BadUpload(_empty, "ex2_padding.py is missing", 10),
    "directory named as a file": BadUpload(_directory, "ex3_conv2d.py is missing", 10),
    "link": BadUpload(_link, "is a link", 10),
    "pipe": BadUpload(_pipe, "ex3_conv2d.py", 10),
    "malformed notebook": BadUpload(_malformed_notebook, "not a readable notebook"),
    "notebook with results": BadUpload(_notebook_with_results, ""),
    # the function after the line that ends everything counts, and is right about one of three sizes
    "notebook that ends everything": BadUpload(_notebook_that_ends_everything, "%%bash and is not run", 0.67),
    "another archive": BadUpload(_other_archive, "is no hand-in"),
    "long name": BadUpload(_long_names, "ex2_padding.py is missing", 30),
    "hostile name": BadUpload(_hostile_name, "ex2_padding.py is missing", 10),
    "f-strings": BadUpload(_f_strings, ""),
    "dotted import": BadUpload(_dotted, ""),
    "number in hex": BadUpload(_hex_number, "ex2_padding.py is missing", 30),
    "47 MiB of helpers": BadUpload(_helpers, "and 39 more cannot be imported: there is more than 4 MiB", 10),
    "44 MiB of versions": BadUpload(_mentions, "there is more than 4 MiB of source", 10),
    "5,000 star imports": BadUpload(_stars, "ex2_padding.py is missing", 30),
    "580,000 cells": BadUpload(_many_cells, "more than 10,000 code cells"),
    "9,000 notes": BadUpload(_many_notes, "more remarks like these are left out", 10),
    "lists without end": BadUpload(_many_lists, "the notebook has no code cell"),
    "chain of signs": BadUpload(_signs, "ex2_padding.py is missing", 10),
    "ligatures": BadUpload(_ligatures, "ex2_padding.py is missing", 30),
    "decorators": BadUpload(_decorators, "ex2_padding.py is missing", 30),
    "nested patterns": BadUpload(_patterns, "ex2_padding.py is missing", 30),
}
