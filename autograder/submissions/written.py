"""Tells written work from stubs: what a text that may be Python binds, seen in its lines alone.

A definition whose body only raises `NotImplementedError`, passes, or returns nothing is a stub, and so is a class of
such methods. Any other definition of a name is work, and so is an assignment to it or an import of it from a
module of the student's own. In doubt it is work.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.submissions.statements import Statement, statements

_DEFINITION = re.compile(r"(?P<kind>(?:async\s+)?def|class)\s+(?P<name>\w+)")
_NOTHING = re.compile(
    r"""(?:
        pass | \.\.\. | return(?:\s+None)?
        | raise\s+NotImplementedError\b[^;]*
        | \(?\s*(?:[rRbBuUfF]{0,2}""\s*)+\)?  # a docstring
    )?$""",
    re.VERBOSE,
)
_ANNOTATION = re.compile(r"\w+\s*:[^=]*$")
# classes of these bases do nothing by themselves
_EMPTY_BASES = frozenset({"", "object", "Module", "nn.Module", "torch.nn.Module"})

_IMPORT_FROM = re.compile(r"(?:^|[:;]\s*)from\s+(?P<module>[.\w]+)\s+import\s+(?P<names>[^;]*)")
_IMPORT = re.compile(r"(?:^|[:;]\s*)import\s+(?P<names>[^;]*)")
_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
_IN_A_BLOCK = re.compile(r"\s*(?:if|elif|else|for|while|with|try|except|finally)\b[^:]*:")
# what binds a name without giving it something of the student's own
_NO_WORK = re.compile(r"\s*(?:None|\.\.\.|(?:torch|nn|F|np|numpy|scipy)\b[\w.]*)\s*$")
_BY_TEXT = re.compile(r"\b(?:exec|eval|globals|locals|vars|setattr)\s*\(")
_WORD = re.compile(r"[^\W\d]\w*")
_BOUND_WITHIN = re.compile(r"^[ \t]+(\w+)[ \t]*=(?!=)", re.MULTILINE)
_MENTIONED = re.compile(r"(?<![\w.])[^\W\d]\w*")
_BRACKETS = re.compile(r"[()\[\]{}]")

# a name imported from one of these is not the student's work
LIBRARIES = sys.stdlib_module_names | {
    "PIL", "cv2", "einops", "imageio", "jax", "jaxtyping", "kornia", "matplotlib", "numpy", "pandas",
    "pytest", "scipy", "skimage", "sklearn", "tensorflow", "torch", "torchvision", "tqdm", "typing_extensions",
}  # fmt: skip


@dataclass
class Code:
    """What a text binds at its top level.

    `stubs` and `written` are names that are asked for; `stars` the modules that everything is imported from.
    `texts` has the last binding of each name, comments aside.
    """

    stubs: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    stars: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)

    def add(self, later: Code) -> None:
        """Takes in what a later cell of the same notebook binds."""
        self.stubs |= later.stubs
        self.written |= later.written
        self.stars |= later.stars
        self.texts |= later.texts

    def needed(self, names: Iterable[str], not_followed: Collection[str]) -> frozenset[str]:
        """The texts that bind these names and whatever they mention, but for what is not followed."""
        known: set[str] = set()
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            text = self.texts.get(name)
            known.add(name)
            if text is not None and text not in found:
                found.add(text)
                own = set(_BOUND_WITHIN.findall(text))  # a variable may be called as a helper elsewhere is
                waiting += (set(_WORD.findall(text)) & self.texts.keys()) - {*not_followed, *own} - known
        return frozenset(found)


def code_of(text: str, names: Collection[str], not_work: Collection[str]) -> Code:
    """What a text binds, looking for work on some names.

    Args:
        text: a module, or a notebook's cells joined; with line feeds only.
        names: those that are asked for.
        not_work: modules from which an imported name is no work.
    """
    reader = _Reader(text, frozenset(names), frozenset(not_work))
    reader.read()
    return reader.code


class _Reader:
    def __init__(self, text: str, names: frozenset[str], not_work: frozenset[str]) -> None:
        self.lines = text.split("\n")
        self.statements = statements(text)
        self.names = names
        self.not_work = not_work
        self.code = Code()

    def read(self) -> None:
        at = 0
        decorated = 0
        while at < len(self.statements):
            here = self.statements[at]
            match = _DEFINITION.match(here.code)
            end = _end_of_block(self.statements, at) if match else at + 1
            if match:
                if not _is_stub(self.statements[at:end]):
                    self._bind([match["name"]], self.statements[decorated:end])
                elif match["name"] in self.names:
                    self.code.stubs.add(match["name"])
            else:
                self._simple(here)
            if here.is_open:
                self._broken_off(here)
            if match or not here.code.startswith("@"):
                decorated = end
            at = end

    def _bind(self, names: Iterable[str], block: Sequence[Statement]) -> None:
        rows = self.lines[block[0].lines.start : block[-1].lines.stop]
        text = "\n".join(row.rstrip() for row in rows if row.strip() and not row.lstrip().startswith("#"))
        for name in names:
            self.code.texts[name] = text
            if name in self.names:
                self.code.written.add(name)

    def _simple(self, here: Statement) -> None:
        for match in _IMPORT_FROM.finditer(here.code):
            module = match["module"].lstrip(".")
            names = {part.split()[-1] for part in match["names"].strip("() ").split(",") if part.strip()}
            if "*" in names:
                self.code.stars.add(module)
            if self._is_own(module):
                self._bind(names - {"*"}, [here])
        for match in _IMPORT.finditer(here.code):
            parts = [part.split() for part in match["names"].split(",")]
            self._bind({part[2] for part in parts if len(part) == 3 and self._is_own(part[0])}, [here])
        for names, value in _assignments(here.code):
            if not _NO_WORK.match(value):
                # what is made of itself was there before
                self._bind(names - set(_MENTIONED.findall(value)), [here])
        if _BY_TEXT.search(here.code):
            rows = "\n".join(self.lines[here.lines.start : here.lines.stop])
            self._bind(self.names & set(_WORD.findall(rows)), [here])

    def _is_own(self, module: str) -> bool:
        return module.partition(".")[0] not in LIBRARIES and module not in self.not_work

    def _broken_off(self, here: Statement) -> None:
        """A quote that is never closed hides whatever follows it."""
        for row in self.lines[here.lines.start : here.lines.stop]:
            match = _DEFINITION.match(row)
            if match and match["name"] in self.names:
                self.code.written.add(match["name"])


def _end_of_block(all_of_them: Sequence[Statement], start: int) -> int:
    end = start + 1
    while end < len(all_of_them) and all_of_them[end].indent > all_of_them[start].indent:
        end += 1
    return end


def _is_stub(block: Sequence[Statement]) -> bool:
    head, body = block[0], list(block[1:])
    before, after = _split_at_colon(head.code)
    if not head.code.startswith("class"):
        return _is_nothing(after) and all(_is_nothing(each.code) for each in body)
    _, _, bases = before.partition("(")
    if bases.rstrip(") ") not in _EMPTY_BASES or not _is_nothing(after):
        return False
    at = 0
    while at < len(body):
        end = at + 1
        match = _DEFINITION.match(body[at].code)
        if match:
            end = _end_of_block(body, at)
            # a class in a class is somebody's work
            if match["kind"] == "class" or not _is_stub(body[at:end]):
                return False
        elif not (
            body[at].code.startswith("@") or _ANNOTATION.match(body[at].code) or _is_nothing(body[at].code)
        ):
            return False
        at = end
    return True


def _is_nothing(code: str) -> bool:
    return _NOTHING.match(code.rstrip("; ")) is not None


def _split_at_colon(code: str) -> tuple[str, str]:
    """What stands before and after the colon that ends the head of a block."""
    depth = 0
    for piece in re.finditer(r"[()\[\]{}:]", code):
        if piece[0] == ":":
            if depth == 0:
                return code[: piece.start()], code[piece.end() :].strip()
        else:
            depth += 1 if piece[0] in "([{" else -1
    return code, ""


def _assignments(code: str) -> Iterator[tuple[set[str], str]]:
    """The names that a statement assigns to, and what they are given."""
    if "=" not in code:
        return
    outside = _outside_of_brackets(code)
    start = 0
    for part in outside.split(";"):
        signs = [match.start() for match in _EQUALS.finditer(part)]
        if signs:
            block = _IN_A_BLOCK.match(part)
            targets = part[block.end() if block else 0 : signs[-1]].split("=")
            names = {name.partition(":")[0].strip(" *") for target in targets for name in target.split(",")}
            yield {n for n in names if n.isidentifier()}, code[start + signs[-1] + 1 : start + len(part)]
        start += len(part) + 1


def _outside_of_brackets(code: str) -> str:
    """The code with blanks for what stands in brackets."""
    kept: list[str] = []
    depth, at = 0, 0
    for piece in _BRACKETS.finditer(code):
        between = code[at : piece.end()]
        kept.append(between if depth == 0 else " " * len(between))
        depth = depth + 1 if piece[0] in "([{" else max(depth - 1, 0)
        at = piece.end()
    kept.append(code[at:] if depth == 0 else " " * (len(code) - at))
    return "".join(kept)
