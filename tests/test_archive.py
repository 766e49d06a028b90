"""Zips as hand-ins: what a hostile or broken one cannot do."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.submissions import archive
from autograder.submissions.reading import read as read_submission
from autograder.submissions.submission import Submission, SubmissionError

MODULES = ("ex1_output_size", "ex2_padding", "ex3_conv2d", "ex4_stride")


def make_folder(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    root.mkdir(parents=True, exist_ok=True)
    return root


def make_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def read(path: Path) -> Submission:
    return read_submission(path, MODULES)


def refusal(path: Path) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@pytest.mark.parametrize(
    "name",
    [
        "../ex3_conv2d.py",
        "a/../../ex3_conv2d.py",
        "/etc/ex3_conv2d.py",
        "C:/ex3_conv2d.py",
        "C:ex3_conv2d.py",
        "..\\ex3_conv2d.py",
        "a\\..\\..\\ex3_conv2d.py",
        "\\ex3_conv2d.py",
        "C:\\ex3_conv2d.py",
        "\\\\server\\share\\ex3_conv2d.py",
    ],
)
def test_a_name_that_points_outside_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    message = refusal(make_zip(tmp_path / "a.zip", {"ex1.py": "", name: "x"}))
    assert "outside" in message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_a_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py?x": "x"})
    path.write_bytes(path.read_bytes().replace(b"ex3.py?x", b"ex3.py\0x"))
    assert "outside" in refusal(path)


def test_a_zip_of_windows_powershell_is_read_as_any_other(tmp_path: Path) -> None:
    files = {
        "hw\\": "",
        "hw\\exercises\\": "",
        "hw\\exercises\\ex1_output_size.py": "a = 1\n",
        "hw\\exercises\\.git\\ex3_conv2d.py": "not the student's",
        "hw\\ex3_conv2d.py": "c = 3\n",
        "hw\\__pycache__\\ex4_stride.py": "nor this",
    }
    path = make_zip(tmp_path / "a.zip", files)
    hand_in = read(path)
    assert hand_in.modules == {"ex1_output_size": "a = 1\n", "ex3_conv2d": "c = 3\n"}
    assert hand_in == replace(read(make_folder(tmp_path / "a", dict(posix(files)))), path=path)


def posix(files: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("\\", "/"), content) for name, content in files.items() if name[-1] != "\\"]


def test_folders_of_windows_powershell_count_as_no_files_and_its_depth_counts(tmp_path: Path) -> None:
    assert read(make_zip(tmp_path / "a.zip", {"ex3.py": "", **{f"f{i}\\": "" for i in range(2100)}})).modules
    assert "nested more than" in refusal(make_zip(tmp_path / "b.zip", {"a\\" * 50 + "ex3.py": ""}))


def test_one_path_with_either_separator_is_in_the_zip_twice(tmp_path: Path) -> None:
    hand_in = read(make_zip(tmp_path / "a.zip", {"hw\\ex3.py": "first", "hw/ex3.py": "second"}))
    assert hand_in.modules == {"ex3_conv2d": "second"}
    assert "hw/ex3.py is in the zip twice: the later one was taken" in hand_in.notes


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_not_read_but_said(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("ex1_output_size.py", "fine")
        info = zipfile.ZipInfo("ex3_conv2d.py")
        info.create_system = 3
        info.external_attr = (kind | 0o644) << 16
        file.writestr(info, "/etc/passwd")
    hand_in = read(path)
    assert set(hand_in.modules) == {"ex1_output_size"}
    assert any(note.startswith("ex3_conv2d.py is a link or a device") for note in hand_in.notes)


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path) -> None:
    files = {f"f{index}.txt": "" for index in range(1999)}
    assert read(make_zip(tmp_path / "a.zip", {"ex3.py": "", **files})).modules
    message = refusal(make_zip(tmp_path / "b.zip", {"ex3.py": "", **files, "one_more.txt": ""}))
    assert "more than 2000 files" in message


def test_a_table_of_contents_without_end_is_not_even_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": "", **{f"f{index}.txt": "" for index in range(500)}})
    read(path)
    monkeypatch.setattr(archive, "_MAX_SINGLE_READ", 20_000)
    assert "not a readable zip" in refusal(path)


def test_only_recognised_files_are_decompressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = zipfile.ZipFile.open

    def watched(self: zipfile.ZipFile, name: zipfile.ZipInfo, *rest: object) -> object:
        opened.append(name.filename)
        return real(self, name, *rest)  # type: ignore[arg-type]

    path = make_zip(
        tmp_path / "a.zip", {"ex3.py": "", "bomb.bin": b"\0" * 10_000_000, "mine.py": "", "tests/x.py": ""}
    )
    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    read(path)
    assert sorted(opened) == ["ex3.py", "mine.py"]


def test_a_bomb_under_the_name_of_an_exercise_costs_only_that_exercise(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": b"#" * 30_000_000, "ex4.py": "fine"})
    assert path.stat().st_size < 100_000
    hand_in = read(path)
    assert hand_in.modules == {"ex4_stride": "fine"}
    assert any("ex3.py is larger than 1 MiB" in note for note in hand_in.notes)


def test_what_is_declared_too_large_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": "#" * 5000})
    with archive.ZipTree(path) as tree:
        monkeypatch.setattr(tree, "_read", lambda *_: pytest.fail("opened"))
        (name,) = tree.files
        assert tree.read(name, 4999) is None
        tree._budget = 4999
        with pytest.raises(SubmissionError, match="MB of files"):
            tree.read(name, 5000)


def test_an_entry_for_the_top_folder_itself_does_no_harm(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"./": "", ".": "", "./ex3.py": "x"})
    assert read(path).modules == {"ex3_conv2d": "x"}


def test_an_entry_for_a_folder_itself_is_no_file_of_its_name(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"hw/ex3.py/.": "", "hw/ex3.py/ex4.py": "x"})
    hand_in = read(path)
    assert hand_in.modules == {"ex4_stride": "x"}


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = b"#" * 30_000_000
    path = make_zip(tmp_path / "a.zip", {"ex3.py": content})
    honest, lie = struct.pack("<L", len(content)), struct.pack("<L", 100)
    data = path.read_bytes()
    assert data.count(honest) == 2
    path.write_bytes(data.replace(honest, lie))
    assert "not a readable zip" in refusal(path)


def test_what_is_read_of_one_hand_in_is_bounded_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"ex{number}.py": "#" * 1000 for number in (1, 2, 3)}
    zipped, folder = make_zip(tmp_path / "a.zip", files), make_folder(tmp_path / "b", files)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 3000)
    assert len(read(zipped).modules) == len(read(folder).modules) == 3
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 2999)
    assert "MB of files" in refusal(zipped)
    assert "MB of files" in refusal(folder)


def test_a_file_that_grows_while_it_is_read_stays_within_bounds(tmp_path: Path) -> None:
    hand_in = make_folder(tmp_path / "anna", {"ex3.py": "x"})
    with archive.FolderTree(hand_in) as tree:
        (path,) = tree.files
        (hand_in / "ex3.py").write_bytes(b"#" * 5000)
        assert tree.read(path, 4999) is None
        tree._budget = 4999
        with pytest.raises(SubmissionError, match="MB of files"):
            tree.read(path, 5000)


def test_a_password_is_a_clear_refusal(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": "x"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert "password" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_a_clear_refusal(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as file:
        file.writestr("ex3.py", "x")
    assert "compressed in an unusual way" in refusal(tmp_path / "a.zip")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip", b"PK\5\6" + b"\0" * 17, b"PK\5\6" + b"\xff" * 18]
)
def test_what_is_no_zip_is_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    make_folder(tmp_path, {"a.zip": content})
    assert "not a readable zip" in refusal(tmp_path / "a.zip")


def test_a_zip_broken_anywhere_is_read_or_refused_but_never_crashes(tmp_path: Path) -> None:
    original = make_zip(tmp_path / "a.zip", {"ex3.py": "x = 1\n" * 20, "hw/notes.txt": "text"}).read_bytes()
    outcomes: set[str] = set()
    for position in range(len(original)):
        for value in (0x00, 0xFF, original[position] ^ 0x01):
            broken = bytearray(original)
            broken[position] = value
            (tmp_path / "b.zip").write_bytes(broken)
            try:
                read(tmp_path / "b.zip")
                outcomes.add("read")
            except SubmissionError:
                outcomes.add("refused")
    for length in range(len(original)):
        (tmp_path / "b.zip").write_bytes(original[:length])
        refusal(tmp_path / "b.zip")
    assert outcomes == {"read", "refused"}


def test_a_zip_inside_is_a_folder_and_one_inside_of_that_is_not_opened_but_said(tmp_path: Path) -> None:
    innermost = make_zip(tmp_path / "innermost.zip", {"ex3.py": "x"}).read_bytes()
    inner = make_zip(tmp_path / "inner.zip", {"hw/ex4.py": "x", "more.zip": innermost}).read_bytes()
    for hand_in in (
        read(make_zip(tmp_path / "a.zip", {"inner.zip": inner})),
        read(make_folder(tmp_path / "b", {"inner.zip": inner})),
    ):
        assert set(hand_in.modules) == {"ex4_stride"}
        assert "inner.zip/more.zip lies packed inside the hand-in and is not opened" in hand_in.notes


def test_a_zip_inside_that_cannot_be_read_costs_a_note(tmp_path: Path) -> None:
    files = {"ex3.py": "x", "broken.zip": b"PK"}
    for hand_in in (read(make_zip(tmp_path / "a.zip", files)), read(make_folder(tmp_path / "b", files))):
        assert set(hand_in.modules) == {"ex3_conv2d"}
        assert any(note.startswith("broken.zip: not a readable zip") for note in hand_in.notes)


def test_a_zip_inside_has_no_limits_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = "def conv2d_valid(x, weight): return x\n"
    inner = make_zip(tmp_path / "x", {f"{number}.txt": "" for number in range(3)}).read_bytes()
    large = make_zip(tmp_path / "y", {"ex4.py": "#" * 5000}).read_bytes()
    outside = make_zip(tmp_path / "z", {"../ex4.py": ""}).read_bytes()
    hand_in = make_folder(tmp_path / "a", {"ex3.py": work, "inner.zip": inner, "outside.zip": outside})
    make_folder(hand_in, {"large.zip": large})
    assert not [note for note in read(hand_in).notes if "inner" in note or "large" in note]
    monkeypatch.setattr(archive, "MAX_FILES", 5)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 4000)
    found = read(hand_in)
    assert found.modules == {"ex3_conv2d": work}
    for reason in (
        "inner.zip: more than 5 files",
        "large.zip: more than",
        "outside.zip: '../ex4.py' is a name",
    ):
        assert any(note.startswith(reason) for note in found.notes), reason


def test_of_two_entries_with_one_name_the_later_is_taken_and_said(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": "first", "ex4.py": "second"})
    path.write_bytes(path.read_bytes().replace(b"ex4.py", b"ex3.py"))
    hand_in = read(tmp_path / "a.zip")
    assert hand_in.modules == {"ex3_conv2d": "second"}
    assert "ex3.py is in the zip twice: the later one was taken" in hand_in.notes


def test_a_zip_is_closed_again(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"ex3.py": "x"})
    tree = archive.ZipTree(path)
    tree.close()
    assert tree._file.closed
