"""Lets `python exercises/exN_NAME.py` import the other exercises.

Python looks for modules beside the file that it runs, and there it finds this one, which stands for the package: the
folder that it lies in. Wherever the folder above comes first, `exercises` is that package, and nobody imports this.
"""

from __future__ import annotations

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent)]
