"""GitHub Classroom's repositories: a folder is `<assignment>-<username>`, and both parts may have `-` in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CLONES = "-submissions"  # `gh classroom clone student-repos` calls the folder around them so


def owners(
    folders: Mapping[int, tuple[str, Path | None]], usernames: Mapping[int, str]
) -> tuple[dict[int, set[int]], str]:
    """Whose each folder may be, and the assignment that its name begins with.

    The class has one assignment: the one under which most folders are somebody's, and that most folders carry.
    Where two are as good, a folder may be more than one student's.

    Args:
        folders: name and place by number.
        usernames: by number of the student; case does not count.
    """
    names = {number: name.casefold() for number, (name, _) in folders.items()}
    readings: dict[str, dict[int, set[int]]] = {}
    by_name: dict[str, set[int]] = {}
    for student, username in usernames.items():
        by_name.setdefault(username.casefold(), set()).add(student)
    for number, name in names.items():
        for at in range(1, len(name)):
            if name[at] == "-" and (found := by_name.get(name[at + 1 :])):
                readings.setdefault(name[:at], {})[number] = found
    if not readings:
        return {}, ""
    around = {place.parent.name.casefold() for _, place in folders.values() if place is not None}

    def worth(assignment: str) -> tuple[int, int, bool]:
        carried = sum(name.startswith(f"{assignment}-") for name in names.values())
        return len(readings[assignment]), carried, f"{assignment}{CLONES}" in around

    most = max(map(worth, readings))
    best = [assignment for assignment in readings if worth(assignment) == most]
    whose: dict[int, set[int]] = {}
    for assignment in best:
        for number, found in readings[assignment].items():
            whose.setdefault(number, set()).update(found)
    return whose, best[0] if len(best) == 1 else ""
