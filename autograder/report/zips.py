"""Entries of zips: the same content makes the same bytes, wherever and whenever, without times, owners or umask."""

from __future__ import annotations

import zipfile

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier time
_UNIX = 3


def add_entry(archive: zipfile.ZipFile, name: str, content: bytes, executable: bool = False) -> None:
    """Writes one file into a zip that is open for writing."""
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.create_system = _UNIX
    entry.external_attr = (0o100755 if executable else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)
