"""What an exercise does not allow is found wherever its functions can reach it, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from exercises.course import COURSE
from exercises.course.rules import RULES
from exercises.feedback import branches
from exercises.feedback.catalogue import exercises
from exercises.feedback.forbidden import Finding, find_forbidden

HEAD = """
import torch
import torch.nn.functional as F
from torch import Tensor, nn
"""


def search(
    text: str,
    exports: Sequence[str] = ("conv2d_valid",),
    forbids: Sequence[str] = ("convolution", "packages"),
    module: str = "ex3_conv2d",
    **others: str,
) -> list[Finding]:
    sources = {module: HEAD + dedent(text), **{name: dedent(source) for name, source in others.items()}}
    return searched(sources, module, exports, forbids)


ANSWERS = [name for exercise in exercises() for name in exercise.exports]


def searched(
    sources: Mapping[str, str],
    module: str,
    exports: Sequence[str],
    forbids: Iterable[str],
    not_followed: Collection[str] = (),
) -> list[Finding]:
    rules = {name: COURSE.rules[name] for name in forbids}
    return find_forbidden(sources, module, exports, rules, ANSWERS, not_followed)


def names(text: str, **others: str) -> set[str]:
    return {finding.name for finding in search(text, **others)}


def in_body(line: str) -> str:
    return f"def conv2d_valid(x, weight, bias=None):\n    {line}\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("return F.conv2d(x, weight, bias)", "torch.nn.functional.conv2d"),
        ("return torch.nn.functional.conv_transpose2d(x, weight)", "torch.nn.functional.conv_transpose2d"),
        ("return nn.functional.unfold(x, 3)", "torch.nn.functional.unfold"),
        ("return F.fold(x, 3, 3)", "torch.nn.functional.fold"),
        ("return torch.conv2d(x, weight)", "torch.conv2d"),
        ("return torch.convolution(x, weight)", "torch.convolution"),
        ("return torch.mkldnn_convolution(x)", "torch.mkldnn_convolution"),
        ("return nn.Conv2d(1, 2, 3)(x)", "torch.nn.Conv2d"),
        ("return nn.LazyConv2d(2, 3)(x)", "torch.nn.LazyConv2d"),
        ("return nn.modules.conv.Conv2d(1, 2, 3)(x)", "torch.nn.modules.conv.Conv2d"),
        ("return nn.Unfold(3)(x)", "torch.nn.Unfold"),
        ("return nn.grad.conv2d_input(x, weight, x)", "torch.nn.grad.conv2d_input"),
        ("return torch.ops.aten.convolution.default(x)", "torch.ops.aten.convolution"),
        ("return torch.ops.aten.im2col(x)", "torch.ops.aten.im2col"),
        ("return torch._C._nn.thnn_conv2d(x)", "torch._C._nn.thnn_conv2d"),
        ("return torch._C._nn.im2col(x)", "torch._C._nn.im2col"),
        ("return torch._C._VariableFunctions.conv2d(x)", "torch._C._VariableFunctions.conv2d"),
        ("return torch.ao.nn.quantized.functional.conv2d(x)", "torch.ao.nn.quantized.functional.conv2d"),
        ("return F.torch.conv2d(x)", "torch.conv2d"),
        ("return nn.modules.pooling.F.conv2d(x)", "torch.nn.functional.conv2d"),
        ("import numpy as np\n    return np.convolve(x, weight)", "numpy.convolve"),
        ("from scipy.signal import correlate2d\n    return correlate2d(x, weight)", "scipy.signal.correlate2d"),
        ("import cv2\n    return cv2.filter2D(x, -1, weight)", "cv2.filter2D"),
        ("from PIL import ImageFilter\n    return x.filter(ImageFilter.BLUR)", "PIL.ImageFilter.BLUR"),
        ("import torchvision\n    return torchvision.ops.roi_align(x)", "torchvision.ops.roi_align"),
        ('return getattr(F, "conv2d")(x, weight)', "torch.nn.functional.conv2d"),
        ('return getattr(F, "conv" + "2d", None)(x, weight)', "torch.nn.functional.conv2d"),
        ('d = 2\n    name = "conv"\n    return getattr(F, f"{name}2d")(x, weight)', "torch.nn.functional.conv2d"),
        ('return getattr(torch, "nn").functional.conv2d(x)', "torch.nn.functional.conv2d"),
        ('return F.__dict__["conv2d"](x)', "torch.nn.functional.conv2d"),
        ('return vars(F)["conv2d"](x)', "torch.nn.functional.conv2d"),
        ('import sys\n    return sys.modules["torch"].conv2d(x)', "torch.conv2d"),
        ('return __import__("torch").conv2d(x)', "torch.conv2d"),
        ('return __import__("torch.nn").nn.functional.conv2d(x)', "torch.nn.functional.conv2d"),
        ('import importlib\n    return importlib.import_module("scipy").ndimage(x)', "scipy.ndimage"),
        ('return eval("F.conv2d(x, weight)")', "torch.nn.functional.conv2d"),
        ("lib = F\n    return lib.conv2d(x)", "torch.nn.functional.conv2d"),
        ("lib, y = F, x\n    return lib.conv2d(y)", "torch.nn.functional.conv2d"),
        ("lib = F if bias is None else torch\n    return lib.conv2d(x)", "torch.nn.functional.conv2d"),
        ("return (lib := F).conv2d(x)", "torch.nn.functional.conv2d"),
        ("(lib := F)\n    return lib.conv2d(x)", "torch.nn.functional.conv2d"),
        ("return [F.conv2d][0](x, weight)", "torch.nn.functional.conv2d"),
        ("return (lambda f=F: f.conv2d(x))()", "torch.nn.functional.conv2d"),
        ("def inner(F=F):\n        return F.conv2d(x)\n    return inner()", "torch.nn.functional.conv2d"),
        ("torch.manual_seed(0)\n    return torch.conv2d(x, weight)", "torch.conv2d"),
        ("return x.sum() + sum(F.conv2d(c, weight) for c in x)", "torch.nn.functional.conv2d"),
    ],
)  # fmt: skip
def test_a_forbidden_name_is_found_however_it_is_reached(line: str, name: str) -> None:
    assert name in names(in_body(line))


@pytest.mark.parametrize(
    "line",
    [
        "return x.unfold(2, 3, 1).unfold(3, 3, 1)",
        "return torch.as_strided(x, (1, 2), (1, 1))",
        'return torch.einsum("nchw,ochw->no", x, weight)',
        "return torch.fft.irfft2(torch.fft.rfft2(x) * torch.fft.rfft2(weight))",
        "return F.pad(x, (1, 1))",
        "return F.avg_pool2d(x, 3)",
        "return nn.functional.linear(x, weight)",
        "return x @ weight",
        "return x.conv2d(weight)",
        "return torch.Tensor.unfold(x, 2, 3, 1)",
        "return torch.ao.quantization.convert(x)",
        "import numpy as np\n    return np.lib.stride_tricks.sliding_window_view(x, 3)",
        '"""Like F.conv2d."""\n    return x  # not F.conv2d',
        "if isinstance(x, nn.Conv2d):\n        raise ValueError\n    return x",
        "y: nn.Conv2d\n    return x",
        "from torch.nn.functional import conv2d\n    return x",
        "import scipy\n    return x",
        "def conv2d(y):\n        return y\n    return conv2d(x)",
        "F = x\n    return F.conv2d",
    ],
)
def test_what_is_fair_is_not_found(line: str) -> None:
    assert search(in_body(line)) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("return F.pad(x, (1, 1))", "torch.nn.functional.pad"),
        ("return nn.ZeroPad2d(1)(x)", "torch.nn.ZeroPad2d"),
        ("return nn.modules.padding.ConstantPad2d(1, 0)(x)", "torch.nn.modules.padding.ConstantPad2d"),
        ("return torch.constant_pad_nd(x, (1, 1))", "torch.constant_pad_nd"),
        ("return torch.ops.aten.constant_pad_nd.default(x)", "torch.ops.aten.constant_pad_nd"),
        ("return torch._C._nn.pad(x)", "torch._C._nn.pad"),
        ("import numpy\n    return numpy.pad(x, 1)", "numpy.pad"),
    ],
)
def test_padding_is_found_where_it_is_forbidden(line: str, name: str) -> None:
    text = in_body(line).replace("conv2d_valid", "pad2d")
    found = search(text, ["pad2d"], ["padding"], "ex2_padding")
    assert [f.name for f in found] == [name]
    assert search(text, ["pad2d"], ["convolution", "packages"], "ex2_padding") == []


def test_a_finding_names_file_line_and_what_it_is_about() -> None:
    (finding,) = search(in_body("y = x\n    return F.conv2d(y, weight)"))
    assert finding == Finding(
        "ex3_conv2d",
        7,
        "torch.nn.functional.conv2d",
        "convolution",
        "ex3_conv2d.py, line 7 uses torch.nn.functional.conv2d: this exercise asks you to write it yourself",
    )


@pytest.mark.parametrize(
    "text",
    [
        """
        def conv2d_valid(x, weight):
            return x

        if __name__ == "__main__":
            import scipy
            print(conv2d_valid(1, 2) - F.conv2d(1, 2))
        """,
        """
        def helper(x):
            return x

        def conv2d_valid(x, weight):
            return helper(x)

        if "__main__" == __name__:
            helper = F.conv2d
        """,
        """
        from torch.nn.functional import conv2d
        from scipy.signal import convolve2d

        def test_conv2d_valid():
            assert conv2d_valid(1, 2) == F.conv2d(1, 2)

        def conv2d_valid(x, weight):
            return torch.einsum("", x, weight)
        """,
        """
        def conv2d_valid(x: nn.Conv2d, weight) -> nn.Conv2d:
            return torch.relu(x)

        torch.testing.assert_close(F.conv2d(1, 2), conv2d_valid(1, 2))
        expected = F.conv2d(1, 2)
        """,
        """
        from torch.nn.functional import *

        def conv2d(x):
            return x

        def conv2d_valid(x, weight):
            return conv2d(x)
        """,
    ],
)
def test_code_that_the_exports_do_not_reach_is_no_offence(text: str) -> None:
    assert search(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "conv2d_valid = F.conv2d",
        "from torch.nn.functional import conv2d as conv2d_valid",
        "from torch.nn.functional import conv2d as c\ndef conv2d_valid(x, w):\n    return c(x, w)",
        "from torch.nn.functional import *\ndef conv2d_valid(x, w):\n    return conv2d(x, w)",
        "conv = F.conv2d\ndef conv2d_valid(x, w):\n    return conv(x, w)",
        "lib = torch.nn.functional\ndef conv2d_valid(x, w):\n    return lib.conv2d(x, w)",
        "TABLE = {2: F.conv2d}\ndef conv2d_valid(x, w):\n    return TABLE[2](x, w)",
        "TABLE = []\nTABLE.append(F.conv2d)\ndef conv2d_valid(x, w):\n    return TABLE[0](x, w)",
        "def conv2d_valid(x, w):\n    return x\nconv2d_valid = F.conv2d",
        "def conv2d_valid(x, w):\n    return x\nif True:\n    conv2d_valid = F.conv2d",
        "try:\n    from a import c\nexcept ImportError:\n    c = F.conv2d\ndef conv2d_valid(x, w):\n    return c(x)",
        "def conv2d_valid(x, w, f=F.conv2d):\n    return f(x, w)",
        "def wrap(f):\n    return F.conv2d\n@wrap\ndef conv2d_valid(x, w):\n    return x",
        "def a(x):\n    return b(x)\ndef b(x):\n    return F.conv2d(x)\ndef conv2d_valid(x, w):\n    return a(x)",
        "class A:\n    def of(self, x):\n        return F.conv2d(x)\ndef conv2d_valid(x, w):\n    return A().of(x)",
        "class Sum(nn.Conv2d):\n    pass\ndef conv2d_valid(x, w):\n    return Sum()(x)",
        "class Sum:\n    f = staticmethod(F.conv2d)\ndef conv2d_valid(x, w):\n    return Sum.f(x)",
        "class Sum:\n    pass\nSum.f = F.conv2d\ndef conv2d_valid(x, w):\n    return Sum.f(x)",
        "class Sum:\n    pass\nsetattr(Sum, 'f', F.conv2d)\ndef conv2d_valid(x, w):\n    return Sum.f(x)",
        "NAME = 'conv' + '2d'\ndef conv2d_valid(x, w):\n    return getattr(F, NAME)(x)",
        "conv2d_valid = lambda x, w: F.conv2d(x, w)",
        "try:\n    c = F.conv2d\nexcept ImportError:\n    c = None\ndef conv2d_valid(x, w):\n    return c(x)",
        "class A:\n    F = 1\n    def of(self):\n        F.conv2d(1)\ndef conv2d_valid(x):\n    return A().of()",
        "def conv2d_valid(x, w):\n    a = b\n    b = a\n    a\n    return F.conv2d(x)",
        "c = None\ndef conv2d_valid(x, w):\n    global c\n    c = F\n    return c.conv2d(x)",
    ],
)  # fmt: skip
def test_code_that_the_exports_reach_is_found(text: str) -> None:
    assert names(text) == {"torch.nn.functional.conv2d"} or names(text) == {"torch.nn.Conv2d"}


def test_a_layer_may_not_be_torch_s_layer_under_its_own_name() -> None:
    for text in (
        "from torch.nn import Conv2d\n",
        "from torch.nn import Conv2d\nclass Conv2d(Conv2d):\n    pass\n",
        "class Conv2d(torch.nn.modules.conv._ConvNd):\n    pass\n",
        "class Conv2d(nn.Module):\n    def __init__(self):\n        self.inner = nn.Conv2d(1, 2, 3)\n",
    ):
        assert search(text, ["Conv2d"], ["convolution"], "ex7_layer"), text
    own = """
    class Conv2d(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.empty(1))
            nn.init.kaiming_uniform_(self.weight)

        def load(self, other: nn.Conv2d):
            return Conv2d(other)
    """
    assert search(own, ["Conv2d"], ["convolution"], "ex7_layer") == []


def test_an_alias_taken_before_a_name_is_defined_anew_is_what_it_was() -> None:
    text = """
    from torch.nn.functional import conv2d
    _theirs = conv2d

    def conv2d(x, weight):
        return _theirs(x, weight)
    """
    assert [f.line for f in search(text, ["conv2d"])] == [10]


@pytest.mark.parametrize(
    "how",
    [
        "from extra import fast",
        "from exercises.extra import fast",
        "from .extra import fast",
        "from extra import *",
        "import extra\nfast = extra.fast",
        "import exercises.extra as e\nfast = e.fast",
        "from exercises import extra\nfast = extra.fast",
    ],
)
def test_the_hand_in_s_other_files_are_followed(how: str) -> None:
    extra = "import torch.nn.functional as F\n\ndef fast(x):\n    return F.conv2d(x)\n\ndef other():\n    F.fold()\n"
    found = search(f"{how}\ndef conv2d_valid(x, w):\n    return fast(x)", extra=extra)
    assert [(f.module, f.line, f.name) for f in found] == [("extra", 4, "torch.nn.functional.conv2d")]


def test_a_name_that_another_file_hands_on_is_found() -> None:
    extra = "import torch.nn.functional as F\nfrom torch.nn.functional import conv2d\n"
    for use in (
        "from extra import conv2d as c",
        "import extra\nc = extra.conv2d",
        "import extra\nc = extra.F.conv2d",
    ):
        assert names(f"{use}\ndef conv2d_valid(x, w):\n    return c(x)", extra=extra)


def test_earlier_exercises_are_not_followed_but_what_else_stands_in_their_files_is() -> None:
    earlier = """
    import torch.nn.functional as F

    def output_size(n, k):
        return F.conv1d(n, k)

    def mine(x):
        return F.conv2d(x)
    """
    text = "from exercises.ex1_output_size import {0}\ndef conv2d_valid(x, w):\n    return {0}(x, w)"
    assert names(text.format("output_size"), ex1_output_size=earlier) == set()
    assert names(text.format("mine"), ex1_output_size=earlier) == {"torch.nn.functional.conv2d"}
    assert names(text.format("output_size"), other=earlier) == set()  # not handed in: told elsewhere


def test_in_a_notebook_the_other_exercises_functions_can_be_left_out() -> None:
    text = HEAD + dedent(
        """
        def conv2d_valid(x, w):
            return F.conv2d(x, w)

        def conv2d_strided(x, w):
            return conv2d_valid(x, w)
        """
    )
    both = searched({"nb": text}, "nb", ["conv2d_strided"], ["convolution"])
    assert len(both) == 1
    assert searched({"nb": text}, "nb", ["conv2d_strided"], ["convolution"], {"conv2d_valid"}) == []
    assert searched({"nb": text}, "nb", ["conv2d_valid"], ["convolution"], {"conv2d_valid"}) == both


def test_a_file_named_like_a_package_hides_nothing() -> None:
    assert names(in_body("return torch.conv2d(x)"), torch="def conv2d(x):\n    return x\n") == {
        "torch.conv2d"
    }


@pytest.mark.parametrize(
    "text",
    [
        "def conv2d_valid(:",
        "\0",
        "\ud800",
        "(" * 5000,
        "conv2d_valid = " + "-" * 20_000 + "1",
        "conv2d_valid = " + "+".join(["x"] * 20_000),
        "conv2d_valid = conv2d_valid",
        "from ex3_conv2d import conv2d_valid",
        "a = b\nb = a\ndef conv2d_valid(x):\n    return a",
        "",
    ],
    ids=range(10),
)
def test_a_file_that_cannot_be_read_has_no_findings(text: str) -> None:
    assert searched({"ex3_conv2d": text}, "ex3_conv2d", ["conv2d_valid"], RULES) == []
    assert searched({}, "ex3_conv2d", ["conv2d_valid"], RULES) == []


def test_files_that_import_from_each_other_are_read_to_the_end() -> None:
    text = "from extra import a\ndef conv2d_valid(x, w):\n    a(x)\n    return F.conv2d(x)"
    assert names(text, extra="from ex3_conv2d import a\n") == {"torch.nn.functional.conv2d"}


def test_aliases_of_aliases_and_long_strings_take_no_time() -> None:
    lines = ["a0 = F", "s0 = 'x'"]
    lines += [f"a{i + 1} = a{i} if x else a{i}\ns{i + 1} = s{i} + s{i}" for i in range(60)]
    lines += ["many = 0", *["many[0] = many"] * 5000]
    lines += ["def conv2d_valid(x, w):\n    getattr(F, s60)\n    many\n    return a60.conv2d(x)"]
    start = time.process_time()
    assert names("\n".join(lines)) == {"torch.nn.functional.conv2d"}
    assert time.process_time() - start < 5


def test_a_name_that_several_lines_add_to_is_looked_at_once_for_each_condition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []
    look = branches._of_name

    def counted(name: str, *more: Any) -> bool | None:
        looked_at.append(name)
        assert len(looked_at) < 1000
        return look(name, *more)

    monkeypatch.setattr(branches, "_of_name", counted)
    lines = ["ok = x.dim() == 4", *["ok = ok and bias"] * 8, "if ok: return F.conv2d(x, weight)"]
    assert names(in_body("\n    ".join(lines))) == {"torch.nn.functional.conv2d"}
    assert "ok" in looked_at


def test_an_unknown_group_is_the_authors_mistake() -> None:
    with pytest.raises(KeyError):
        search("", forbids=["cheating"])


def test_the_solutions_use_nothing_that_is_forbidden() -> None:
    folder = Path(__file__).parent.parent / "solutions"
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("ex*.py")}
    assert sources
    for module, text in sources.items():
        header = yaml.safe_load("\n".join(line[2:] for line in text.split("# ---")[1].splitlines()))
        assert searched(sources, module, header["exports"], header["forbids"]) == [], module


LAYER = """
class Conv2d(nn.Module):
    def forward(self, x):
        return {used}

    {kind}
    def compare(self, x):
        return nn.Conv2d(1, 1, 3)(x)

    def again(self, x):
        return self.compare(x)

Conv2d(1, 1, 3).compare(torch.zeros(1))
"""


def in_layer(used: str, kind: str = "", text: str = LAYER) -> list[Finding]:
    return search(text.format(used=used, kind=kind), ["Conv2d"], module="ex7_layer")


@pytest.mark.parametrize("used", ["x", "x.sum()", "self.other(x)", "nn.Conv2d.__doc__"])
def test_a_method_that_nothing_calls_is_no_offence(used: str) -> None:
    assert in_layer(used) == []
    assert in_layer(used, "@staticmethod") == []


@pytest.mark.parametrize(
    "used",
    [
        "self.compare(x)",
        "self.again(x)",
        'getattr(self, "compare")(x)',
        "Conv2d.compare(self, x)",
        "helper(self, x)",
    ],
)
def test_a_method_that_is_called_is_one(used: str) -> None:
    text = LAYER + "\ndef helper(layer, x):\n    return layer.again(x)\n"
    assert {f.name for f in in_layer(used, text=text)} == {"torch.nn.Conv2d"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def compare", "def extra_repr"),
        ("def compare", "def __call__"),
        ("(nn.Module)", "(torch.autograd.Function)"),
        ("class Conv2d", "@torch.jit.script\nclass Conv2d"),
        ("    {kind}", "    @torch.jit.export"),
    ],
)
def test_a_method_that_torch_may_call_is_one_too(old: str, new: str) -> None:
    assert {f.name for f in in_layer("x", text=LAYER.replace(old, new))} == {"torch.nn.Conv2d"}


@pytest.mark.parametrize(
    "text",
    [
        in_body("if False: print(F.conv2d)"),
        in_body("if 0: print(F.conv2d)"),
        in_body("if not True: print(F.conv2d)"),
        in_body("while False: print(F.conv2d)"),
        in_body("return x if True else F.conv2d(x, weight)"),
        in_body("return x; return F.conv2d(x, weight)"),
        in_body("False and print(F.conv2d)"),
        "DEBUG = False\n" + in_body("if DEBUG: print(F.conv2d)"),
        "DEBUG = False\n" + in_body("if DEBUG and bias is None: print(F.conv2d)"),
        "DEBUG = False\n" + in_body("assert not DEBUG or F.conv2d(x, weight)"),
        "MINE = True\n" + in_body("return x if MINE else F.conv2d(x, weight)"),
        "VERBOSE = DEBUG = False\n" + in_body("if VERBOSE or DEBUG: print(F.conv2d)"),
        "OFF = False\nDEBUG = OFF\n" + in_body("if DEBUG: print(F.conv2d)"),
        in_body("check = False\n    if check: print(F.conv2d)"),
        "from typing import TYPE_CHECKING\n" + in_body("if TYPE_CHECKING: print(F.conv2d)"),
        "def conv2d_valid(x, weight, bias=None, check=False):\n    if check: print(F.conv2d)",
    ],
)
def test_a_branch_that_can_never_be_taken_is_no_offence(text: str) -> None:
    assert not search(text)


@pytest.mark.parametrize(
    "text",
    [
        in_body("if True: print(F.conv2d)"),
        in_body("if bias: print(F.conv2d)"),
        in_body("return F.conv2d(x, weight) if True else x"),
        in_body("if bias: return x\n    return F.conv2d(x, weight)"),
        "DEBUG = False\nDEBUG = True\n" + in_body("if DEBUG: print(F.conv2d)"),
        "DEBUG = False\n"
        + "def on():\n    global DEBUG\n    DEBUG = True\n"
        + in_body("if DEBUG: print(F.conv2d)"),
        "import os\nDEBUG = os.cpu_count()\n" + in_body("if DEBUG: print(F.conv2d)"),
        "DEBUG = False\nDEBUG |= True\n" + in_body("if DEBUG: print(F.conv2d)"),
        "for DEBUG in (False, True): pass\n" + in_body("if DEBUG: print(F.conv2d)"),
        in_body("check = False\n    check = bias\n    if check: print(F.conv2d)"),
        "def conv2d_valid(x, weight, bias=None, stride=0):\n    if stride: print(F.conv2d)",
        "def go(x, ready=False):\n    if ready: print(F.conv2d)\n" + in_body("go(x, ready=True)"),
        "A = B\nB = A\n" + in_body("if A: print(F.conv2d)"),
    ],
)
def test_a_branch_that_may_be_taken_counts(text: str) -> None:
    assert names(text) == {"torch.nn.functional.conv2d"}
