"""Proofs of earlier releases: what was proved needs no second proof while all that the first rests on is the same.

A proof rests on what a reader gets out of the zip, on the known hand-ins, on the points that this checkout gives
them (its code, its hidden suites, the seed), and on what runs them: Python, every installed package, the system.
All of that is in the name of the proof's file, and stands in it. Only what a zip says of its commit is left out,
since any commit would ask for all proofs again.

Failures are not kept. A file that cannot be read, is not as it was written, or is another user's counts for nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import site
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import platformdirs
import torch

from autograder.classes.versions import code_digest
from autograder.grading.grade import suites_digest
from autograder.release.edition import Edition
from autograder.release.known import KnownSubmission
from autograder.release.notebook import as_file, as_notebook, cells
from autograder.release.package import MANIFEST
from autograder.report.files import write_json

MAX_KEPT = 200  # files; the oldest go first
_PROVENANCE = (MANIFEST, "release.json")  # what names the commit


def usual_folder(edition: Edition) -> Path:
    """Where this user's proofs lie: below the system's folder for what can be made again."""
    return platformdirs.user_cache_path(edition.project, appauthor=False) / "proofs"


class Proofs:
    """The proofs in a folder that hold for an edition and its known hand-ins.

    Args:
        folder: where they lie; None keeps nothing and knows none.
        anew: takes none from before.
    """

    def __init__(
        self,
        folder: Path | None,
        edition: Edition,
        submissions: Sequence[KnownSubmission],
        anew: bool = False,
    ) -> None:
        self._folder = folder
        self._commit = edition.commit
        self._anew = anew
        self._rests_on = rests_on(edition, submissions) if folder else {}

    def holds(self, zip_name: str, content: bytes) -> bool:
        """Whether this very zip was proved before, on the same grounds."""
        if self._folder is None or self._anew:
            return False
        path, proof = self._file(self._folder, zip_name, content)
        try:
            ours = not hasattr(os, "geteuid") or path.stat().st_uid == os.geteuid()
            return bool(ours and json.loads(path.read_text(encoding="utf-8")) == proof)
        except (OSError, ValueError, RecursionError):
            return False

    def keep(self, zip_name: str, content: bytes) -> None:
        """Keeps a proof that succeeded.

        Raises:
            OSError: if the folder cannot be written to.
        """
        if self._folder is None:
            return
        path, proof = self._file(self._folder, zip_name, content)
        write_json(path, proof)
        _forget_oldest(self._folder)

    def _file(self, folder: Path, zip_name: str, content: bytes) -> tuple[Path, Mapping[str, str]]:
        proof = {"zip": zip_name, "content": content_digest(content, self._commit), **self._rests_on}
        key = hashlib.sha256(json.dumps(proof, sort_keys=True).encode()).hexdigest()
        return folder / f"{PurePosixPath(zip_name).stem}-{key}.json", proof


def rests_on(edition: Edition, submissions: Sequence[KnownSubmission]) -> dict[str, str]:
    """What all proofs of a release rest on, by what it is called; texts, so that they read back as they were."""
    hand_ins = [[each.name, sorted(each.modules.items())] for each in submissions]
    return {
        "seed": str(edition.seed),
        "hidden suites": suites_digest(edition.course),
        "grader's code": code_digest(),
        "hand-ins": _digest(json.dumps(hand_ins).encode()),
        # hand-ins are also filled into this one
        "notebook": _digest(as_file(as_notebook(cells(edition)))),
        "Python": f"{sys.version} {sys.executable}",
        "packages": _digest("\n".join(_installed()).encode()),
        "system": f"{platform.platform()}, GPU: {torch.cuda.is_available()}, root: {_is_root()}",
    }


def content_digest(content: bytes, commit: str) -> str:
    """A hash over all that a reader gets out of a zip (names, rights, bytes, zips inside it too), but for its commit.

    Args:
        content: the zip.
        commit: what its manifests say of where it was made.
    """
    try:
        return _digest_of_zip(content, b'"commit": ' + json.dumps(commit).encode())
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        return _digest(content)


def _digest_of_zip(content: bytes, commit: bytes) -> str:
    digest = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    plain = [_without_commit(entry.filename, data, commit) for entry, data in entries]
    changed = {_digest(a[1]): _digest(b) for a, b in zip(entries, plain, strict=True) if a[1] != b}
    for (entry, _), data in zip(entries, plain, strict=True):
        if entry.filename == MANIFEST:  # it has the hashes of the others
            for before, after in changed.items():
                data = data.replace(before.encode(), after.encode())
        about = f"{entry.filename}\0{entry.external_attr}\0{entry.create_system}\0{len(data)}\0"
        digest.update(about.encode() + data)
    return digest.hexdigest()


def _without_commit(name: str, data: bytes, commit: bytes) -> bytes:
    if data[:4] == b"PK\x03\x04":
        return _digest_of_zip(data, commit).encode()
    is_provenance = PurePosixPath(name).name in _PROVENANCE
    return data.replace(commit, b'"commit": ""') if is_provenance else data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _installed() -> list[str]:
    """Every package that is installed for this Python, with its version, as the name of a folder.

    `sys.path` would tell another thing each time: what has been imported adds to it, as setuptools does.
    """
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    places = [Path(place) for place in [*site.getsitepackages(), *user]]
    kinds = ("*.dist-info", "*.egg-info")
    return sorted({path.name for place in places for kind in kinds for path in place.glob(kind)})


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _forget_oldest(folder: Path) -> None:
    """Keeps the folder small."""
    found = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in found[:-MAX_KEPT]:
        path.unlink(missing_ok=True)
