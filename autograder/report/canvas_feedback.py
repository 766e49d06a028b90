"""`canvas-feedback.zip`: pages for *Upload Submissions* of Canvas's assignment, each an attachment to a comment.

From `infer_comment_context_from_filename` and `generate_comments_from_files` in `app/models/abstract_assignment.rb`
of instructure/canvas-lms, with `lib/zip_extractor.rb`, `lib/file_in_context.rb` and `lib/content_zipper.rb`:

- A file's name is split at its underscores, folders and parts that are `LATE` aside. The first two parts of nothing
  but digits are the user's id and the id of a file that was handed in. Where the first part is `anon`, the two that
  follow it are. All other parts are free. A name that begins with that of a group loses it first.
- The file has to be one of the user's present hand-in. So a page cannot come to anybody else, and comes to nobody who
  handed in a text or a link, or who has handed in again since the download. Canvas lists what it has passed over.
- A name whose last part begins with `link` is passed over.
- The attachment is shown under the name of the file that was handed in, whatever it is called in the zip. Of a zip
  that was handed in, a zip with the page in it comes back, so that it opens.
- Each upload adds a comment, also where an earlier one has the same page. A group's comment comes to all its members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

ZIP = "canvas-feedback.zip"
PAGE = "feedback.html"
_ANONYMOUS = "anon"
# the endings of what a page may be shown as, the best first
_OPENS = (".html", ".htm", ".zip")


@dataclass(frozen=True)
class HandedIn:
    """A file that Canvas has: its id there, and what the student called it."""

    id: int
    name: str

    @property
    def ending(self) -> str:
        """How the name ends, in lower case."""
        return PurePosixPath(self.name).suffix.lower()


@dataclass(frozen=True)
class Place:
    """Where a page lies in the zip, and whether as a zip of its own."""

    name: str
    packed: bool
    shown_as: str

    @property
    def opens(self) -> bool:
        """Whether what Canvas calls it tells what it is."""
        return self.shown_as.lower().endswith(_OPENS)


def user(text: str) -> str:
    """An id as Canvas looks for it, an anonymous one behind its mark; empty for what is none."""
    anonymous = text.removeprefix(f"{_ANONYMOUS}_")
    fits = anonymous.isalnum() if anonymous != text else text.isdecimal()
    return text if text.isascii() and fits else ""


def place(name: str, owner: str, files: Sequence[HandedIn]) -> Place | None:
    """Where a student's page lies in the zip; None for a hand-in without a file that it could be attached to.

    Args:
        name: the student's, for people who look into the zip.
        owner: the user's id, as `user` gives it.
        files: those of the hand-in.
    """
    known = [each for each in files if each.id > 0]
    if not known:
        return None
    taken = min(known, key=lambda each: (_rank(each), each.id))
    packed = taken.ending == ".zip"
    start = owner if owner.startswith(f"{_ANONYMOUS}_") else f"{_label(name)}_{owner}"
    return Place(f"{start}_{taken.id}_feedback{'.zip' if packed else '.html'}", packed, taken.name)


def _rank(file: HandedIn) -> int:
    return _OPENS.index(file.ending) if file.ending in _OPENS else len(_OPENS)


def _label(name: str) -> str:
    """A name in one part that is neither a number nor the mark of anonymous hand-ins."""
    letters = "".join(letter for letter in name.casefold() if letter.isalpha())[:60]
    return letters if letters and letters != _ANONYMOUS else "student"
