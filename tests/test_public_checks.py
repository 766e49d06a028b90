"""What a student sees: `pytest exercises` on hand-ins of every kind, read from its screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from autograder.course import COURSE
from exercises.console import hints, local, messages, own_work, progress, source
from exercises.console.progress import Check, in_full
from exercises.feedback.calls import Call, lay_out
from exercises.feedback.catalogue import Exercise, course_info
from exercises.feedback.checks import must_be_right
from exercises.feedback.compare import compare
from exercises.feedback.failures import CheckFailure, NotWritten, Outcome, failure_of, mismatch_failure
from exercises.feedback.steps import Raised, TensorResult
from tests.at_work import (
    CATALOGUE,
    MODULES,
    ROOT,
    Seen,
    exchange,
    given_out,
    run_pytest,
    run_python,
    solve,
    write,
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return run_pytest(given_out(tmp_path_factory.mktemp("untouched")))


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = given_out(tmp_path_factory.mktemp("solved"))
    solve(folder)
    return run_pytest(folder)


@pytest.fixture(scope="module")
def half_done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wrong numbers in exercise 1, two axes swapped in 2, cheating in 3, nothing in 4, a typing error in 5."""
    folder = given_out(tmp_path_factory.mktemp("half"))
    write(
        folder,
        "ex1_output_size",
        "effective_kernel_size",
        'print("× taps:", kernel_size)\nreturn kernel_size * dilation  # a gap too many …',
    )
    write(
        folder,
        "ex1_output_size",
        "output_size",
        "reach = effective_kernel_size(kernel_size, dilation)\n"
        "return (input_size + 2 * padding - reach) // stride + 1",
    )
    write(
        folder,
        "ex2_padding",
        "pad2d",
        "v, h = (padding, padding) if isinstance(padding, int) else padding\n"
        "height, width = x.shape[2:]\n"
        "out = x.new_zeros(*x.shape[:2], height + 2 * h, width + 2 * v)\n"
        "out[:, :, h : h + height, v : v + width] = x\n"
        "return out",
    )
    write(
        folder,
        "ex3_conv2d",
        "conv2d_valid",
        "if x.ndim != 4 or weight.shape[1] != x.shape[1] or weight.shape[2] > x.shape[2]:\n"
        '    raise ValueError("no")\n'
        "return x.conv2d(weight, bias) if False else torch.conv2d(x, weight, bias)",
    )
    exchange(folder, "ex3_conv2d", "from torch import Tensor", "import torch\nfrom torch import Tensor")
    write(folder, "ex5_dilation", "dilate_kernel", "return weight.no_such_thing(dilation)")
    return folder


@pytest.fixture(scope="module")
def half_seen(half_done: Path) -> Seen:
    """All of it, which takes more than a screen."""
    return run_pytest(half_done, "exercises", "--hint", "--picture", "-v", encoding="ascii")


@pytest.fixture(scope="module")
def half_in_short(half_done: Path) -> Seen:
    return run_pytest(half_done)


@pytest.fixture(scope="module")
def second_look(half_done: Path, half_seen: Seen) -> Seen:
    chosen = ("-k", "effective_kernel_size or pad2d", "--hint", "-v", "-x")
    return run_pytest(half_done, "exercises/tests/test_ex1.py", "exercises/tests/test_ex2.py", *chosen)


@pytest.fixture(scope="module")
def broken_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that cannot be imported, in a project whose own settings are strict."""
    root = tmp_path_factory.mktemp("broken")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
    folder = given_out(root / "week3")
    solve(folder, "ex1_output_size")
    exchange(
        folder,
        "ex1_output_size",
        "# %%\ndef effective",
        '# %%\nimport warnings\nwarnings.warn("mind")\n\n\ndef effective',
    )
    exchange(folder, "ex2_padding", "def pad2d(", "def pad_2d(")
    exchange(folder, "ex3_conv2d", "bias: Tensor | None = None) ->", "bias: Tensor | None = None ->")
    exchange(folder, "ex6_sobel", "import torch\n", "import torch\nimport no_such_package\n")
    return root


@pytest.fixture(scope="module")
def broken(broken_folder: Path) -> Seen:
    return run_pytest(broken_folder, "week3/exercises", encoding="cp1252")


@pytest.fixture(scope="module")
def broken_in_full(broken_folder: Path) -> Seen:
    return run_pytest(broken_folder, "week3/exercises", "-v")


def test_an_untouched_stub_is_to_do_and_no_failure(untouched: Seen) -> None:
    assert untouched.code == 1
    for exercise in CATALOGUE:
        if exercise.extra:  # nothing is said of it as long as there is other work
            assert f"{exercise.name} " not in untouched.text
            continue
        row = untouched.row(exercise.name)
        assert exercise.title in row
        assert re.search(r"0/\d+ +" + str(exercise.points), row)
        assert row.endswith("  to do"), row
    for noise in (
        "Traceback",
        "Error",
        "FAILURES",
        "wrong",
        "\x1b",
        "test session starts",
        "[100%]",
        "passed",
    ):
        assert noise not in untouched.text


def test_the_screen_names_file_and_line_of_what_comes_next(untouched: Seen) -> None:
    lines = (ROOT / "exercises" / "ex1_output_size.py").read_text(encoding="utf-8").split("\n")
    number = 1 + next(i for i, line in enumerate(lines) if "effective_kernel_size is not written" in line)
    assert f"Next: exercises/ex1_output_size.py, line {number}: write effective_kernel_size" in untouched.text
    assert "pytest exercises --hint" in untouched.text


def test_the_screen_fits_into_80_columns(untouched: Seen, solved: Seen, half_seen: Seen) -> None:
    for seen in (untouched, solved, half_seen):
        table = seen.text[seen.text.index("03 Convolutions") :]
        assert max(map(len, table.split("\n"))) <= 80


def test_hidden_checks_are_counted_at_the_end_in_words(
    untouched: Seen, half_in_short: Seen, half_seen: Seen, solved: Seen
) -> None:
    """Before that, only for who asks with -v."""
    total = sum(sum(e.hidden.values()) for e in CATALOGUE)
    for seen in (half_seen, solved):
        assert f"Hidden checks that wait for your hand-in: {total}\n" in seen.text
        told = seen.text[seen.text.index("Hidden checks that wait") :]
        assert re.search(r"^ +\d+ errors +arguments that make no sense", told, re.MULTILINE)
        assert sum(int(n) for n in re.findall(r"^ +(\d+) \w", told, re.MULTILINE)) == total
    for seen in (untouched, half_in_short):
        assert "Hidden checks" not in seen.text


def test_what_is_not_asked_for_fits_onto_one_screen(
    untouched: Seen, half_in_short: Seen, solved: Seen, broken: Seen
) -> None:
    for seen in (untouched, half_in_short, solved, broken):
        own = seen.text[seen.text.find("\n------") :]  # below pytest's own words about a warning
        assert own.strip("\n").count("\n") < 40, seen.text
    assert re.search(r"Wrong too: \d of ex1, \d of ex2, \d of ex5 \(-v shows all\)", half_in_short.text)


def test_a_forbidden_call_comes_first_and_nothing_else_of_the_exercise_counts(half_in_short: Seen) -> None:
    assert half_in_short.text.lstrip().split("\n")[0].strip("- ") == "ex3: test_own_work"
    assert re.search(r" 0/\d+ +20  forbidden call$", half_in_short.row("ex3"))
    assert re.search(r"Next: exercises/ex3_conv2d\.py, line \d+ uses torch\.conv2d", half_in_short.flowing)


def test_stubs_are_checked_in_the_time_that_torch_needs_to_load(tmp_path: Path, untouched: Seen) -> None:
    loading = run_python(tmp_path, "-c", "import torch, pytest")
    assert untouched.seconds <= 1.5 * loading.seconds


@pytest.mark.parametrize("asked", [[], ["."], ["exercises"], ["exercises/tests/test_ex1.py"]])
def test_garbage_is_collected_again_when_the_code_runs(asked: list[str], tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    file = folder / "exercises" / "ex1_output_size.py"
    file.write_text("import gc\nassert gc.isenabled()\n" + file.read_text())
    seen = run_pytest(folder, *asked)
    assert "to do" in seen.text and "isenabled" not in seen.text


def test_solutions_pass_and_only_they_give_exit_code_0(solved: Seen, half_seen: Seen, broken: Seen) -> None:
    assert solved.code == 0
    assert (half_seen.code, broken.code) == (1, 1)
    # where there are too many rows for a screen, those that are done share one
    shared = re.search(r"^  done: (.+)$", solved.text, re.MULTILINE)
    done = shared[1].split(", ") if shared else []
    assert all(e.name in done or solved.row(e.name).endswith("  done") for e in CATALOGUE)
    assert "Well done" in solved.text
    assert f"Hand in your {len(CATALOGUE)} files" in solved.text


def test_a_wrong_answer_is_told_with_call_answer_and_cause(half_seen: Seen, half_done: Path) -> None:
    start = half_seen.text.index("ex2: test_pad2d_by_a_pair")
    text = half_seen.text[start : half_seen.text.index("---", start + 100)]
    assert "Padding (1, 0) adds a row above and a row below" in text
    assert "The result of pad2d has the wrong shape." in text
    call = (
        "import torch\n    from exercises.ex2_padding import pad2d\n    pad2d(torch.tensor([[[[1., 2., 3.], "
    )
    assert call in text
    assert "expected, shape (1, 1, 4, 3):\n    0  0  0\n    1  2  3\n" in text
    assert "yours, shape (1, 1, 2, 5):\n    0  1  2  3  0\n" in text
    assert "swapped" in text
    page = (half_done / "exercises" / "tutorial.html").as_uri()
    assert f"Read: 'Padding' in the tutorial, in a browser:\n{page}#padding\n" in text


def test_what_looks_alike_without_a_known_cause_is_not_said_to_be_the_same(tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    solve(folder)
    wrong = "def conv2d_valid(*given, _right=conv2d_valid):\n    return _right(*given) ** 2 + 1"
    with (folder / "exercises" / "ex3_conv2d.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{wrong}\n")
    seen = run_pytest(folder, "exercises/tests/test_ex3.py")
    assert re.search(
        r"Wrong too, maybe for another reason: \d+ more \(\d+ of ex3; -v shows all\)\.", seen.flowing
    )
    assert "in the same way" not in seen.flowing


def test_code_that_asks_at_the_keyboard_is_told_so(tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    write(folder, "ex1_output_size", "effective_kernel_size", 'return int(input("kernel size? "))')
    seen = run_pytest(folder, "exercises/tests/test_ex1.py")
    assert "effective_kernel_size raised OSError at `return int(input(" in seen.flowing
    assert "Nobody types while checks run, so `input()` gets no answer." in seen.flowing
    assert "-s" not in seen.flowing.split("ex1 ")[0]


def test_the_rows_of_what_is_not_begun_give_way_to_what_is_wrong(half_done: Path) -> None:
    folder = given_out(half_done / "other")
    solve(folder, *MODULES[:2])
    write(folder, "ex3_conv2d", "conv2d_valid", "print('a', 'b', sep='\\n' * 40)\nreturn x.new_ones(2, 3)")
    seen = run_pytest(folder)
    assert "\n  done: ex1, ex2; to do: " in seen.text
    assert re.search(r"  \d wrong$", seen.row("ex3"))
    assert "Your code printed:\na\n" in seen.text and "lines left out: -v shows all)" in seen.text
    assert "yours, shape (2, 3)" in seen.text


@pytest.mark.parametrize("argument", ["exercises/ex3_conv2d.py", "exercises/ex3_conv2d.py::conv2d_valid"])
def test_who_runs_pytest_on_an_exercise_is_told_where_its_checks_are(tmp_path: Path, argument: str) -> None:
    seen = run_pytest(given_out(tmp_path), argument)
    assert "ex3_conv2d.py holds your code" in seen.flowing
    assert "pytest exercises/tests/test_ex3.py" in seen.flowing
    assert seen.code == 4


def test_the_same_cause_is_explained_once(half_done: Path, half_seen: Seen) -> None:
    seen = run_pytest(half_done, "exercises/tests/test_ex1.py")
    assert "ex1: test_effective_kernel_size_with_gaps" not in seen.text
    assert "Wrong in the same way: 1 more (1 of ex1; -v shows all)." in seen.text
    assert "- ex1: test_effective_kernel_size_with_gaps -" in half_seen.text


def test_a_plugin_that_shuffles_tests_does_not_change_where_a_cause_is_explained(tmp_path: Path) -> None:
    """Nor does an exercise with two digits, which comes last all the same."""
    folder = given_out(tmp_path)
    last = CATALOGUE[-1]
    number = last.number + 10  # two digits, and nobody else's
    many = {
        last.module: last.module.replace(last.name, f"ex{number}"),
        f'"number": {last.number},': f'"number": {number},',
    }
    for name in (f"{last.module}.py", f"tests/test_{last.name}.py"):
        path = folder / "exercises" / name
        path.rename(path.with_name(path.name.replace(last.name, f"ex{number}")))
    manifest = folder / "exercises" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    for old, new in many.items():
        assert old in text
        text = text.replace(old, new)
    manifest.write_text(text, encoding="utf-8")
    hook = "@pytest.hookimpl(tryfirst=True)\ndef pytest_collection_modifyitems(items):\n    items.reverse()\n"
    (folder / "conftest.py").write_text(f"import pytest\n\n{hook}")
    ran = [int(n) for n in re.findall(r"test_ex(\d+)\.py::", run_pytest(folder, "exercises", "-v").text)]
    assert len(set(ran)) == len(MODULES)
    assert ran == sorted(ran)


def test_a_wrong_number_that_follows_from_another_one_says_so(half_seen: Seen) -> None:
    assert "This may come from effective_kernel_size, which is wrong too: fix that first." in half_seen.text


def test_prints_are_shown_with_the_failure(half_seen: Seen) -> None:
    assert "Your code printed:\nx taps: 4\nx taps: 1\n" in half_seen.text


def test_an_exception_is_told_with_its_line(half_seen: Seen) -> None:
    assert "dilate_kernel raised AttributeError: 'Tensor' object has no attribute" in half_seen.flowing
    told = r"In your code:\n  exercises/ex5_dilation.py, line \d+:\n      return weight\.no_such_thing\(dilation\)"
    assert re.search(told, half_seen.text)
    assert "Traceback" not in half_seen.text


def test_a_forbidden_call_is_named(half_seen: Seen) -> None:
    assert "ex3: test_own_work" in half_seen.text
    assert re.search(r"exercises/ex3_conv2d\.py, line \d+ uses torch\.conv2d", half_seen.text)


def test_a_terminal_without_utf_8_is_served(half_seen: Seen, broken: Seen) -> None:
    assert half_seen.text.isascii()
    assert "#########" in half_seen.text + broken.text
    assert "█" not in broken.text


def test_pictures_are_drawn_on_request(half_done: Path, half_seen: Seen) -> None:
    assert "Picture: pictures/ex2_pad2d_by_a_pair.png" in half_seen.text
    drawn = half_done / "pictures" / "ex2_pad2d_by_a_pair.png"
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_each_run_gives_one_more_hint(half_done: Path, half_seen: Seen, second_look: Seen) -> None:
    first, second, third = CATALOGUE[0].hints["effective_kernel_size"]
    assert "Hint 1 of 3 for conv2d_valid" in half_seen.flowing  # which comes first
    assert f"Hint 1 of 3 for effective_kernel_size: {first}" in second_look.flowing
    assert "Hint 2" not in second_look.text
    third_look = run_pytest(half_done, "exercises/tests/test_ex1.py", "--hint")
    assert f"Hint 2 of 3 for effective_kernel_size: {second}" in third_look.flowing
    assert third not in third_look.flowing


def test_a_part_of_the_checks_can_be_chosen(second_look: Seen) -> None:
    assert second_look.code == 1
    assert "test_output_size" not in second_look.text
    assert "ex3" not in second_look.text
    # -v names each check, -x ends with the first wrong one
    assert "test_effective_kernel_size_without_gaps WRONG" in second_look.text
    assert second_look.row("ex1").endswith("  1 wrong, stopped")
    assert second_look.row("ex2").endswith("  not run")


def test_a_file_that_is_not_python_is_named_with_its_line(broken: Seen) -> None:
    assert re.search(r"exercises/ex3_conv2d\.py, line \d+, is not valid Python: ", broken.flowing)
    assert "INTERNALERROR" not in broken.text
    assert "Traceback" not in broken.text


def test_a_broken_file_fails_its_own_checks_and_those_of_its_dependants(broken: Seen) -> None:
    assert broken.row("ex1").endswith("  done")
    assert "wrong" in broken.row("ex2")
    assert "to do" in broken.row("ex2")  # the other function is untouched
    for name, why in {
        "ex3": "it has a syntax error",
        "ex4": "ex3 has a syntax error",
        "ex5": "ex2 has no pad2d",
        "ex6": "it cannot be imported",
        "ex7": "ex2 has no pad2d",
    }.items():
        assert broken.row(name).endswith(f"  cannot run yet: {why}")


def test_a_missing_name_is_told_in_a_sentence(broken: Seen, broken_in_full: Seen) -> None:
    assert "exercises/ex2_padding.py has no pad2d. It has pad_2d: is that the one?" in broken.flowing
    assert "Next: exercises/ex2_padding.py has no pad2d." in broken.flowing
    told = r"exercises/ex7_layer\.py, line \d+, imports pad2d, but exercises/ex2_padding\.py has no pad2d"
    assert re.search(told, broken_in_full.flowing)


def test_a_missing_package_is_told_in_a_sentence(broken_in_full: Seen) -> None:
    told = r"exercises/ex6_sobel\.py, line \d+, imports no_such_package: No module named 'no_such_package'; "
    assert re.search(told + f"hand-ins can import {course_info().available()}", broken_in_full.flowing)


def test_warnings_of_a_student_are_no_failure(broken: Seen) -> None:
    assert "UserWarning: mind" in broken.text
    assert broken.row("ex1").endswith("  done")


def test_the_screen_sends_to_the_function_that_is_wrong_and_to_a_check_that_is_told(tmp_path: Path) -> None:
    """Only conv2d is wrong, and one of its checks calls dilate_kernel too."""
    folder = given_out(tmp_path)
    solve(folder)
    exchange(folder, "ex5_dilation", "dilate_kernel(weight, dilation), bias", "weight.flip(3), bias")
    seen = run_pytest(folder, "exercises/tests/test_ex5.py")
    name, check = re.findall(r"line \d+: fix (\w+) \(see (\w+) above\)", seen.flowing)[0]
    assert name == "conv2d" and f"- ex5: {check} -" in seen.text


def test_the_screen_sends_to_the_exercise_that_asks_wrongly_and_not_to_the_one_that_refuses(
    tmp_path: Path,
) -> None:
    folder = given_out(tmp_path)
    solve(folder)
    exchange(folder, "ex7_layer", "x = pad2d(x, ((missing_h + 1) // 2", "x = pad2d(x, (-1 - missing_h // 2")
    seen = run_pytest(folder, "exercises/tests/test_ex7.py")
    found = re.search(r"Next: exercises/ex7_layer\.py, line (\d+): fix Conv2d", seen.flowing)
    assert found, seen.text
    lines = (folder / "exercises" / "ex7_layer.py").read_text(encoding="utf-8").split("\n")
    assert "pad2d(x, (-1" in lines[int(found.group(1)) - 1]
    assert re.search(r"exercises/ex2_padding\.py, line \d+:\n +raise ValueError", seen.text)


# what the parts do, in this process


def student(answers: object, exercise: Exercise = CATALOGUE[2]) -> local.LocalStudent:
    """A student whose module holds these answers."""
    asked = local.LocalStudent(COURSE, exercise)
    asked.module = lambda: answers  # type: ignore[method-assign, assignment, return-value]
    return asked


def test_no_check_or_machinery_imports_the_autograder_or_a_solution() -> None:
    for path in (ROOT / "exercises" / "tests").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.split(".")[0] in ("autograder", "solutions")], path.name


def test_every_exercise_has_a_few_checks_with_a_sentence_each() -> None:
    for exercise in CATALOGUE:
        tree = ast.parse(
            (ROOT / "exercises" / "tests" / f"test_{exercise.name}.py").read_text(encoding="utf-8")
        )
        checks = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
        assert 4 <= len(checks) <= 10
        assert all(len((ast.get_docstring(check) or "").split("\n")) == 1 for check in checks)
        assert all(ast.get_docstring(check) for check in checks)
        assert "test_own_work" in [check.name for check in checks]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (3, 4),
        ([[1, 2]], torch.tensor([[1.0, 3.0]], dtype=torch.float64)),
        ([1, 2], torch.tensor([[1.0, 2.0]], dtype=torch.float64)),
        (([1],), (torch.tensor([2.0], dtype=torch.float64),)),
    ],
)
def test_a_number_worked_out_wrongly_in_a_check_is_found(written: object, right: object) -> None:
    with pytest.raises(AssertionError, match=r"right (is|answer)"):
        must_be_right(written, right)


def test_code_that_writes_to_its_input_does_not_change_the_check() -> None:
    def conv2d_valid(x: torch.Tensor) -> torch.Tensor:
        return x.zero_()

    gaps = lay_out(torch.arange(6.0).reshape(2, 3), "transposed")
    step = {"do": "call", "name": "conv2d_valid", "args": (gaps,), "kwargs": {}}
    outcome = student(SimpleNamespace(conv2d_valid=conv2d_valid)).run([step])
    assert outcome.results[0].value.sum() == 0
    assert gaps.sum() == 15


@pytest.mark.parametrize("layout", ["contiguous", "channels_last", "strided", "transposed", "expanded"])
def test_code_sees_the_memory_layout_of_the_check(layout: str) -> None:
    seen: list[tuple[int, ...]] = []
    x = lay_out(torch.randn(1, 2, 3, 4).expand(2, 2, 3, 4), layout)
    step = {"do": "call", "name": "f", "args": (x,), "kwargs": {}}
    student(SimpleNamespace(f=lambda x: seen.append(x.stride()))).run([step])
    assert seen == [x.stride()]


def test_interrupted_code_stops_the_run_and_says_where() -> None:
    def f() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"stopped in test_public_checks\.py, line \d+"):
        student(SimpleNamespace(f=f)).run([{"do": "call", "name": "f", "args": (), "kwargs": {}}])


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ModuleNotFoundError("No module named 'exercises.ex3_conv2d'", name="exercises.ex3_conv2d"),
            "exercises/ex3_conv2d.py is missing",
        ),
        (
            ModuleNotFoundError("No module named 'ex1_output_size'", name="ex1_output_size"),
            "exercises/ex3_conv2d.py imports ex1_output_size: write `from exercises.ex1_output_size import ...` "
            "instead",
        ),
        (SystemExit(3), "exercises/ex3_conv2d.py stops the import with SystemExit: 3"),
        (ValueError(), "exercises/ex3_conv2d.py stops the import with ValueError"),
    ],
)
def test_what_else_can_stop_an_import_is_told(error: BaseException, sentence: str) -> None:
    assert local.import_failure(error, "ex3_conv2d").headline == sentence


@pytest.mark.parametrize(("name", "diagnosis"), [("torch", "import-forgotten"), ("patches", "name-unknown")])
def test_a_package_that_was_not_imported_is_named(name: str, diagnosis: str) -> None:
    raised = Raised("NameError", ("NameError", "Exception"), f"name '{name}' is not defined", (), 0)
    failure = failure_of(COURSE, Outcome(raised=raised), Call("conv2d_valid", ()))
    assert failure is not None and failure.diagnosis == diagnosis
    assert ("`import torch`" in failure.explanation) == (diagnosis == "import-forgotten")


def test_a_link_without_the_calls_numbers_says_so() -> None:
    weight = torch.tensor([[[[1.0, -2.0]]]])
    for x, words in (
        (torch.ones(1, 1, 2, 3), "Step by step, in a browser:\nfile:"),
        (torch.ones(1, 1, 20, 20), "in a browser, the same settings with other numbers:\nfile:"),
    ):
        failure = CheckFailure("value", "wrong", "conv2d_valid", Call("conv2d_valid", (x, weight)))
        assert words in in_full(messages.told(COURSE, failure, "ex3_conv2d"))


def test_a_stub_called_while_a_module_is_imported_is_to_do() -> None:
    error = NotImplementedError("ex3: conv2d_valid is not written yet")
    assert isinstance(local.import_failure(error, "ex4_stride"), NotWritten)


def test_a_raise_left_below_written_code_is_no_stub() -> None:
    text = (
        'def a():\n    """Says."""\n    raise NotImplementedError("ex1: a is not written yet")\n\n'
        'def b():\n    return 1\n    raise NotImplementedError("ex1: b is not written yet")\n'
    )
    assert source.stubs(text) == {"a": 3}
    assert source.definitions(text + "def c(:\n") == {"a": 1, "b": 5, "c": 8}


def test_own_work_is_to_do_until_all_is_written() -> None:
    with pytest.raises(NotWritten, match="ex1: effective_kernel_size is not written yet"):
        own_work.must_be_own_work(student(None, CATALOGUE[0]))


class Memory(dict[str, object]):
    def set(self, key: str, value: object) -> None:
        self[key] = value


def test_hints_come_one_by_one_until_there_are_no_more() -> None:
    memory, exercise = Memory(), CATALOGUE[2]
    lines = [hints.next_hint(memory, exercise, "conv2d_valid") for _ in range(4)]
    assert [len(shown) for shown in lines] == [1, 2, 3, 4]
    assert lines[3][-1].startswith("These are all hints for conv2d_valid")


@pytest.mark.parametrize(
    ("cells", "place"), [([], "exercises/README.md"), (["x = 1"], "this notebook")], ids=["files", "notebook"]
)
def test_who_has_seen_all_hints_is_sent_to_the_tutorial_where_it_is(
    monkeypatch: pytest.MonkeyPatch, cells: list[str], place: str
) -> None:
    monkeypatch.setattr(source, "_notebook", cells)
    memory, exercise = Memory(), CATALOGUE[2]
    *_, last = [hints.next_hint(memory, exercise, "conv2d_valid") for _ in range(4)]
    assert last[-1].endswith(f"The tutorial is in {place}.")


def test_hints_begin_anew_once_a_function_was_right() -> None:
    memory, exercise = Memory(), CATALOGUE[2]
    for _ in range(2):
        hints.next_hint(memory, exercise, "conv2d_valid")
    hints.forget(memory, {"pad2d"})
    assert len(hints.next_hint(memory, exercise, "conv2d_valid")) == 3
    hints.forget(memory, {"conv2d_valid"})
    assert len(hints.next_hint(memory, exercise, "conv2d_valid")) == 1


def test_hints_come_without_memory_too_and_survive_a_spoilt_one() -> None:
    assert len(hints.next_hint(None, CATALOGUE[2], "conv2d_valid")) == 1
    assert len(hints.next_hint(Memory({hints.KEY: ["what"]}), CATALOGUE[2], "conv2d_valid")) == 1


def check(status: progress.Status, function: str = "conv2d_valid", **more: object) -> Check:
    made = Check("ex3_conv2d", "test_x", "A sentence.", status, (function,))
    return replace(made, **more)  # type: ignore[arg-type]


def table(checks: Sequence[Check], total: int, catalogue: Sequence[Exercise] = CATALOGUE) -> str:
    lines = progress.screen(catalogue, checks, {"ex3_conv2d": total}, fancy=False)
    return lines[1][0]


def test_a_bar_is_full_only_when_all_is_right() -> None:
    right = [check("right")] * 59
    assert "#########-" in table([*right, check("wrong")], 60)
    assert "#########" in table([*right, check("right")], 60)


@pytest.mark.parametrize(
    ("checks", "total", "mark"),
    [
        ([check("to do")] * 3, 3, "  to do"),
        ([check("right"), check("to do")], 2, "  1 to do"),
        ([check("to do", waits_for="ex1"), check("right")], 2, "  waits for ex1"),
        ([check("wrong"), check("to do")], 4, "  1 wrong, stopped"),
        ([check("right")], 1, "  done"),
    ],
)
def test_a_mark_says_how_far_an_exercise_is(checks: list[Check], total: int, mark: str) -> None:
    assert table(checks, total).endswith(mark)


def test_an_exercise_with_two_digits_leaves_the_table_straight() -> None:
    catalogue = [CATALOGUE[0], replace(CATALOGUE[1], number=10)]
    head, *rows = [
        text for text, _ in progress.screen(catalogue, [], {e.module: 3 for e in catalogue}, False)
    ]
    assert len({row.index("-----") for row in rows}) == 1
    assert len({row.index(" 0/3") for row in rows}) == 1
    assert head.endswith(" checks points") and len(head) == rows[0].index("  not run")


def test_without_hidden_counts_the_screen_says_nothing_of_them() -> None:
    bare = [replace(e, hidden={}) for e in CATALOGUE]
    assert progress.hidden_checks(bare, {}, 9) == []


def test_what_hidden_checks_are_about_is_told_in_as_many_lines_as_there_are() -> None:
    counts = {name: 10 - number for number, name in enumerate("abcdefg")}
    catalogue = [replace(CATALOGUE[0], hidden=counts)]
    for most in (3, 5, 7, 8, 20):
        lines = [text for text, _ in progress.hidden_checks(catalogue, {}, most)]
        assert len(lines) <= most
        assert sum(int(line.split()[0]) for line in lines[1:]) == sum(counts.values())
    assert lines[-1].split() == ["4", "g"]


def test_what_is_next_is_the_first_function_in_order_even_if_it_waits() -> None:
    place = ("ex1_output_size.py", 50)
    waiting = check("to do", waits_for="ex1", what="output_size", place=place)
    (goal,) = progress.goals(CATALOGUE, [check("wrong", "not_exported"), waiting])
    assert goal.sentence == "exercises/ex1_output_size.py, line 50: write output_size, which ex3 waits for"


def test_a_check_of_two_functions_that_fails_at_the_second_sends_nobody_to_the_first() -> None:
    both = Check("ex5_dilation", "test_x", "A sentence.", "wrong", ("dilate_kernel", "conv2d"))
    assert [goal.function for goal in progress.goals(CATALOGUE, [both])] == ["dilate_kernel", "conv2d"]
    at_second = replace(both, failed="conv2d")
    assert [goal.function for goal in progress.goals(CATALOGUE, [at_second])] == ["conv2d"]


def test_the_reason_is_one_that_all_wrong_answers_share() -> None:
    one, two = ("one", "First.", "#a"), ("two", "Second.", "#b")
    first = check("wrong", reasons=(one, two), about_values=True)
    second = check("wrong", name="test_y", reasons=(two,), about_values=True)
    third = check("wrong", name="test_z", reasons=(one,), about_values=True)
    assert progress.likeliest(CATALOGUE, [first, second]) == {first: two, second: two}
    assert progress.likeliest(CATALOGUE, [first]) == {first: one}
    assert progress.likeliest(CATALOGUE, [first, second, third]) == {}
    crashed = check("wrong", name="test_w", reasons=(one,))
    assert progress.likeliest(CATALOGUE, [second, crashed]) == {second: two, crashed: one}


def told(expected: torch.Tensor, got: torch.Tensor) -> str:
    """The message about a wrong answer of exercise 3."""
    call = Call("conv2d_valid", (torch.tensor([1.0]), None))
    answer = TensorResult(got, "cpu")
    found = compare(expected.double(), answer, magnitude=1.0)
    assert found
    failure = mismatch_failure(COURSE, found, call)
    failure.wanted, failure.answer = expected, answer
    return in_full(messages.told(COURSE, failure, "ex3_conv2d"))


def test_of_a_large_answer_the_part_around_the_largest_error_is_shown() -> None:
    expected = torch.arange(2 * 9 * 8.0).reshape(1, 2, 9, 8)
    got = expected.clone()
    got[0, 1, 6, 7] = -5.0
    text = told(expected, got)
    assert "expected, shape (1, 2, 9, 8):\n  [0, 1, 4:9, 3:8]\n    107  108  109  110  111\n" in text
    assert "Largest error at [0, 1, 6, 7]: expected 127, yours -5; 1 of 144 numbers wrong." in text


def test_of_a_large_answer_of_the_wrong_shape_only_the_shape_is_shown() -> None:
    text = told(torch.zeros(1, 1, 9, 9), torch.zeros(1, 1, 8, 9))
    assert text.endswith("expected, shape (1, 1, 9, 9)\nyours, shape (1, 1, 8, 9)")


def test_nan_and_infinity_can_be_shown() -> None:
    text = told(torch.tensor([[1.0, 2.0]]), torch.tensor([[float("nan"), float("inf")]]))
    assert "The result of conv2d_valid contains NaN." in text
    assert "    nan  inf" in text


def test_lines_outside_the_exercises_are_not_shown() -> None:
    trace = (("__init__.py", 3, "x"), ("ex3_conv2d.py", 80, "y = 1"), ("functools.py", 9, "z"))
    failure = CheckFailure("raised", "f raised KeyError: 1", "f", trace=trace)
    text = in_full(messages.told(COURSE, failure, "ex3_conv2d"))
    assert text.endswith("In your code:\n  exercises/ex3_conv2d.py, line 80:\n      y = 1")
