"""What the run was made on."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from tests.cuda.report import Part
from tests.cuda.trial import Trial

SHOWN = ("numpy", "pytest", "safetensors", "jinja2", "rich", "pyyaml", "landlockpy", "pyseccomp", "psutil")


def versions(trial: Trial, part: Part) -> None:
    """GPU, driver, system and packages."""
    rows = [
        ("system", f"{platform.platform()}, {platform.machine()}"),
        ("Python", platform.python_version()),
        ("torch", f"{torch.__version__}, built for CUDA {torch.version.cuda}"),
    ]
    if trial.real:
        cudnn: Any = torch.backends.cudnn
        about = torch.cuda.get_device_properties(0)
        capability = f"{about.major}.{about.minor}"
        rows += [
            ("GPU", f"{about.name}, {about.total_memory >> 30} GiB, compute capability {capability}"),
            ("driver", _driver()),
            ("cuDNN", str(cudnn.version())),
        ]
    rows += [(name, _version(name)) for name in SHOWN]
    part.table(("what", "which"), rows)


def _driver() -> str:
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "nvidia-smi does not say"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"
