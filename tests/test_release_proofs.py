"""Proofs of earlier releases: taken where all they rest on is the same, and never for a zip that was not proved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import platformdirs
import pytest

from autograder.course import COURSE
from autograder.release import build, proofs, tools
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission
from autograder.release.package import Package, with_manifest, zipped
from autograder.release.proofs import Proofs, content_digest, rests_on

ROOT = Path(__file__).resolve().parents[1]
HAND_INS = [KnownSubmission("stubs", {"ex1": "..."}), KnownSubmission("solutions", {"ex1": "return 1"})]
RIGHT = {"stubs": {"ex1": 0.0}, "solutions": {"ex1": 10.0}}


def edition(commit: str = "a" * 40) -> Edition:
    found = Edition(COURSE, ROOT)
    vars(found)["commit"] = commit
    return found


def made(found: Edition, **files: bytes) -> bytes:
    """A zip with what an autograder's has: its provenance, a zip inside, and a manifest."""
    inner = Package("inner.zip", "students", {"exercises/ex1.py": b"..."})
    content = {
        "release.json": json.dumps({"commit": found.commit, "seed": 1}).encode(),
        "grader.py": b"points = 10",
        "files/inner.zip": zipped(with_manifest(inner, found)),
        **files,
    }
    return zipped(with_manifest(Package("x.zip", "instructors", content), found))


@pytest.fixture(autouse=True)
def no_notebook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the notebook takes longer than all the rest."""
    if request.node.get_closest_marker("platforms") is None:
        monkeypatch.setattr(proofs, "cells", lambda edition: [])


@pytest.fixture
def known(tmp_path: Path) -> Proofs:
    return Proofs(tmp_path / "proofs", edition(), HAND_INS)


def test_a_zip_that_differs_in_its_commit_alone_is_the_same() -> None:
    first, second = edition("a" * 40), edition("b" * 40 + "-changed")
    assert made(first) != made(second)
    assert content_digest(made(first), first.commit) == content_digest(made(second), second.commit)
    # what else has such a text is not taken for a commit
    named = [made(each, **{"notes.md": each.commit.encode()}) for each in (first, second)]
    assert content_digest(named[0], first.commit) != content_digest(named[1], second.commit)


@pytest.mark.parametrize(
    "files",
    [
        {"grader.py": b"points = 9"},
        {"more.py": b""},
        {"release.json": b'{"seed": 2}'},
        {"files/inner.zip": b"PK"},
    ],
    ids=["content", "name", "provenance", "zip inside"],
)
def test_a_zip_that_differs_in_anything_else_is_another(files: dict[str, bytes]) -> None:
    found = edition()
    assert content_digest(made(found, **files), found.commit) != content_digest(made(found), found.commit)


def test_the_right_to_execute_belongs_to_what_was_proved() -> None:
    files = {"run": b"#!/bin/sh"}
    assert content_digest(zipped(files), "") != content_digest(zipped(files, frozenset({"run"})), "")


def test_a_proof_holds_for_what_was_proved_and_nothing_else(known: Proofs) -> None:
    content = made(edition())
    assert not known.holds("x.zip", content)
    known.keep("x.zip", content)
    assert known.holds("x.zip", content)
    assert known.holds("x.zip", made(edition("c" * 40))) is False, "its own commit is not that of the edition"
    assert not known.holds("y.zip", content)
    assert not known.holds("x.zip", made(edition(), **{"grader.py": b"points = 9"}))
    middle = len(content) // 2
    assert not known.holds("x.zip", content[:middle] + b"~" + content[middle + 1 :])


CHANGES: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "suites": lambda patch: patch.setattr(proofs, "suites_digest", lambda course: "other"),
    "code": lambda patch: patch.setattr(proofs, "code_digest", lambda: "other"),
    "notebook": lambda patch: patch.setattr(proofs, "as_file", lambda notebook: b"other"),
    "packages": lambda patch: patch.setattr(proofs, "_installed", lambda: ["torch-9.dist-info"]),
    "Python": lambda patch: patch.setattr("sys.version", "3.99"),
    "system": lambda patch: patch.setattr("platform.platform", lambda: "Plan 9"),
    "GPU": lambda patch: patch.setattr("torch.cuda.is_available", lambda: True),
    "root": lambda patch: patch.setattr(proofs, "_is_root", lambda: not ROOT_HERE),
}
ROOT_HERE = proofs._is_root()


@pytest.mark.parametrize("change", CHANGES)
def test_a_proof_holds_only_while_all_it_rests_on_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    content = made(edition())
    Proofs(tmp_path, edition(), HAND_INS).keep("x.zip", content)
    CHANGES[change](monkeypatch)
    assert not Proofs(tmp_path, edition(), HAND_INS).holds("x.zip", content)


def test_every_package_counts_with_its_version() -> None:
    assert f"platformdirs-{platformdirs.__version__}.dist-info" in proofs._installed()


def test_a_proof_is_of_one_seed_and_of_these_hand_ins(known: Proofs, tmp_path: Path) -> None:
    content, seven = made(edition()), replace(edition(), seed=7)
    vars(seven)["commit"] = edition().commit
    known.keep("x.zip", content)
    assert Proofs(tmp_path / "proofs", edition(), HAND_INS).holds("x.zip", content)
    assert not Proofs(tmp_path / "proofs", seven, HAND_INS).holds("x.zip", content)
    assert not Proofs(tmp_path / "proofs", edition(), HAND_INS[:1]).holds("x.zip", content)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"zip": "x.zip"}', "\udcff", "[" * 100_000])
def test_a_file_that_is_no_proof_of_ours_counts_for_nothing(known: Proofs, tmp_path: Path, text: str) -> None:
    content = made(edition())
    known.keep("x.zip", content)
    [path] = (tmp_path / "proofs").iterdir()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert not known.holds("x.zip", content)
    path.unlink()
    path.mkdir()
    assert not known.holds("x.zip", content)


def test_a_proof_under_the_name_of_another_counts_for_nothing(known: Proofs, tmp_path: Path) -> None:
    right, wrong = made(edition()), made(edition(), **{"grader.py": b"points = 9"})
    known.keep("x.zip", right)
    [proof] = (tmp_path / "proofs").iterdir()
    known.keep("x.zip", wrong)
    [place] = set((tmp_path / "proofs").iterdir()) - {proof}
    place.write_bytes(proof.read_bytes())
    assert not known.holds("x.zip", wrong)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_another_users_proof_counts_for_nothing(known: Proofs, tmp_path: Path) -> None:
    content = made(edition())
    known.keep("x.zip", content)
    [path] = (tmp_path / "proofs").iterdir()
    os.chown(path, 12345, -1)
    assert not known.holds("x.zip", content)


def test_old_proofs_go(known: Proofs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MAX_KEPT", 2)
    zips = [made(edition(), **{"grader.py": b"%d" % number}) for number in range(3)]
    for age, content in zip((30, 20, 10), zips, strict=True):
        known.keep("x.zip", content)
        for path in (tmp_path / "proofs").iterdir():
            if path.stat().st_mtime > 1e9:
                os.utime(path, (1e9 - age, 1e9 - age))
    assert [known.holds("x.zip", content) for content in zips] == [False, True, True]


@pytest.mark.platforms
def test_what_all_proofs_rest_on_is_the_same_in_another_process(tmp_path: Path) -> None:
    # else no proof would ever be found again
    code = (
        "from pathlib import Path; from autograder.course import COURSE; import json\n"
        "from autograder.release import edition, proofs\n"
        f"print(json.dumps(proofs.rests_on(edition.Edition(COURSE, Path({str(ROOT)!r})), [])))"
    )
    # as setuptools does, which brings packages of its own and adds where they are to where Python looks
    (tmp_path / "vendored-1.dist-info").mkdir()
    added = f"import sys\nsys.path.append({str(tmp_path)!r})\n"
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", added + code], env=environment, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == rests_on(Edition(COURSE, ROOT), [])


# A release


@dataclass
class Desk:
    """A release of one zip, whose proof reads the points that the zip gives."""

    folder: Path
    points: bytes = b"10"
    proved: int = 0
    graded: int = 0
    told: list[str] = field(default_factory=list)
    here: dict[str, dict[str, float]] = field(default_factory=lambda: {n: dict(p) for n, p in RIGHT.items()})

    def package(self, _: Edition) -> list[Package]:
        return [Package("x.zip", "instructors", {"points": self.points}, hidden=True)]

    def prove(self, _: Edition, unpacked: Path, __: object) -> dict[str, dict[str, float]]:
        self.proved += 1
        return {"stubs": {"ex1": 0.0}, "solutions": {"ex1": float((unpacked / "points").read_text())}}

    def graded_here(self, *_: object) -> dict[str, SimpleNamespace]:
        self.graded += 1
        return {
            name: SimpleNamespace(begun=[SimpleNamespace(name=n, earned=p) for n, p in points.items()])
            for name, points in self.here.items()
        }

    def release(self, commit: str = "a" * 40, anew: bool = False) -> bool:
        """Whether the release's zip was proved before."""
        made = edition(commit)
        [built] = build.release(
            made, self.folder / "dist", self.told.append, (), self.folder / "proofs", anew
        )
        return built.proved_before


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    found = Desk(tmp_path)
    monkeypatch.setattr(build, "PLATFORMS", (build.Platform(found.package, {"x.zip": found.prove}),))
    monkeypatch.setattr(build, "PROOFS", {"x.zip": found.prove})
    monkeypatch.setattr(build, "known_submissions", lambda edition: HAND_INS)
    monkeypatch.setattr(build, "graded_here", found.graded_here)
    monkeypatch.setattr(build, "points", lambda report: {each.name: each.earned for each in report.begun})
    full = SimpleNamespace(name="ex1", points=10)
    monkeypatch.setattr(Edition, "catalogue", property(lambda self: (full,)))
    monkeypatch.setattr(build, "audit", lambda edition, built: [])
    # what it rests on has tests of its own
    monkeypatch.setattr(proofs, "rests_on", lambda edition, submissions: {"seed": str(edition.seed)})
    return found


def test_a_second_release_after_a_commit_that_touches_no_zip_proves_and_grades_nothing(desk: Desk) -> None:
    assert not desk.release()
    assert desk.release("b" * 40)
    assert (desk.proved, desk.graded) == (1, 1)
    assert desk.told[-1] == "proved before, and the same since: x.zip"
    assert (desk.folder / "dist" / "x.zip").is_file()


def test_force_proves_anew_and_keeps_what_it_finds(desk: Desk) -> None:
    desk.release()
    assert not desk.release(anew=True)
    assert desk.proved == 2
    assert desk.release()


def test_a_broken_zip_is_proved_and_fails_however_often_it_is_tried(desk: Desk) -> None:
    desk.release()
    written = (desk.folder / "dist" / "x.zip").read_bytes()
    desk.points = b"9"
    for tries in (2, 3):
        with pytest.raises(
            ReleaseError, match=r"x\.zip: gives solutions 9 points for ex1, where 10 are right"
        ):
            desk.release()
        assert desk.proved == tries
    assert (desk.folder / "dist" / "x.zip").read_bytes() == written
    desk.points = b"10"
    assert desk.release()


def test_no_proof_is_kept_where_this_checkout_itself_is_wrong(desk: Desk) -> None:
    desk.here = {"stubs": {"ex1": 0.0}, "solutions": {"ex1": 9.0}}
    desk.points = b"9"
    with pytest.raises(ReleaseError, match="this checkout gives its solutions"):
        desk.release()
    assert not (desk.folder / "proofs").exists()


def test_a_folder_that_takes_no_proofs_is_told_and_stops_no_release(desk: Desk) -> None:
    (desk.folder / "proofs").write_text("a file")
    assert not desk.release()
    assert any(line.startswith("the proof of x.zip is not kept: ") for line in desk.told)
    assert not desk.release()


def test_the_users_own_folder_is_where_the_system_keeps_what_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = proofs.usual_folder(edition())
    assert not found.is_relative_to(ROOT) and not found.exists()
    if os.name == "posix" and not re.search("darwin", os.uname().sysname, re.IGNORECASE):
        assert found == tmp_path / edition().project / "proofs"


def test_a_tool_runs_without_the_grammar_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(
        "import sys\nprint(sys.argv[1:], __name__, sys.modules['rfc3987_syntax'])"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(tools.python_m("tool", "-x", "y"), env=environment, capture_output=True, text=True)
    assert done.stdout == "['-x', 'y'] __main__ None\n"
