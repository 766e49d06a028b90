"""The text of a Python source file, decoded as Python does it."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

from autograder.submissions.archive import shown

# Some of Python's codecs are no encodings of text, and some are slow enough to be an attack.
_TEXT_ENCODINGS = ("utf-8", "ascii", "iso8859", "cp", "koi8", "mac-", "gb", "big5", "shift_jis", "euc_")
_COOKIE = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+", re.ASCII)


class UnusableText(Exception):
    """Why bytes are not the text of a Python module, as the end of a sentence about the file."""


def source_text(content: bytes) -> str:
    """Decode a Python source file as Python does, with line feeds only.

    An encoding declared in the first two lines (PEP 263) is honoured, and then declared as UTF-8, since
    that is what the text will be from here on. Raises UnusableText.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnusableText("is saved as UTF-16; save it as UTF-8")
    if b"\0" in content:
        raise UnusableText("is not a text file")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if not codecs.lookup(encoding).name.startswith(_TEXT_ENCODINGS):
            raise UnusableText(f"declares the encoding {shown(encoding)}; save it as UTF-8")
        text = content.decode(encoding)
    except (SyntaxError, LookupError, ValueError) as error:
        raise UnusableText("is not UTF-8 text; save it as UTF-8") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines[:2]):
        lines[index] = _COOKIE.sub(r"\g<1>utf-8", line)
    return "\n".join(lines)
