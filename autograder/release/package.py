"""A zip to be: names and bytes. The same files give the same zip, wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.release.edition import Edition, as_bytes
from autograder.report.zips import add_entry

MANIFEST = "MANIFEST.json"


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
            add_entry(archive, name, files[name], name in executables)
    return memory.getvalue()
