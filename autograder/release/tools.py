"""Starts the tools of Jupyter, nbgrader and otter without the part of them that takes longest and does nothing here.

jsonschema, which all of them load, can tell whether a text is an address by RFC 3987 if the package rfc3987-syntax
is installed. Reading the grammar of such addresses takes longer than all the rest of such a tool, and no schema of
theirs asks for one. Without it they run as they do where the package is not installed.
"""

from __future__ import annotations

import sys

_UNUSED = "rfc3987_syntax"
_WITHOUT = (
    f"import runpy, sys; sys.modules[{_UNUSED!r}] = None; del sys.argv[0]; "
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def without_address_grammar() -> None:
    """Keeps the grammar out of this process; to be called before anything imports nbformat."""
    sys.modules.setdefault(_UNUSED, None)  # type: ignore[arg-type]


def python_m(module: str, *arguments: str) -> list[str]:
    """A command that starts a tool with this Python as its own script does, without the grammar."""
    return [sys.executable, "-P", "-c", _WITHOUT, module, *arguments]
