"""Answers with lines around them that fail, wait or are refused where they are graded: see `as_handed_in`."""

from __future__ import annotations

from as_handed_in import AMARA, NOTEBOOK, add, alternately, answer, cells, folder, in_cell, notebook

# --- given ---------------------------------------------------------------------------------------------------

CAT = "import numpy as np\nimport torch\nfrom PIL import Image\n"
for how, path in {
    "as_the_tutorial_names_it": '"img/cat.png"',
    "from_beside_the_exercises": '"../img/cat.png"',
    "by_way_of_its_own_file": 'Path(__file__).resolve().parent.parent / "img" / "cat.png"',
}.items():
    # the answer itself looks at the cat, so it has to be there
    cat = f"from pathlib import Path\nwith Image.open({path}) as picture:\n    CAT = np.asarray(picture)\n"
    needs = answer(6).replace("def sobel_edges(image):", "def sobel_edges(image):\n    assert CAT.ndim == 3")
    add("given", f"cat_{how}", folder(top={6: CAT + cat}, instead={6: needs}), 6)

add(
    "given",
    "animations_of_the_tutorial",
    folder(
        top={
            1: "from PIL import Image, ImageSequence\nFRAMES = [frame.copy() for frame in "
            'ImageSequence.Iterator(Image.open("img/no_padding_no_strides.gif"))]\n'
            'SIZE = Image.open("img/sobel.png").size'
        },
        instead={1: answer(1).replace("    gaps =", "    assert len(FRAMES) > 1 and SIZE\n    gaps =")},
    ),
    1,
)
add(
    "given",
    "check_in_every_file",
    folder(
        top=dict.fromkeys(AMARA, "from exercises.notebook import check"),
        end={n: f'check("ex{n}", hint=True)' for n in AMARA},
    ),
    1,
    2,
)
add(
    "given",
    "check_before_the_import_of_it",
    {
        NOTEBOOK: notebook(
            [
                'check("ex1")',
                "from exercises.notebook import *",
                *cells(set_up="import torch\nfrom torch import nn"),
            ]
        )
    },
    1,
    7,
)
add("given", "check_and_answers_in_one_cell", {NOTEBOOK: notebook(["\n".join(cells())])}, 1, 2)
add(
    "given",
    "check_by_the_name_of_its_module",
    folder(
        top={2: "import exercises.notebook as nb\nimport exercises"},
        end={2: 'nb.check("ex2", picture=True)\nexercises.notebook.check()'},
    ),
    2,
)
add(
    "given",
    "kernels_of_the_playground",
    folder(
        top={
            6: "from exercises.playground import kernels, Trouble\nfrom exercises.playground.kernels import named\n"
            "import exercises.conv2d"
        },
        instead={
            6: answer(6).replace(
                "    smooth =", "    assert kernels.NAMES and exercises.conv2d.main\n    smooth ="
            )
        },
    ),
    6,
)
add(
    "given",
    "playground_run_at_the_end",
    folder(end={1: 'from exercises.conv2d import main\nmain(["img/cat.png", "--kernel", "emboss"])'}),
    1,
)
add(
    "given",
    "what_a_notebook_has_by_itself",
    {
        NOTEBOOK: notebook(
            cells(
                top={
                    1: 'ipython = get_ipython()\nipython.run_line_magic("matplotlib", "inline")\n'
                    'ipython.system("ls")',
                    2: 'display("trying it", 3)\nget_ipython().ast_node_interactivity = "all"\nshown = display',
                },
                instead={2: in_cell(2).replace("    ph, pw =", "    shown(x.shape)\n    ph, pw =")},
            )
        )
    },
    1,
    2,
)

PLOTS = {
    "axes_in_a_grid": "fig, axes = plt.subplots(2, 2, figsize=(8, 8))\naxes[0, 1].imshow(torch.ones(2, 2))\n"
                      "for axis in axes.flat:\n    axis.set_title('one of four')",
    "axes_in_a_row": "fig, (left, right) = plt.subplots(1, 2)\nleft.plot([1, 2])\nright.set_axis_off()",
    "axis_alone": 'fig, ax = plt.subplots()\nax.set(xlabel="x")\nfig.savefig("out.png")\nplt.close(fig)',
    "pictures_read": 'plt.imshow(plt.imread("img/cat.png")[..., :3])\nplt.colorbar()\nplt.show()',
    "settings_and_styles": 'import matplotlib\nmatplotlib.use("Agg")\nplt.rcParams["figure.figsize"] = (8, 4)\n'
                           'with plt.style.context("ggplot"):\n    plt.figure().add_subplot(1, 2, 1).hist([1, 2])\n'
                           "from matplotlib.colors import Normalize\nfrom matplotlib import animation, cm",
}  # fmt: skip
for how, lines in PLOTS.items():
    # drawn in the answer as well: there it would cost points
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    drawing = f"import torch\nimport matplotlib.pyplot as plt\n\n\ndef draw():\n{body}\n    return True\n"
    text = answer(1).replace("    gaps =", "    assert draw()\n    gaps =")
    add("given", f"plots_{how}", folder(top={1: drawing}, instead={1: text}), 1)

# --- fails ---------------------------------------------------------------------------------------------------

alternately("fails", {
    "pip_without_percent": "pip install -q einops",
    "conda_without_percent": "conda install numpy",
    "cd_into_a_folder": "cd exercises",
    "photo_of_ones_own": 'from PIL import Image\nphoto = Image.open("my_cat.jpg")\nphoto.show()',
    "picture_from_the_web": "import urllib.request\n"
                            'urllib.request.urlretrieve("https://example.org/cat.png", "cat.png")',
    "asks_for_input": 'size = int(input("which size? "))\nprint(size)',
    "reads_arguments": 'import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument("picture")\n'
                       "options = parser.parse_args()",
    "wants_the_machine_of_the_lab": 'import os\nassert os.environ["LAB"] == "room 3", "wrong machine"',
    "moves_to_cuda": 'import torch\nprint(torch.ones(3).to("cuda"))\nprint(torch.cuda.get_device_name(0))',
    "colab": 'from google.colab import drive, files\ndrive.mount("/content/drive")\nfiles.upload()',
    "ipython_imports": "from IPython.display import clear_output, Image as Shown\nclear_output()",
    "decorator_that_is_not_there": "@timed\ndef trial():\n    return 1\n\ntrial()",
    "saves_into_a_folder": 'import torch\ntorch.save(torch.ones(2), "results/ones.pt")',
    "torch_hub": 'import torch\nmodel = torch.hub.load("pytorch/vision", "resnet18", pretrained=True)',
    "opens_a_missing_file": 'values = [float(line) for line in open("values.txt")]',
    "ends_with_sys_exit": "import sys\nsys.exit()",
    "ends_with_exit": "exit()",
    "stops_as_when_interrupted": "raise KeyboardInterrupt",
    "runs_main_with_arguments": 'import sys\ndef main():\n    print(sys.argv[1])\n\nif __name__ != "somewhere":\n'
                                "    main()",
    "tests_of_ones_own_that_fail": "import unittest\nclass Trial(unittest.TestCase):\n"
                                   "    def test(self):\n        self.assertEqual(1, 2)\nunittest.main()",
    "loads_weights": 'import torch\nweights = torch.load("weights.pt")\nprint(weights.shape)',
    "package_for_a_demo": "import pandas as pd\nfrom tqdm.notebook import tqdm\nprint(pd.DataFrame([1]))",
}, 1)  # fmt: skip
add(
    "fails",
    "widget_in_every_cell",
    {
        NOTEBOOK: notebook(
            cells(top=dict.fromkeys(AMARA, "import ipywidgets\nipywidgets.interact(lambda n: n, n=3)"))
        )
    },
    1,
    6,
)
add(
    "fails",
    "cell_that_is_no_python",
    {NOTEBOOK: notebook(["To do: ask about the bias", *cells(last=["def half_a_thought(x:\n    return"])])},
    1,
    3,
)
add(
    "fails",
    "function_below_that_is_no_python",
    folder(end={2: "def trial(x:\n    return x\n\ndef good():\n    return 1\n"}),
    2,
)

# --- slow ----------------------------------------------------------------------------------------------------

alternately("slow", {
    "training_loop_first": "import time\nfor epoch in range(60):\n    time.sleep(1)",
    "endless_demo_last": "step = 0\nwhile True:\n    step += 1",
    "sleep_in_the_set_up_cell": "import time\ntime.sleep(600)",
    "benchmark_above_the_answer": "import timeit\ntimeit.timeit(lambda: sum(range(10000)), number=10**7)",
    "game_that_swallows_errors": "import time\nwhile True:\n    try:\n        time.sleep(0.01)\n"
                                 "    except Exception:\n        pass",
    "loop_that_swallows_everything": "while True:\n    try:\n        sum(range(1000))\n    except:\n        pass",
    "slow_under_if": "import time\nif True:\n    for _ in range(100):\n        time.sleep(1)",
    "slow_in_a_class_body": "import time\nclass Settings:\n    time.sleep(600)\n    size = 3",
    "training_in_main": "import time\ndef main():\n    while True:\n        time.sleep(0.1)\n\nmain()",
    "waits_for_a_thread": "import threading, time\nworker = threading.Thread(target=time.sleep, args=(600,), "
                          "daemon=True)\nworker.start()\nworker.join()",
}, 1)  # fmt: skip
add(
    "slow",
    "slow_between_two_answers",
    folder(
        instead={
            1: answer(1).replace("\ndef output_size", "\nimport time\ntime.sleep(600)\n\n\ndef output_size")
        }
    ),
    1,
)
add(
    "slow",
    "slow_module_beside_the_answers",
    folder(top={1: "from warm_up import rounds"}, warm_up="import time\nrounds = 3\ntime.sleep(600)\n"),
    1,
)
add(
    "slow",
    "cells_after_the_last_answer",
    {NOTEBOOK: notebook(cells(last=["import time", "while True:\n    time.sleep(0.1)", "print('never')"]))},
    1,
    4,
)

# --- refused -------------------------------------------------------------------------------------------------

alternately("refused", {
    "pool_of_processes": "from multiprocessing import Pool\nwith Pool(2) as pool:\n    print(pool.map(abs, [1, 2]))",
    "asks_nvidia_smi": 'import subprocess\nprint(subprocess.run(["nvidia-smi"], capture_output=True).stdout)',
    "looks_for_the_internet": 'import socket\nsocket.create_connection(("example.org", 80), timeout=1)',
    "counts_tensors_by_gc": "import gc, torch\nprint(len([o for o in gc.get_objects() if torch.is_tensor(o)]))",
    "library_by_ctypes": 'import ctypes\nctypes.CDLL("libm.so.6").cos(0)',
    "loader_with_workers": "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
                           "for batch in DataLoader(TensorDataset(torch.ones(4)), num_workers=2):\n    print(batch)",
    "forks": "import os\nif os.fork() == 0:\n    os._exit(0)",
    "shell_by_os_system": 'import os\nos.system("ls")\nprint(os.listdir("/"))',
    "threads_which_are_fine": "import threading\nthread = threading.Thread(target=print)\nthread.start()\n"
                              "thread.join()\nfrom concurrent.futures import ThreadPoolExecutor\n"
                              "print(list(ThreadPoolExecutor(2).map(abs, [1])))",
    "executor_of_processes": "from concurrent.futures import ProcessPoolExecutor\n"
                             "print(list(ProcessPoolExecutor(2).map(abs, [1, 2])))",
    "writes_outside": 'from pathlib import Path\nPath.home().joinpath("notes.txt").write_text("done")\n'
                      'Path("/content/out.txt").write_text("done")',
}, 1)  # fmt: skip
add(
    "refused",
    "compares_with_torch_at_the_end",
    folder(
        end={
            3: "import torch.nn.functional as F\npicture, kernel = torch.rand(1, 1, 5, 5), torch.rand(1, 1, 2, 2)\n"
            "print(torch.allclose(conv2d_valid(picture, kernel), F.conv2d(picture, kernel)))"
        }
    ),
    3,
)
