"""Notebooks, and the texts of Python files: code or a SubmissionError, whatever the bytes."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Sequence
from random import Random
from typing import Any

from autograder.submissions import notebook
from autograder.submissions import source_text as source_texts
from autograder.submissions.archive import SubmissionError
from autograder.submissions.notebook import read_notebook
from autograder.submissions.source_text import UnusableText, source_text
from tests.fuzz.choices import Choices
from tests.fuzz.engine import Target, havoc, holds
from tests.fuzz.zips import check_line

_LINES = (
    "x = 1", "%matplotlib inline", "!pip install torch", "%%bash", "%%time", "%%capture out", "x?", "??y",
    "files = !ls", "a = %time f()", "def f(x):", "    return x", "    %time", "'''", '"""', "text = 'it\\'s",
    "(", "]",
    "# comment ' ( \"\"\"", "x = 1 \\", "!ls \\", "  %%html", "\t", "", "{", "}", "lambda: (", "f'{x!r:{y}}'",
    "class A:",
    "-" * 500 + "1", "(" * 150, "x" + ".y" * 300, "not " * 300 + "x", "'\\", '"a" \'b', "\\", "%", "%%", "?",
    "s = r'\\'",
    "\x0c", "\ufeff", "# -*- coding: latin-1 -*-", "#coding:utf-16", "# vim: set fileencoding=idna :",
    "\u2028", "\x1c",
    "match x:", " case [", "@", "async def g(): await", "0x", "1_", "1e999", "9" * 400, "del x", "print 1",
    "`", "$", "\ud800",
)  # fmt: skip
_COOKIES = (
    b"utf-8", b"latin-1", b"utf-16", b"utf-7", b"cp1252", b"cp037", b"gb18030", b"big5", b"shift_jis",
    b"euc_jp", b"koi8-r",
    b"mac-roman", b"idna", b"punycode", b"unicode_escape", b"rot13", b"hex", b"zlib", b"mbcs", b"undefined",
    b"x" * 500,
    b"utf-8-sig", b"ascii", b"iso8859-15", b"cp65001", b"iso2022_jp", b"hz", b"..", b"-",
)  # fmt: skip


def run(data: bytes) -> None:
    """One file: a letter for its kind, and its bytes, or choices to make them of."""
    kind, data = data[:1], data[1:]
    if kind in (b"c", b"t"):
        choices = Choices(data)
        if kind == b"c":
            _cells(json.dumps(made(choices)).encode())
        else:
            _text(
                b"#"
                + choices.bytes(choices.below(4))
                + b"coding:"
                + choices.pick(_COOKIES)
                + b"\n"
                + choices.bytes(200)
            )
    elif kind == b"s":
        _text(data)
    else:
        _cells(data)


def _cells(content: bytes) -> None:
    try:
        found = read_notebook(content, "hand-in.ipynb")
    except SubmissionError as error:
        check_line(str(error), "an error")
        return
    tree = json.loads(content)
    holds(read_notebook(content, "hand-in.ipynb") == found, "the same bytes give the same cells")
    cells = found.cells
    for note in found.notes:
        check_line(note, "a note")
    sources = notebook._code_sources(content, "x")
    holds(len(sources) == len(cells), "every code cell keeps its place", tree)
    for source, cell in zip(sources, cells, strict=True):
        cell.encode("utf-8")
        holds("\0" not in cell and "\r" not in cell, "cells have line feeds alone", cell)
        plain = notebook._without_surprises(source)
        holds(plain.count("\n") == cell.count("\n"), "every line keeps its number", cell)
        if _parses(plain):
            holds(cell == plain, "what is Python already is left alone", cell)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _text(content: bytes) -> None:
    try:
        text = source_text(content)
    except UnusableText as error:
        check_line(str(error), "the end of a sentence")
        return
    holds("\r" not in text and "\0" not in text, "a source has line feeds alone", text)
    text.encode("utf-8")


def made(choices: Choices) -> Any:
    """A notebook as programs and people write it."""
    cells: list[Any] = []
    for _ in range(choices.below(5)):
        lines = [
            "".join(chr(choices.below(127)) for _ in range(choices.below(8)))
            if choices.flag(5)
            else choices.pick(_LINES)
            for _ in range(choices.below(7))
        ]
        source: Any = choices.pick(("\n", "\r\n", "\r", "")).join(lines)
        if choices.flag(4):
            source = [f"{line}\n" for line in lines]
        cell: Any = {"cell_type": choices.pick(("code", "code", "code", "markdown", 1)), "source": source}
        if choices.flag(8):
            cell = choices.pick(({"cell_type": "code"}, None, [], 3, {"cell_type": "code", "input": source}))
        if choices.flag(16) and isinstance(cell, dict):
            cell["source"] = choices.pick((None, 1, [1], {}, ["x", None]))
        cells.append(cell)
    shape = choices.below(12)
    if shape == 1:
        return {"worksheets": [{"cells": cells}, choices.pick((3, {}, {"cells": 1}))]}
    if shape == 2:
        return choices.pick((None, [], {}, {"cells": {}}, {"worksheets": 3}, cells, 1))
    return {"cells": cells, "nbformat": 4}


def seeds() -> Sequence[bytes]:
    """Honest notebooks, and one for each odd line."""
    random = Random(0)
    found = [b"n" + json.dumps({"cells": [{"cell_type": "code", "source": s}]}).encode() for s in _LINES]
    found += [
        b"s" + "\n".join(_LINES[at : at + 3]).encode("utf-8", "replace") for at in range(0, len(_LINES), 3)
    ]
    found += [b"s# coding: " + c + b"\nx = '\xe4\xff'\n" for c in _COOKIES]
    return (
        found
        + [b"c" + random.randbytes(60) for _ in range(40)]
        + [b"t" + random.randbytes(60) for _ in range(20)]
    )


def mutate(data: bytes, random: Random) -> bytes:
    """Keeps the kind."""
    return (data[:1] or b"n") + havoc(data[1:], random)


TARGET = Target("notebooks", "notebooks and sources", (notebook, source_texts), run, seeds, mutate)
