"""Looks through the bytes of a built zip for what must not leave with it.

The zip is opened as anybody would open it, zips inside it too; base64 in notebooks is decoded. Each finding
is one line that names the zip, the file and what is wrong.
"""

from __future__ import annotations

import ast
import base64
import binascii
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from autograder.paths import ROOT, SUITES
from autograder.release.edition import Edition, below
from autograder.release.package import MANIFEST, Package
from autograder.release.source import MARKER
from autograder.release.stubs import stub_text
from exercises.paths import CHECKS, COURSE, FEEDBACK

# characters of a line, without blanks, that say where it is from; suites and public checks have idioms in common
MIN_LINE_CHARS, MIN_HIDDEN_CHARS = 24, 32
MAX_ZIP_BYTES = 5_000_000  # bytes of student.zip
_HIDDEN_MARKER = re.compile(rb"#+\s*(BEGIN|END)\s+HIDDEN", re.IGNORECASE)
_LEFTOVERS = (
    ".git", ".svn", ".hg", ".idea", ".vscode", ".ipynb_checkpoints", "__MACOSX", "__pycache__", ".DS_Store",
    "Thumbs.db", ".pytest_cache", ".mypy_cache", ".ruff_cache",
)  # fmt: skip
_LEFTOVER_ENDINGS = (".pyc", ".pyo", ".swp", ".swo", "~", ".orig", ".rej", ".bak", ".tmp", ".db")
_WANTED_DOTS = frozenset({".github"})
_BLOB = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")


@dataclass(frozen=True)
class _Told:
    """One thing that is wrong with a file; `by_marker` where a platform may need it so."""

    what: str
    by_marker: bool = False


class Audit:
    """Knows what is secret in an edition: lines of solutions, lines of hidden suites, where it was built."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._told: dict[bytes, Sequence[_Told]] = {}  # by the hash of a file
        self._hidden: dict[bytes, Sequence[str]] = {}  # the same

    def findings(self, package: Package, content: bytes) -> list[str]:
        """What is wrong with a built zip; empty where all is well."""
        try:
            entries = list(_entries(content))
        except (zipfile.BadZipFile, RuntimeError) as error:
            return [f"{package.name}: not a readable zip ({error})"]
        found = [*_unlisted(entries), *_strange_entries(content)]
        for name, data in entries:
            found += self._of_file(package, name, data)
        if package.name == "student.zip" and len(content) > MAX_ZIP_BYTES:
            found.append(f"is {len(content) / 1e6:.1f} MB; at most {MAX_ZIP_BYTES / 1e6:g} MB are allowed")
        return [f"{package.name}: {line}" for line in dict.fromkeys(found)]

    def _of_file(self, package: Package, name: str, data: bytes) -> Iterator[str]:
        parts = PurePosixPath(name.replace("!", "/")).parts
        for part in parts:
            if part in _LEFTOVERS or part.endswith(_LEFTOVER_ENDINGS):
                yield f"{name} was left behind by an editor, a system or version control"
            elif part.startswith(".") and part not in _WANTED_DOTS:
                yield f"{name} is a hidden file"
        for told in self._of_content(data):
            if not (told.by_marker and name in package.markers):
                yield f"{name} {told.what}"
        if not package.hidden:
            yield from (f"{name} {what}" for what in self._hidden_in(data))

    def _of_content(self, data: bytes) -> Sequence[_Told]:
        """What is wrong with a file wherever it lies. Most files are in several zips, and looked through once."""
        key = hashlib.sha256(data).digest()
        if key not in self._told:
            self._told[key] = [told for text in (data, *_decoded(data)) for told in self._of_text(text)]
        return self._told[key]

    def _of_text(self, data: bytes) -> Iterator[_Told]:
        if MARKER.search(data.decode("utf-8", "replace")):
            yield _Told("holds a solution marker", by_marker=True)
        if _HIDDEN_MARKER.search(data):
            yield _Told("holds a marker of hidden tests", by_marker=True)
        for path in self._building_machine:
            if path in data:
                yield _Told(f"names a folder of the building machine, {path.decode()}")
        text = _without_blanks(data)  # a comment sign or quotes in front hide nothing
        solution = next((line for line in self._solution_lines if line in text), None)
        if solution is not None:
            yield _Told(f"holds a line of {self._solution_lines[solution]}: {solution[:60]!r}")

    def _hidden_in(self, data: bytes) -> Sequence[str]:
        """What a file holds of the hidden suites."""
        key = hashlib.sha256(data).digest()
        if key not in self._hidden:
            found = []
            for text in map(_without_blanks, (data, *_decoded(data))):
                secret = next((line for line in self._hidden_lines if line in text), None)
                if secret is not None:
                    whose = self._hidden_lines[secret]
                    found.append(f"holds a line of the hidden suite {whose}: {secret[:60]!r}")
            self._hidden[key] = found
        return self._hidden[key]

    @cached_property
    def _building_machine(self) -> list[bytes]:
        folders = {str(self._edition.root), str(Path.home())}
        # "/" and "/root" are on every machine and say nothing of this one
        return [f.encode() for f in folders if len(Path(f).parts) > 2]

    @cached_property
    def _solution_lines(self) -> Mapping[str, str]:
        """Lines inside solution regions that no stub and no hint holds, and whose they are."""
        public = "".join(_without_blanks(stub_text(source).encode()) for source in self._edition.sources)
        hints = [hint for e in self._edition.catalogue for texts in e.hints.values() for hint in texts]
        public += "".join("".join(hint.split()) for hint in hints)
        found: dict[str, str] = {}
        for source in self._edition.sources:
            lines = source.text.split("\n")
            for region in source.regions:
                body = "\n".join(lines[region.begin : region.end - 1]).encode()
                secret = [line for line in _lines(body) if line not in public]
                found |= dict.fromkeys(secret, f"the solution {source.module}")
        return found

    @cached_property
    def _hidden_lines(self) -> Mapping[str, str]:
        """Lines of the hidden suites that are no public check's, and their file."""
        files, is_public = self._edition.exercise_files(), below(CHECKS, FEEDBACK, COURSE)
        public = "".join(_without_blanks(c) for name, c in files.items() if is_public(name))
        found: dict[str, str] = {}
        for name, content in self._edition.grader_files().items():
            if name.startswith(f"{SUITES.relative_to(ROOT).as_posix()}/ex"):
                told = _docstring_lines(content)
                long = (line for line in _lines(content) - told if len(line) >= MIN_HIDDEN_CHARS)
                found |= dict.fromkeys((n for n in long if n not in public), PurePosixPath(name).name)
        return found


def _lines(data: bytes) -> set[str]:
    """The lines that are long enough to say where they are from, without blanks."""
    plain = ("".join(line.split()) for line in data.decode("utf-8", "replace").split("\n"))
    return {line for line in plain if len(line) >= MIN_LINE_CHARS}


def _without_blanks(data: bytes) -> str:
    """All text without blanks, line ends and JSON's quoting."""
    text = data.decode("utf-8", "replace")
    if text.lstrip().startswith("{"):
        text = "\n".join(_strings(text))
    return "".join(text.split())


def _strings(text: str) -> Iterator[str]:
    """All texts in a JSON document; the document itself where it is none."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        yield text
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value


def _docstring_lines(content: bytes) -> set[str]:
    """What students read of a rubric line is its docstring."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, ast.FunctionDef | ast.Module):
            found |= _lines((ast.get_docstring(node, clean=False) or "").encode())
            found |= {f'"""{line}"""' for line in found}
    return found


def _decoded(data: bytes) -> Iterator[bytes]:
    """What base64 in a file stands for, such as attachments of a notebook."""
    for match in _BLOB.finditer(data):
        try:
            yield base64.b64decode(match[0], validate=True)
        except (binascii.Error, ValueError):
            continue


def _entries(content: bytes, inside: str = "") -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file; those of a zip in the zip come after it as `outer.zip!inner`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            data = archive.read(entry)
            yield inside + entry.filename, data
            if data[:4] == b"PK\x03\x04":
                yield from _entries(data, f"{inside}{entry.filename}!")


def _strange_entries(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in names:
            if name.startswith("/") or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name:
                yield f"{name} would be unpacked outside of its folder"
            if names.count(name) > 1:
                yield f"{name} is in it twice"


def _unlisted(entries: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Files that the zip's own manifest does not list, or lists otherwise."""
    held = {name: data for name, data in entries if "!" not in name}
    if MANIFEST not in held:
        yield f"{MANIFEST} is missing"
        return
    listed: dict[str, str] = json.loads(held.pop(MANIFEST))["files"]
    for name in sorted(set(held) | set(listed)):
        if name not in held:
            yield f"{name} is listed in {MANIFEST} and missing"
        elif name not in listed:
            yield f"{name} is not listed in {MANIFEST}"
        elif hashlib.sha256(held[name]).hexdigest() != listed[name]:
            yield f"{name} is not what {MANIFEST} says"
