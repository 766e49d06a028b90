"""Answers that are hard to find, to load or to explain, though they are right: see `as_handed_in`."""

from __future__ import annotations

from as_handed_in import (
    AMARA,
    NOTEBOOK,
    ROOT,
    SET_UP,
    add,
    answer,
    cells,
    file,
    folder,
    in_cell,
    notebook,
    packed,
    stub,
)

from autograder.release.stubs import RUN

# --- never taken ---------------------------------------------------------------------------------------------

TORCHS = "torch.nn.functional.conv2d(x, weight, bias)"
START = "def conv2d_valid(x, weight, bias=None):\n"
for how, (above, inside) in {
    "under_if_false": ("", f"    if False:\n        return {TORCHS}\n"),
    "under_a_name_that_is_false": ("DEBUG = False\n", f"    if DEBUG:\n        print({TORCHS})\n"),
    "in_a_branch_not_taken": ("USE_TORCH = 0\n", f"    if USE_TORCH:\n        return {TORCHS}\n"),
    "for_the_type_checker": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
                             "    from torch.nn.functional import conv2d\n", ""),
    "in_an_assertion_of_debug": ("DEBUG: bool = False\n",
                                 f"    if DEBUG and x is not None:\n        assert {TORCHS} is not None\n"),
}.items():  # fmt: skip
    text = answer(3).replace(START, START + inside)
    add("never taken", f"torch_{how}", folder(top={3: above}, instead={3: text}), 3)
add("never taken", "torch_after_the_return", folder(instead={3: answer(3) + f"    return {TORCHS}\n"}), 3)
add(
    "never taken",
    "torch_if_asked_for",
    folder(
        instead={
            3: answer(3).replace(
                START,
                "def conv2d_valid(x, weight, bias=None, use_torch=False):\n"
                f"    if use_torch:\n        return {TORCHS}\n",
            )
        }
    ),
    3,
)
add(
    "never taken",
    "torch_below_a_debug_line_in_a_cell",
    {
        NOTEBOOK: notebook(
            cells(
                end={3: "DEBUG = False\nif DEBUG:\n    import torch.nn.functional as F\n    print(F.conv2d)"}
            )
        )
    },
    3,
)

# --- settings ------------------------------------------------------------------------------------------------

add(
    "settings",
    "float64_at_the_top_of_exercise_2",
    folder(top={2: "import torch\ntorch.set_default_dtype(torch.float64)"}),
    2,
    6,
)
add(
    "settings",
    "float64_at_the_end_of_exercise_6",
    folder(end={6: "torch.set_default_dtype(torch.float64)"}),
    6,
    7,
)
add(
    "settings",
    "float64_in_a_cell",
    {
        NOTEBOOK: notebook(
            cells(
                end={3: "torch.set_default_dtype(torch.float64)"},
                last=["torch.set_default_dtype(torch.float32)"],
            )
        )
    },
    3,
    4,
)
for how, line in {
    "gradients_off": "torch.set_grad_enabled(False)",
    "seed": "torch.manual_seed(0)",
    "warnings_as_errors": 'import warnings\nwarnings.simplefilter("error")',
    "working_folder": 'import os\nos.makedirs("work", exist_ok=True)\nos.chdir("work")',
    "numpy_errors": 'import numpy as np\nnp.seterr(all="raise")',
    "device_meta": 'torch.set_default_device("meta")',
    "little_recursion": "import sys\nsys.setrecursionlimit(60)",
    "deterministic": "torch.use_deterministic_algorithms(True)\ntorch.autograd.set_detect_anomaly(True)",
    "environment": 'import os\nos.environ.clear()\nos.environ["OMP_NUM_THREADS"] = "64"',
    "printing": "torch.set_printoptions(precision=1)\nimport sys\nsys.stdout = None",
}.items():
    add("settings", f"{how}_at_the_end_of_exercise_2", folder(end={2: line}), 2, 4)

# --- which file ----------------------------------------------------------------------------------------------

STUBS = {f"exercises/{file(n)}": stub(n) for n in AMARA}
NOTHING = "def {}(*args):\n    raise NotImplementedError('not written yet')"
BLANK = notebook(
    [SET_UP, *(NOTHING.format(name) for name in ("effective_kernel_size", "output_size", "pad2d"))]
)
DONE = notebook(cells())
add("which file", "stubs_beside_a_notebook", {NOTEBOOK: DONE, **STUBS}, 1, 7)
add("which file", "blank_notebook_beside_another", {NOTEBOOK: BLANK, "my solution.ipynb": DONE}, 1, 2)
add("which file", "work_in_a_sub_folder", {**STUBS, **{f"my work/{n}": t for n, t in folder().items()}}, 1, 3)
add(
    "which file",
    "zip_inside_beside_a_demo",
    {"homework.zip": packed(folder()), "demo.ipynb": notebook(["print('a demo')"])},
    1,
    3,
)
add(
    "which file",
    "two_notebooks",
    {"first part.ipynb": notebook(cells()[:9]), "second part.ipynb": notebook([SET_UP, *cells()[9:]])},
    1,
    5,
    7,
)
add(
    "which file",
    "files_written_by_cells",
    {NOTEBOOK: notebook([f"%%writefile exercises/{file(n)}\n{answer(n)}" for n in AMARA])},
    1,
    3,
)
add(
    "which file",
    "one_file_written_by_a_cell",
    {
        NOTEBOOK: notebook(
            cells(instead={3: "from exercises.ex3_conv2d import conv2d_valid"}, top={3: ""}, last=[])
            + [f"%%writefile exercises/{file(3)}\n{answer(3)}"]
        )
    },
    3,
    4,
)
HALF = {file(n): answer(n) for n in (1, 2, 3)}
add(
    "which file",
    "files_and_a_notebook_that_imports_them",
    {**HALF, NOTEBOOK: notebook([SET_UP, *(answer(n) for n in (4, 5, 6, 7))])},
    2,
    4,
    7,
)
add(
    "which file",
    "notebook_and_files_that_import_it",
    {
        NOTEBOOK: notebook([SET_UP, *(in_cell(n) for n in (1, 2, 3))]),
        **{file(n): answer(n) for n in (4, 5, 6, 7)},
    },
    1,
    4,
    7,
)
add("which file", "cells_twice", {NOTEBOOK: notebook([*cells(), *cells()])}, 1, 5)
add(
    "which file",
    "stub_left_below_the_work",
    {
        NOTEBOOK: notebook(
            cells(
                end={
                    n: NOTHING.format(name)
                    for n, name in {1: "output_size", 2: "pad2d", 3: "conv2d_valid"}.items()
                }
            )
        )
    },
    1,
    2,
    3,
)
add(
    "which file",
    "files_as_they_are_given_out",
    folder(end=dict.fromkeys(AMARA, RUN), exercises=(ROOT / "exercises/exercises.py").read_text()),
    1,
    5,
)
add("which file", "stub_left_below_in_a_file", folder(end={1: NOTHING.format("output_size")}), 1)
add(
    "which file",
    "checkpoint_and_copies_of_the_system",
    {
        "exercises/" + file(1): answer(1),
        ".ipynb_checkpoints/" + file(1): stub(1),
        "__MACOSX/._ex1.py": b"\0\5\26\7",
        **{f"exercises/{file(n)}": answer(n) for n in AMARA if n > 1},
    },
    1,
)

# --- reason --------------------------------------------------------------------------------------------------

add(
    "reason",
    "package_that_is_not_there_in_a_function",
    folder(
        top={3: "import einops"},
        instead={3: answer(3).replace(START, START + '    x = einops.rearrange(x, "n c h w -> n c h w")\n')},
    ),
    3,
    2,
    lost=(3,),
    says=("no module named 'einops'", "ex3_conv2d.py, line 1"),
    never=("name 'einops' is not defined", "renamed"),
)
add(
    "reason",
    "annotations_of_a_package_that_is_not_there",
    folder(
        top={3: "from jaxtyping import Float"},
        instead={
            3: answer(3).replace(
                "(x, weight, bias=None)", '(x: Float[torch.Tensor, "n c h w"], weight, bias=None)'
            )
        },
    ),
    3,
)
add(
    "reason",
    "annotations_in_a_class",
    {
        NOTEBOOK: notebook(
            cells(
                set_up="from jaxtyping import Float\nfrom beartype import beartype\n" + SET_UP,
                instead={
                    7: in_cell(7).replace("forward(self, x)", 'forward(self, x: Float[Tensor, "n c h w"])')
                },
            )
        )
    },
    7,
)
add(
    "reason",
    "cell_that_failed_before_its_function",
    {
        NOTEBOOK: notebook(
            cells(
                set_up=f"{SET_UP}\nfrom torch.nn.functional import *",
                instead={2: in_cell(2).replace("def pad2d", "@undefined\ndef pad2d")},
            )
        )
    },
    2,
    lost=(2,),
    says=("name 'undefined' is not defined", "cell 4, line"),
    never=("renamed", "forbidden", "not allowed"),
)
add(
    "reason",
    "convolution_lost_below_a_star_import",
    {
        NOTEBOOK: notebook(
            cells(
                set_up=f"{SET_UP}\nfrom torch.nn.functional import *",
                instead={
                    5: in_cell(5).replace("def conv2d", "conv2d = best(conv2d)\n@nothing.like.it\ndef conv2d")
                },
            )
        )
    },
    5,
    lost=(5,),
    says=("name 'nothing' is not defined",),
    never=("renamed", "forbidden", "not allowed"),
)
add("reason", "newer_python", folder(end={3: "type Pair = tuple[int, int]\n"}), 3, 2, says=("python 3.",))
add(
    "reason",
    "newer_python_in_the_function",
    folder(instead={1: answer(1).replace("def output_size(", "def output_size[T](")}),
    1,
    2,
    lost=(1,),
    says=("python 3.",),
    never=("renamed",),
)
add(
    "reason",
    "cell_with_a_typing_error",
    {
        NOTEBOOK: notebook(
            cells(instead={4: in_cell(4).replace("stride = (stride, stride)", "stride = (stride, stride")})
        )
    },
    3,
    4,
    lost=(4,),
    says=("syntaxerror", "cell 8"),
    never=("renamed",),
)
