"""`autograder release`: builds every zip, looks for leaks, proves each with known hand-ins, then writes all.

A release that fails anywhere is not written: what was in the folder before stays as it was.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.grading.grade import Grader
from autograder.platforms.single_upload import points
from autograder.release import classroom, gradescope, nbgrader, otter, prairielearn, student
from autograder.release.audit import Audit
from autograder.release.edition import Edition, ReleaseError, as_bytes
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.package import Package, with_manifest, zipped
from autograder.release.proofs import Proofs
from autograder.report.files import write_bytes
from autograder.report.model import Report
from autograder.submissions.submission import read_submission

RELEASE = "release.json"
CLOSE = 0.011  # platforms round points to two digits, each in its own place

Points = Mapping[str, Mapping[str, float]]  # by hand-in and exercise
Prove = Callable[[Edition, Path, Sequence[KnownSubmission]], Points]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Platform:
    """What makes a platform's zips, and what proves each of them.

    A student's zip that is made together with an autograder is proved with that one: None. `tells_extra` says whether
    its results hold extra points, which others leave out of what they add up.
    """

    packages: Callable[[Edition], Sequence[Package]]
    proofs: Mapping[str, Prove | None]
    tells_extra: bool = False


# The student's zips and GitHub's hold public checks alone: stubs and solutions must come out right there.
# All others must give every hand-in the points that this checkout gives.
PLATFORMS = (
    Platform(
        student.packages,
        {"student.zip": student.prove_files, "notebook-student.zip": student.prove_notebook},
        tells_extra=True,
    ),
    Platform(nbgrader.packages, {"nbgrader.zip": nbgrader.prove}),
    Platform(otter.packages, {"otter-student.zip": None, "otter-autograder.zip": otter.prove}),
    Platform(gradescope.packages, {"gradescope-autograder.zip": gradescope.prove}, tells_extra=True),
    Platform(classroom.packages, {"github-classroom.zip": classroom.prove}),
    Platform(prairielearn.packages, {"prairielearn.zip": prairielearn.prove}, tells_extra=True),
)
TELL_EXTRA = {name for platform in PLATFORMS if platform.tells_extra for name in platform.proofs}
PROOFS = {name: prove for platform in PLATFORMS for name, prove in platform.proofs.items()}


@dataclass(frozen=True)
class Built:
    """One zip as it will be written; `proved_before` where its proof is of an earlier release."""

    package: Package
    content: bytes
    proved_before: bool = False

    @property
    def sha256(self) -> str:
        """Its hash."""
        return hashlib.sha256(self.content).hexdigest()


def release(
    edition: Edition,
    out: Path,
    tell: Told,
    only: Collection[str] = (),
    proofs: Path | None = None,
    anew: bool = False,
) -> list[Built]:
    """Builds, audits, proves and writes a release.

    Args:
        edition: what to release.
        out: the folder to write to.
        tell: told what is going on, one line each.
        only: names of zips, where not all are wanted.
        proofs: the folder with proofs of earlier releases; None proves all, and keeps nothing.
        anew: proves all, and keeps the proofs.

    Raises:
        ReleaseError: if anything is wrong; its lines name the zip and what it is. Nothing is written then.
    """
    built = build(edition, tell, only)
    problems = audit(edition, built)
    if problems:
        raise ReleaseError("\n".join(problems))
    tell("audit: no leaks")
    submissions = known_submissions(edition)
    known = Proofs(proofs, edition, submissions, anew)
    built = [replace(each, proved_before=known.holds(each.package.name, each.content)) for each in built]
    problems = prove(edition, built, submissions, known, tell)
    if problems:
        raise ReleaseError("\n".join(problems))
    for each in built:
        write_bytes(out / each.package.name, each.content)
    write_bytes(out / RELEASE, as_bytes(manifest(edition, built)))
    return built


def build(edition: Edition, tell: Told, only: Collection[str] = ()) -> list[Built]:
    """All zips, in memory."""
    unknown = set(only) - set(PROOFS)
    if unknown:
        raise ReleaseError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}")
    wanted = set(only) or set(PROOFS)
    built = []
    for platform in PLATFORMS:
        if wanted.isdisjoint(platform.proofs):
            continue
        for package in platform.packages(edition):
            if package.name in wanted:
                tell(f"built {package.name}")
                files = with_manifest(package, edition)
                built.append(Built(package, zipped(files, package.executables)))
    return built


def audit(edition: Edition, built: Sequence[Built]) -> list[str]:
    """The leaks in all zips, one line each."""
    inspector = Audit(edition)
    return [line for each in built for line in inspector.findings(each.package, each.content)]


def prove(
    edition: Edition,
    built: Sequence[Built],
    submissions: Sequence[KnownSubmission],
    known: Proofs,
    tell: Told,
) -> list[str]:
    """Grades the known hand-ins with each zip, unpacked; one line for each that gets other points.

    A zip that was proved before is not proved again, and a proof that succeeds is kept.
    """
    waiting = [
        (each, proof) for each in built if (proof := PROOFS[each.package.name]) and not each.proved_before
    ]
    before = [each.package.name for each in built if each.proved_before]
    if before:
        tell(f"proved before, and the same since: {', '.join(before)}")
    if not waiting:
        return []
    reports = graded_here(edition, submissions)
    earned = {name: {each.name: each.earned for each in report.begun} for name, report in reports.items()}
    counted = {name: points(report) for name, report in reports.items()}
    problems = _both_directions(edition, earned)
    here_is_right = not problems
    with (
        tempfile.TemporaryDirectory(prefix="release-") as scratch,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        running: dict[Future[Points], Built] = {}
        for each, proof in waiting:
            unpacked = unpack(each.content, Path(scratch) / each.package.name.removesuffix(".zip"))
            running[pool.submit(proof, edition, unpacked, submissions)] = each
        for future in as_completed(running):
            name = running[future].package.name
            try:
                wrong = differences(name, earned if name in TELL_EXTRA else counted, future.result())
            except ReleaseError as error:
                wrong = [str(error)]
            tell(f"proved {name}" if not wrong else f"{name} fails")
            problems += wrong
            if here_is_right and not wrong:
                _keep(known, running[future], tell)
    return problems


def _keep(known: Proofs, built: Built, tell: Told) -> None:
    try:
        known.keep(built.package.name, built.content)
    except OSError as error:
        tell(f"the proof of {built.package.name} is not kept: {error}")


def graded_here(edition: Edition, submissions: Sequence[KnownSubmission]) -> dict[str, Report]:
    """What the autograder of this checkout says of each hand-in."""
    modules = [e.module for e in edition.catalogue]
    found = {}
    with (
        Grader(edition.course, seed=edition.seed) as grader,
        tempfile.TemporaryDirectory(prefix="release-") as scratch,
    ):
        for submission in submissions:
            folder = submission.write_files(Path(scratch) / submission.name)
            found[submission.name] = grader.grade(read_submission(folder, modules))
    return found


def _both_directions(edition: Edition, expected: Points) -> list[str]:
    full = {e.name: float(e.points) for e in edition.catalogue}
    problems = []
    if dict(expected["solutions"]) != full:
        problems.append(f"this checkout gives its solutions {expected['solutions']}, not {full}")
    if any(expected["stubs"].values()):
        problems.append(f"this checkout gives its stubs {expected['stubs']}, not 0")
    return problems


def differences(name: str, expected: Points, found: Points) -> list[str]:
    """One line for each exercise of a hand-in that a zip gives other points."""
    lines = []
    for submission in {"stubs": 0, "solutions": 0} | dict.fromkeys(found, 0):
        for exercise, wanted in expected[submission].items():
            got = found.get(submission, {}).get(exercise)
            if got is None or abs(got - wanted) > CLOSE:
                gives = "no points at all" if got is None else f"{got:g} points"
                lines.append(f"{name}: gives {submission} {gives} for {exercise}, where {wanted:g} are right")
    return lines


def unpack(content: bytes, folder: Path) -> Path:
    """Unpacks a zip as `unzip` would, with the right to execute; gives the folder."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            path.chmod(0o755 if entry.external_attr >> 16 & 0o111 else 0o644)
    return folder


def manifest(edition: Edition, built: Sequence[Built]) -> dict[str, object]:
    """What `release.json` says: any grade can be traced to the suites that gave it."""
    zips = {
        b.package.name: {
            "for": b.package.audience,
            "bytes": len(b.content),
            "sha256": b.sha256,
            "hidden_suites": b.package.hidden,
        }
        for b in built
    }
    return {**edition.provenance, "zips": zips}
