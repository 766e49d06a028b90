"""What the grader and the process that reads hand-ins say to each other: groups of texts, each with its length.

A frame is the length of its body, then for each group how many texts it has, and for each text its length in bytes
and its UTF-8. There is nothing in it to parse, so a stranger's text passes through the grader as it is; JSON would
have to be scanned for its escapes, and makes six bytes of one. The sandbox's wire carries tensors: it needs torch,
which takes seconds to import, and reading needs none.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import IO

MAX_FRAME_BYTES = 32 << 20  # several times what reading gives at most

_SIZE = struct.Struct(">Q")
_COUNT = struct.Struct(">I")

Groups = Sequence[Sequence[str]]


class FrameError(Exception):
    """What came is no well-formed frame, or not all of one."""


def encode(groups: Groups) -> bytes:
    """A whole frame."""
    parts: list[bytes] = []
    for group in groups:
        parts.append(_COUNT.pack(len(group)))
        for text in group:
            # names of files can have half a character in them
            content = text.encode("utf-8", "surrogatepass")
            parts += (_COUNT.pack(len(content)), content)
    body = b"".join(parts)
    return _SIZE.pack(len(body)) + body


def decode(body: bytes) -> list[list[str]]:
    """The groups of a frame's body.

    Raises:
        FrameError: if it is malformed in any way.
    """
    groups: list[list[str]] = []
    at = 0
    try:
        while at < len(body):
            (count,) = _COUNT.unpack_from(body, at)
            at += _COUNT.size
            group: list[str] = []
            for _ in range(count):
                (size,) = _COUNT.unpack_from(body, at)
                at += _COUNT.size + size
                if at > len(body):
                    raise FrameError("a text is longer than its frame")
                group.append(body[at - size : at].decode("utf-8", "surrogatepass"))
            groups.append(group)
    except (struct.error, UnicodeDecodeError) as error:
        raise FrameError(f"malformed frame ({type(error).__name__})") from error
    return groups


def flat(texts: Mapping[str, str]) -> list[str]:
    """Texts by name as a group."""
    return [text for pair in texts.items() for text in pair]


def by_name(group: Sequence[str]) -> dict[str, str]:
    """The texts that a group has by name.

    Raises:
        FrameError: if there is a name without a text.
    """
    if len(group) % 2:
        raise FrameError("a name without a text")
    return dict(zip(group[::2], group[1::2], strict=True))


def receive(file: IO[bytes]) -> list[list[str]]:
    """The next frame of a pipe.

    Raises:
        EOFError: if there is none.
        FrameError: if it is malformed, too large or cut off.
    """
    prefix = file.read(_SIZE.size)
    if not prefix:
        raise EOFError
    if len(prefix) < _SIZE.size:
        raise FrameError("a frame is cut off")
    (size,) = _SIZE.unpack(prefix)
    if size > MAX_FRAME_BYTES:
        raise FrameError("a frame is too large")
    body = file.read(size)
    if len(body) < size:
        raise FrameError("a frame is cut off")
    return decode(body)
