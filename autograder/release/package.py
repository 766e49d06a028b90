"""A zip to be: names and bytes. The same files give the same zip, wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.release.edition import Edition, as_bytes

MANIFEST = "MANIFEST.json"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier time
_UNIX = 3


@dataclass(frozen=True)
class Package:
    """What goes into one zip.

    `hidden` says that hidden suites may be in it: such a zip goes to instructors and platforms alone.
    `markers` names the files that may hold markers, for platforms that need theirs.
    """

    name: str
    audience: str
    files: Mapping[str, bytes]
    executables: frozenset[str] = frozenset()
    hidden: bool = False
    markers: frozenset[str] = field(default=frozenset())


def with_manifest(package: Package, edition: Edition) -> dict[str, bytes]:
    """The package's files and `MANIFEST.json`, which lists each with its hash."""
    manifest = {
        "package": package.name,
        "version": edition.provenance["version"],
        "commit": edition.provenance["commit"],
        "suites": edition.provenance["suites"],
        "files": {name: hashlib.sha256(package.files[name]).hexdigest() for name in sorted(package.files)},
    }
    return {**package.files, MANIFEST: as_bytes(manifest)}


def zipped(files: Mapping[str, bytes], executables: frozenset[str] = frozenset()) -> bytes:
    """A zip of the files: sorted, without times, owners or umask."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system = _UNIX
            entry.external_attr = (0o100755 if name in executables else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return memory.getvalue()
