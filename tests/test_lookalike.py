"""Look-alikes: a renamed copy is found, what everyone got and honest hand-ins are not, and nothing is run."""

from __future__ import annotations

import ast
import builtins
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.classes import lookalike
from autograder.classes.jplag import write_class
from autograder.classes.lookalike import Lookalikes, compare
from autograder.report.class_statistics import Compared
from autograder.report.faults import Faults
from autograder.submissions.child import Child, Limits
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.submission import Submission, read_submission
from autograder.submissions.tokens import own_tokens
from exercises.feedback.catalogue import exercises
from exercises.paths import MANIFEST

SUBMISSIONS = Path(__file__).parent / "submissions"
AMARA = SUBMISSIONS / "class" / "amara"
MODULES = [e.module for e in exercises()]


class Renamed(ast.NodeTransformer):
    """Other names for a student's own functions, variables and parameters; docstrings go."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        known = hasattr(builtins, node.id) or node.id in ("torch", "nn", "F", "math", "self")
        return ast.copy_location(ast.Name(node.id if known else f"my_{node.id}", node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg if node.arg == "self" else f"my_{node.arg}")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
        return node


def disguised(text: str) -> str:
    """The same code with other names, without comments and docstrings, laid out anew."""
    lines = ast.unparse(Renamed().visit(ast.parse(text))).splitlines()
    return "\n".join(
        f"{line}  # line {number}" if line.endswith(")") else line for number, line in enumerate(lines)
    )


def submission(texts: Mapping[str, str], notebook: tuple[str, ...] | None = None) -> Submission:
    return Submission("s", Path("s"), dict(texts), {}, notebook, (), "0" * 64)


def amara() -> dict[str, str]:
    return dict(read_submission(AMARA, MODULES).modules)


def other() -> dict[str, str]:
    """Right answers in a style of their own."""
    found = amara()
    for name in (
        "loops_over_positions",
        "sizes_by_bisection",
        "stride_by_phases",
        "padding_by_a_table_of_places",
    ):
        found |= read_submission(SUBMISSIONS / "honest" / name, MODULES).modules
    return found


def compared(hand_ins: Mapping[str, Submission]) -> Compared:
    looking = Lookalikes()
    for name, each in hand_ins.items():
        looking.add(name, own_tokens(each))
    return looking.alike()


def stubs() -> Submission:
    return submission({m: (MANIFEST.parent / f"{m}.py").read_text(encoding="utf-8") for m in MODULES})


def test_what_everyone_got_counts_for_nothing() -> None:
    assert own_tokens(stubs()) == {e.name: [] for e in exercises()}
    result = compared({"a": stubs(), "b": stubs()})
    assert (result.pairs, result.students, result.left_out) == ((), 0, 2)


def test_a_copy_with_other_names_comments_and_layout_is_found_wherever_it_differs_not() -> None:
    copy = {module: disguised(text) for module, text in amara().items()}
    assert all(copy[module] != text for module, text in amara().items())
    result = compared({"ada": submission(amara()), "ben": submission(copy), "cleo": stubs()})
    (pair,) = result.pairs
    assert (pair.one, pair.other, result.students, result.left_out) == ("ada", "ben", 2, 1)
    assert {name for name, _ in pair.exercises} >= {"ex2", "ex3", "ex5", "ex6", "ex7"}
    assert all(share == 100 for _, share in pair.exercises)


@pytest.mark.parametrize(
    "other",
    [
        "def helper(a):\n    'What it does.'\n    return a + 1\n",
        "import math\n\n\ndef   other( b ) : # a comment\n  return (b+1)\n",
        "def helper(a: int) -> int:\n    return a + 1\n'a text that does nothing'\n",
    ],
)
def test_what_makes_no_difference_to_what_code_does_makes_none_here(other: str) -> None:
    one = "def helper(a):\n    return a + 1\n"
    assert own_tokens(submission({"ex3_conv2d": other})) == own_tokens(submission({"ex3_conv2d": one}))
    changed = own_tokens(submission({"ex3_conv2d": one.replace("+", "-")}))
    assert changed != own_tokens(submission({"ex3_conv2d": one}))


def test_two_copied_exercises_are_enough_and_named() -> None:
    mixed = other() | {m: disguised(amara()[m]) for m in ("ex5_dilation", "ex7_layer")}
    theirs = {m: text for m, text in other().items() if text != amara()[m]} | {
        m: mixed[m] for m in ("ex5_dilation", "ex7_layer")
    }
    (pair,) = compared({"ada": submission(amara()), "ben": submission(theirs)}).pairs
    assert [name for name, _ in pair.exercises] == ["ex5", "ex7"]
    assert pair.tokens >= lookalike.ENOUGH


def test_short_answers_that_are_the_same_say_nothing() -> None:
    short = {m: amara()[m] for m in ("ex1_output_size", "ex4_stride")}
    assert compared({"ada": submission(short), "ben": submission(short)}).pairs == ()
    tiny = submission({"ex1_output_size": "def output_size(a):\n    return a\n"})
    assert compared({"ada": tiny, "ben": tiny}) == replace(Compared(), left_out=2, alike=90.0, crowd=20)


def test_a_notebook_is_held_against_files() -> None:
    cells = tuple(amara().values())
    (pair,) = compared({"ada": submission(amara()), "ben": submission({}, cells)}).pairs
    assert {name for name, _ in pair.exercises} >= {"ex3", "ex7"}


def test_changed_code_is_told_from_the_same_code() -> None:
    changed = amara()["ex7_layer"].replace("if ", "if not ").replace(" + ", " - ")
    result = compared({"ada": submission(amara()), "ben": submission(amara() | {"ex7_layer": changed})})
    shares = dict(result.pairs[0].exercises)
    assert 90 <= shares["ex7"] < 100 and shares["ex3"] == 100


def test_no_two_honest_hand_ins_look_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    hand_ins = {p.name: read_submission(p, MODULES) for p in sorted((SUBMISSIONS / "honest").iterdir())}
    looking = Lookalikes()
    for name, each in hand_ins.items():
        looking.add(name, own_tokens(each))
    assert looking.alike().pairs == ()
    # nor any two answers to an exercise, of 1,787 pairs; and not by a hair: above 80 % are 2
    monkeypatch.setattr(lookalike, "ENOUGH", lookalike.MIN_ANSWER_TOKENS)
    assert looking.alike().pairs == ()
    monkeypatch.setattr(lookalike, "ALIKE", 80.0)
    assert len(looking.alike().pairs) <= 2


def test_an_answer_that_many_share_is_said_once_and_makes_no_pairs() -> None:
    crowd = {f"s{i:02}": submission({"ex7_layer": amara()["ex7_layer"]}) for i in range(lookalike.CROWD + 2)}
    result = compared(crowd)
    assert (result.pairs, result.common) == ((), (("ex7", lookalike.CROWD + 2),))
    del crowd["s00"]
    few = compared(crowd)
    assert len(few.pairs) == 21 * 20 / 2 and few.common == ()


def test_the_order_of_hand_ins_makes_no_difference_nor_does_the_size_of_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_ins = {
        f"{n}{i}": each
        for i in range(3)
        for n, each in (("a", submission(amara())), ("b", submission(other())))
    }
    forwards = compared(hand_ins)
    assert len(forwards.pairs) == 15
    assert compared(dict(reversed(hand_ins.items()))) == forwards
    monkeypatch.setattr(lookalike, "ROWS", 2)
    assert compared(hand_ins) == forwards


HOSTILE = {
    "brackets": "x = " + "(" * 50_000,
    "nested lists": "x = " + "[" * 90 + "]" * 90,
    "attributes": "x = a" + ".b" * 40_000,
    "a long sum": "x = " + "+".join(["1"] * 45_000),
    "minus": "x = " + "-" * 90_000 + "1",
    "many words": "\n".join(f"word{i} = other{i}.attribute{i}" for i in range(2_500)),
    "huge number": "x = " + "9" * 90_000,
    "huge number in hex": "x = 0x" + "f" * 90_000,
    "long names": "\n".join(f"x.{'y' * 30_000}{i}" for i in range(3)),
    "indented": "\n".join(" " * i + "if x:" for i in range(99)) + "\n" + " " * 99 + "x",
    "NUL": "x = '\0'",
    "surrogate": "x = '\udcff\ud800'",
    "nothing": "",
    "no Python": "<html>" * 1000,
    "too long": "x = 1\n" * 1_000_000,
    "bad escapes": "x = '\\d\\w'\nassert (x, 'always')",
    "runs": "import pathlib\npathlib.Path('ran').touch()",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_is_neither_run_nor_does_it_stall_or_break_the_comparison(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HOSTILE[name]
    start = time.monotonic()
    hand_ins = {
        "a": submission({"ex3_conv2d": text}),
        "b": submission({}, (text, text)),
        "c": submission(amara()),
    }
    result = compared(hand_ins | {"d": submission(amara())})
    assert ("c", "d") in {(pair.one, pair.other) for pair in result.pairs}
    assert time.monotonic() - start < 10
    assert not list(tmp_path.iterdir())
    assert not recwarn.list


def test_hand_ins_that_cannot_be_read_or_are_missing_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    hand_ins = [
        ClassSubmission("ada", AMARA),
        ClassSubmission("ben", tmp_path / "broken.zip"),
        ClassSubmission("cleo", None),
    ]
    assert compare(hand_ins).students == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits")
def test_hand_ins_whose_code_is_too_much_are_named_and_cost_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = Child(Limits(cpu=1))
    monkeypatch.setattr("autograder.submissions.submission.child", lambda: impatient)
    stalls = {"cell_type": "code", "source": 'x = f"' + "{a:{b}}" * 14_000 + '"'}
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [stalls] * 10, "nbformat": 4}))
    hand_ins = [ClassSubmission(name, AMARA) for name in ("ada", "ben")]
    result = compare([hand_ins[0], ClassSubmission("cleo", tmp_path / "n.ipynb"), hand_ins[1]])
    impatient.end()
    assert [(pair.one, pair.other) for pair in result.pairs] == [("ada", "ben")]
    assert result.notes == ("Not compared, since their code takes too much time or memory to read: cleo",)


def test_a_class_too_large_is_not_compared_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookalike, "MAX_STUDENTS", 1)
    assert "--jplag" in compare([ClassSubmission("ada", AMARA), ClassSubmission("ben", AMARA)]).remark


def test_without_the_library_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    hand_ins = [ClassSubmission("ada", AMARA), ClassSubmission("ben", AMARA)]
    assert "pip install '.[class]'" in compare(hand_ins).remark
    assert compare(hand_ins[:1]).remark == ""  # there is nothing to compare it with


def test_the_export_has_a_folder_for_each_student_and_what_everyone_got(tmp_path: Path) -> None:
    notebook = tmp_path / "n.ipynb"
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []}
    notebook.write_text(json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    hand_ins = [
        ClassSubmission("ada", AMARA),
        ClassSubmission("_..", notebook),
        ClassSubmission("cleo", None),
    ]
    assert write_class(hand_ins, tmp_path / "out", Faults()) == 2
    files = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.py"))
    given = [f"base/{m}.py" for m in MODULES]
    assert files == sorted([*given, *(f"students/ada/{m}.py" for m in amara()), "students/_../notebook.py"])
    assert (tmp_path / "out/students/ada/ex3_conv2d.py").read_text(encoding="utf-8") == amara()["ex3_conv2d"]


def test_an_export_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", str(AMARA), "-o", str(tmp_path / "o"), "--jplag", str(tmp_path)]) == 2
    assert "give the name of a new folder" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
