"""Reports are written several at a time, and each is as safe as if it had been written by itself."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.report.faults import Faults
from autograder.report.rendered import ENDINGS, PAGE, REPORT, RESULTS
from autograder.report.writing import MAX_WAITING, Writer

FILES = {ending: f"what is in {ending}".encode() for ending in ENDINGS}
STUDENTS = [f"student{number}" for number in range(20)]
posix_only = pytest.mark.skipif(os.name != "posix", reason="elsewhere a folder cannot be flushed")


def watched(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[tuple[str, str]]:
    """What is flushed to disk and named, as it happens: a file by its own name or what its temporary one became."""
    happened: list[tuple[str, str]] = []
    flush, name = os.fsync, os.replace
    to_come: dict[int, int] = {}  # inode → where in the list its flushing is
    one = threading.Lock()

    def fsync(handle: int) -> None:
        flush(handle)
        inode = os.fstat(handle).st_ino
        with one:
            if inode != folder.stat().st_ino:
                to_come[inode] = len(happened)
            happened.append(("flushed", "the folder" if inode == folder.stat().st_ino else "?"))

    def replace(old: str, new: Path) -> None:
        place = to_come.get(Path(old).stat().st_ino)
        if place is not None:
            happened[place] = ("flushed", new.name)
        name(old, new)
        happened.append(("named", new.name))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    return happened


def write(folder: Path, faults: Faults, told: Callable[[str], object]) -> None:
    """Writes all students: the first by itself, and while that is told, all others come."""
    first, all_there = threading.Event(), threading.Event()

    def first_is_safe(_: float) -> None:
        told(STUDENTS[0])
        first.set()
        all_there.wait(60)

    with Writer(folder, faults) as writer:
        writer.put(STUDENTS[0], FILES, first_is_safe)
        first.wait(60)
        for student in STUDENTS[1:]:
            writer.put(student, FILES, lambda _, student=student: told(student))  # type: ignore[misc]
        all_there.set()


@posix_only
def test_a_report_is_told_when_a_power_cut_would_take_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = watched(monkeypatch, tmp_path)
    write(tmp_path, Faults(), lambda student: happened.append(("told", student)))

    def flushes_of_the_folder(after: tuple[str, str], before: tuple[str, str]) -> int:
        return happened[happened.index(after) : happened.index(before)].count(("flushed", "the folder"))

    for student in STUDENTS:
        names = {ending: f"{student}{ending}" for ending in ENDINGS}
        for name in names.values():
            assert happened.index(("flushed", name)) < happened.index(("named", name))
        for ending in (RESULTS, PAGE):  # else an old page could stand beside the new report
            assert flushes_of_the_folder(("named", names[ending]), ("named", names[REPORT])) == 1
        assert flushes_of_the_folder(("named", names[REPORT]), ("told", student)) == 1


@posix_only
def test_what_comes_meanwhile_shares_the_wait_for_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = watched(monkeypatch, tmp_path)
    told: list[str] = []
    write(tmp_path, Faults(), told.append)
    assert told == STUDENTS
    assert happened.count(("flushed", "the folder")) == 2 * 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        f"{student}{ending}": content for student in STUDENTS for ending, content in FILES.items()
    }


def put(folder: Path, students: list[str], told: list[str], end: BaseException | None = None) -> None:
    with Writer(folder, Faults()) as writer:
        for student in students:
            writer.put(student, FILES, lambda _, student=student: told.append(student))  # type: ignore[misc]
        if end is not None:
            raise end


def failing(monkeypatch: pytest.MonkeyPatch, at: str, error: OSError) -> None:
    name = os.replace

    def replace(old: str, new: Path) -> None:
        if new.name == at:
            raise error
        name(old, new)

    monkeypatch.setattr(os, "replace", replace)


def test_a_file_that_cannot_be_written_costs_itself_and_its_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"student7{PAGE}"
    (tmp_path / page).write_text("an earlier run's")
    failing(monkeypatch, page, OSError(errno.EINVAL, "Invalid argument"))
    faults, told = Faults(), list[str]()
    write(tmp_path, faults, told.append)
    assert told == STUDENTS
    assert [entry for entry, _ in faults.found] == [page]
    there = {path.name for path in tmp_path.iterdir()}
    assert there == {f"{student}{ending}" for student in STUDENTS for ending in ENDINGS} - {page}


def test_files_that_were_not_made_are_not_those_of_an_earlier_run(tmp_path: Path) -> None:
    (tmp_path / f"ada{PAGE}").write_text("an earlier run's")
    with Writer(tmp_path, Faults()) as writer:
        writer.put("ada", {REPORT: b"{}"}, lambda seconds: None)
    assert [path.name for path in tmp_path.iterdir()] == [f"ada{REPORT}"]


def test_a_full_disk_ends_the_run_and_nothing_is_told_that_is_not_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, f"student7{REPORT}", OSError(errno.ENOSPC, "No space left on device"))
    told: list[str] = []
    with pytest.raises(OSError, match="No space left"):
        # nobody waits for a writer that has given up
        put(tmp_path, STUDENTS * MAX_WAITING, told)
    assert "student7" not in told
    assert all((tmp_path / f"{student}{REPORT}").is_file() for student in told)
    assert not list(tmp_path.glob(".*"))


def test_what_was_put_is_written_though_the_run_ends_in_an_error(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path, STUDENTS, told, KeyboardInterrupt())
    assert told == STUDENTS
    assert len([*tmp_path.glob("*.json")]) == 2 * len(STUDENTS)


def test_an_error_in_telling_is_not_lost(tmp_path: Path) -> None:
    def tell(_: Any) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError), Writer(tmp_path, Faults()) as writer:
        writer.put("ada", FILES, tell)
    assert len([*tmp_path.iterdir()]) == len(ENDINGS)
