"""What a hand-in may import: what is there where it is graded. It is declared here and nowhere else."""

from __future__ import annotations

AVAILABLE = ("torch", "numpy", "PIL")  # beside Python's own modules; PIL comes with the package pillow
SILENT = ("matplotlib",)  # may be imported and called as well, but draws nothing while hand-ins are graded


def available() -> str:
    """What can be imported, in words."""
    return f"{', '.join(AVAILABLE)} and Python's own modules"
