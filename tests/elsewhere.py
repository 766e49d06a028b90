"""Runs the package of another checkout, as somebody does who works in that one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """`python -m command` in a checkout, with its own modules and no others of this project."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "COLUMNS": "150"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True
    )
