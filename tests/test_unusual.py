"""What no answer needs is shown to the instructor, to nobody else, and costs nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.paths import SOLUTIONS
from autograder.sandbox.unusual import unusual
from autograder.submissions.submission import SubmissionError, read_submission
from exercises.feedback.catalogue import exercises
from tests import attack_corpus

SUBMISSIONS = Path(__file__).parent / "submissions"
MODULES = [e.module for e in exercises()]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import torch\nx = torch._C.parse_ir", "torch._C"),
        ("from torch._C import _nn", "torch._C"),
        ("f = getattr(torch, '_C')", "torch._C"),
        ("import ctypes.util", "ctypes"),
        ("x = object.__subclasses__()", "__subclasses__"),
        ("open('/proc/self/mem', 'wb')", "/proc/"),
        (f"code = {bytes(300)!r}", "a long literal of bytes"),
        (f"code = {'QUJD' * 100!r}", "a long text that is not for people"),
        (f"code = {chr(1) * 300!r}", "a long text that is not for people"),
    ],
)
def test_it_is_found_however_it_is_written(text: str, what: str) -> None:
    assert f"a.py, line {len(text.splitlines())}: {what}" in unusual({"a.py": text})


@pytest.mark.parametrize(
    "text",
    [
        '"""Torch keeps its own in _C, and ctypes is not needed."""',
        "print('this uses no ctypes and no marshal')",
        f"print({'plain words ' * 100!r})",
        "x = 1 +",
        "c_C = 3  # torch._C",
    ],
)
def test_talk_is_not(text: str) -> None:
    assert unusual({"a.py": text}) == []


def test_no_honest_and_no_wrong_hand_in_is_unusual() -> None:
    read = 0
    for folder in sorted(p for kind in ("class", "honest", "wrong") for p in (SUBMISSIONS / kind).iterdir()):
        try:
            found = read_submission(folder, MODULES)
        except SubmissionError:
            continue
        texts = {**found.extras, **found.modules, "notebook": "\n".join(found.notebook or ())}
        assert unusual(texts) == [], folder.name
        read += 1
    assert read > 150


def test_the_attacks_that_reach_inside_are() -> None:
    inside = 0
    for name in attack_corpus.names():
        files = (attack_corpus.HERE / name).glob("*.py")
        inside += bool(unusual({path.name: path.read_text(encoding="utf-8") for path in files}))
    assert inside > 20


def test_the_instructor_alone_is_told_and_it_costs_nothing(tmp_path: Path) -> None:
    hand_in = tmp_path / "ada"
    hand_in.mkdir()
    for module in MODULES:
        shutil.copy(SOLUTIONS / f"{module}.py", hand_in)
    file = hand_in / "ex1_output_size.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n\ndef look():\n    return torch._C\n", "utf-8")
    assert main(["grade", str(hand_in), "-o", str(tmp_path / "out")]) == 0
    report = json.loads((tmp_path / "out" / "ada.json").read_text("utf-8"))
    assert report["earned"] == report["points"]
    (told,) = report["unusual"]
    assert told.startswith("ex1_output_size.py, line ") and told.endswith(": torch._C")
    seen = {p.name: p.read_text("utf-8") for p in (tmp_path / "out").iterdir() if p.suffix != ".json"}
    assert told in seen.pop("dashboard.htm")
    seen["ada.results.json"] = (tmp_path / "out" / "ada.results.json").read_text("utf-8")
    of_the_class = {"class.jsn", "grades.csv", "history.jsonl", "pseudonyms.key"}
    assert set(seen) == {"ada.html", "ada.results.json"} | of_the_class
    assert not [name for name, text in seen.items() if "torch._C" in text]
    # a second run reads the report back
    assert main(["grade", str(hand_in), "-o", str(tmp_path / "out")]) == 0
    assert told in (tmp_path / "out" / "dashboard.htm").read_text("utf-8")
