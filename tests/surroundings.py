"""Runs the suite as others will run it: in each surrounding that has made a test fail, one after another.

    python -m tests.surroundings [NAME ...]

All run in one fresh clone of the last commit, in a folder with a blank in its name, so that each also finds
what the ones before it left behind. Names joined by "+" are one run in all of these at once. Ends with 0 if all
were green. Its own Python makes the environment of
the clone; for "user" that has to be one that everybody may read, such as /usr/bin/python3.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ORDINARY = "nobody"  # in whose name the suite runs where the one who starts it is root


@dataclass(frozen=True)
class Surrounding:
    """What is unlike a shell at a terminal, where the suite is written."""

    is_: str
    environment: Mapping[str, str] = field(default_factory=dict)
    background: bool = False
    as_user: bool = False


SURROUNDINGS = {
    "background": Surrounding("Ctrl-C, hang-up and quit ignored, no terminal, no input", background=True),
    "again": Surrounding("a second time in the same folder"),
    "locale": Surrounding("LC_ALL=C", {"LC_ALL": "C", "LANG": "C"}),
    "zone": Surrounding("a time zone 14 hours ahead", {"TZ": "Pacific/Kiritimati"}),
    "random": Surrounding("files and tests in random order", {"PYTEST_ADDOPTS": "-p randomly"}),
    "user": Surrounding("an ordinary user, not root", as_user=True),
}


def named(name: str) -> Surrounding:
    """A surrounding, or several at once: what is joined by "+"."""
    parts = [SURROUNDINGS[part] for part in name.split("+")]
    return Surrounding(
        "; ".join(part.is_ for part in parts),
        {key: value for part in parts for key, value in part.environment.items()},
        any(part.background for part in parts),
        any(part.as_user for part in parts),
    )


def run(clone: Path, surrounding: Surrounding, log: Path) -> int:
    """The exit code of `make test` in it."""
    environment = os.environ | {"PYTHON": sys.executable, **surrounding.environment}
    other = pwd.getpwnam(ORDINARY) if surrounding.as_user and os.geteuid() == 0 else None
    if surrounding.as_user:
        home = clone.parent / "home"
        home.mkdir(exist_ok=True)
        environment |= {"HOME": str(home)}
        if other:
            environment |= {"USER": other.pw_name, "LOGNAME": other.pw_name}
            subprocess.run(["chown", "-R", other.pw_name, str(clone), str(home)], check=True)
    ignored = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT) if surrounding.background else ()
    before = [(each, signal.signal(each, signal.SIG_IGN)) for each in ignored]
    try:
        with log.open("w") as file:
            return subprocess.run(
                ["make", "test"],
                cwd=clone,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=surrounding.background,
                user=other and other.pw_uid,
                group=other and other.pw_gid,
                extra_groups=[] if other else None,
                check=False,
            ).returncode
    finally:
        for each, handler in before:
            signal.signal(each, handler)


def main() -> int:
    """Runs it as a program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(SURROUNDINGS)}; all unless told"
    )
    names = parser.parse_args().names or list(SURROUNDINGS)
    if unknown := {part for name in names for part in name.split("+")} - set(SURROUNDINGS):
        parser.error(f"no such surrounding: {', '.join(sorted(unknown))}")
    folder = Path(tempfile.mkdtemp(prefix="the suite "))
    folder.chmod(0o755)
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    red = 0
    for name in names:
        log, start = folder / f"{name}.log", time.monotonic()
        surrounding = named(name)
        code = run(clone, surrounding, log)
        red += code != 0
        passed = re.findall(r"\d+ (?:passed|failed|error).*", log.read_text(errors="replace"))
        said = re.sub(r" in [\d.]+s.*", "", passed[-1]) if passed else f"make test ended with {code}"
        minutes = (time.monotonic() - start) / 60
        print(f"| {name} | {surrounding.is_} | {said} | {minutes:.0f} |", flush=True)
    if red:
        print(f"the logs are in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return int(red > 0)


if __name__ == "__main__":
    sys.exit(main())
