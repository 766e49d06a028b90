"""Written work is told from stubs by its lines alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from autograder.submissions.statements import statements
from autograder.submissions.submission import read_submission
from autograder.submissions.written import code_of
from exercises.feedback.catalogue import Exercise, exercises
from tests.parallel import CATALOGUE, MODULES, SUBMISSIONS

ROOT = Path(__file__).resolve().parents[1]
NAMES = {name for e in exercises() for name in e.exports}
GIVEN = {*MODULES, *(f"exercises.{module}" for module in MODULES), "exercises", "exercises.playground"}


def written(text: str) -> set[str]:
    return code_of(text, NAMES, GIVEN).written


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.name)
def test_every_stub_is_a_stub_and_every_solution_is_work(exercise: Exercise) -> None:
    module, exports = exercise.module, set(exercise.exports)
    stub = code_of((ROOT / "exercises" / f"{module}.py").read_text(encoding="utf-8"), NAMES, GIVEN)
    assert (stub.written, stub.stubs & exports) == (set(), exports)
    solution = (ROOT / "solutions" / f"{module}.py").read_text(encoding="utf-8")
    assert exports <= written(solution)
    for ends in ("\r\n", "\n\n"):
        assert exports <= written(solution.replace("\n", ends).replace("\r", ""))


@pytest.mark.parametrize("path", sorted((ROOT / "exercises").glob("[!e_]*.py")), ids=lambda path: path.name)
def test_what_students_are_given_is_no_work(path: Path) -> None:
    assert written(path.read_text(encoding="utf-8")) == set()


HONEST = [*sorted((SUBMISSIONS / "honest").iterdir()), SUBMISSIONS / "class" / "amara"]


@pytest.mark.parametrize("path", HONEST, ids=lambda path: path.name)
def test_what_honest_students_hand_in_is_chosen_whole(path: Path) -> None:
    """Each of its files and cells counts: with untouched stubs beside them, none would be taken for one."""
    found = read_submission(path, MODULES)
    for exercise in CATALOGUE:
        own = {exercise.module, f"exercises.{exercise.module}"}
        if exercise.module in found.modules:
            assert code_of(found.modules[exercise.module], NAMES, own).written & set(exercise.exports)
        elif found.notebook is not None:
            done = written("\n".join(found.notebook))
            assert set(exercise.exports) <= done or (exercise.extra and not set(exercise.exports) & done)


WORK = [
    "def pad2d(x): return x",
    "def pad2d(x):\n    return x",
    "async def pad2d(x):\n\treturn x",
    "@cache\ndef pad2d(\n    x: Tensor, how: str = 'a:b',\n) -> dict[str, int]:\n    return x",
    'def pad2d(x):\n    """Text."""\n    raise NotImplementedError\n    return x',
    "def pad2d(x):\n    raise ValueError('x')",
    "def pad2d(x):\n    pass\n    print(x)",
    "if fast:\n    def pad2d(x):\n        return x",
    "try:\n  import numpy\n  def pad2d(x): return x\nexcept ImportError: pass",
    "print((\ndef pad2d(x):\n    return x",
    "'''\ndef pad2d(x):\n    return x",
    "pad2d = lambda x: x",
    "pad2d: Callable = make(1)",
    "pad2d, same_padding = make()",
    "a = pad2d = make(pad=2)",
    "if fast: pad2d = fast_pad",
    "from mine import pad2d",
    "from .mine import (\n    pad2d as _,\n    other as pad2d,\n)",
    "import mine as pad2d",
    "globals()['pad2d'] = make()",
    "exec('def pad2d(x): return x')",
    "class pad2d(Base): pass",
    "class pad2d(nn.Module):\n    forward = other",
    "class pad2d:\n    def __init__(self):\n        pass\n    def forward(self, x):\n        return x",
    "class pad2d:\n    class Inner: pass",
    "def pad2d(x):\n    raise NotImplementedError\n\ndef pad2d(x):\n    return x",
]
NO_WORK = [
    "",
    "def pad2d(x): pass",
    "def pad2d(x): ...",
    "def pad2d(x):\n    # TODO\n    pass",
    "def pad2d(x):\n    '''Text.\n\n    >>> pad2d(3)\n    '''\n    return None",
    'def pad2d(x):\n    r"""Text."""\n    raise NotImplementedError("x: #")  # here',
    "@cache\ndef pad2d(\n    x: str = '):', y=lambda: 3,\n) -> 'Tensor':\n    raise NotImplementedError",
    "def pad2d(x):",
    "class pad2d(nn.Module):\n    '''Text.'''\n    weight: Tensor\n    @property\n    def f(self): ...\n\n"
    "    def g(\n        self,\n    ):\n        '''Text.'''\n        raise NotImplementedError('x')",
    "y = pad2d(x, padding=1)",
    "y = [pad2d]; z = pad2d == y",
    "f(pad2d=3)",
    "x.pad2d = 3",
    "pad2d += 1",
    "pad2d = None",
    "pad2d = F.pad",
    "pad2d = torch.compile(pad2d)",
    "from torch.nn.functional import pad as pad2d",
    "from exercises.ex2_padding import pad2d",
    "from ex2_padding import pad2d",
    "# def pad2d(x): return x",
    "'''\ndef pad2d(x): return x\n'''",
    "class Other:\n    def pad2d(self, x):\n        return x",
    "def other():\n    pad2d = 3",
]


@pytest.mark.parametrize("text", WORK)
def test_work_is_seen(text: str) -> None:
    assert "pad2d" in written(text)
    assert "pad2d" in written("x = f'{(y)}'\n" + text + "\nz = 1\n")


@pytest.mark.parametrize("text", NO_WORK)
def test_what_does_nothing_is_no_work(text: str) -> None:
    assert written(text) == set()
    assert written("x = f'{(y)}'\n" + text + "\nz = 1\n") == set()


HOSTILE = {
    "brackets": "(" * 300_000,
    "quotes": "'" * 300_001,
    "escapes": '"' + '\\"' * 150_000,
    "triple quotes": '"""\\' * 80_000,
    "equals": "a=" * 150_000 + "1",
    "names": ",".join(f"a{i}" for i in range(40_000)) + " = 1\n",
    "imports": "from mine import " + ",".join(f"a{i}" for i in range(40_000)),
    "blanks": "x" + " " * 300_000 + "=",
    "tabs": "\t" * 300_000 + "x",
    "nested": "\n".join(" " * depth + "class pad2d:" for depth in range(1400)),
    "nested functions": "\n".join(" " * depth + "def pad2d(x):" for depth in range(1400)),
    "uses": "\n".join(f"def a{i}(): return a{i + 1}" for i in range(30_000)),
    "continued": "\\\n" * 150_000,
    "decorators": "@x\n" * 100_000,
    "statements": "pad2d=1;" * 40_000,
    "colons": ":" * 150_000 + "import",
    "from": "from " * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_made_to_hurt_takes_linear_time(name: str) -> None:
    text = HOSTILE[name]
    start = time.process_time()
    code = code_of(text, NAMES, GIVEN)
    code.needed(list(code.texts), ())
    assert time.process_time() - start < 10


def test_a_statement_knows_its_lines_and_has_neither_strings_nor_comments() -> None:
    text = "# a\n\ndef f(\n  x,  # (\n):\n  '''d\n  e'''\n  return x + \\\n    'it\\'s ('\n\ny = 1"
    found = [(s.lines.start, s.lines.stop, s.indent, s.code) for s in statements(text)]
    assert found == [
        (2, 5, 0, "def f( x, ):"),
        (5, 7, 2, '""'),
        (7, 9, 2, 'return x + ""'),
        (10, 11, 0, "y = 1"),
    ]
