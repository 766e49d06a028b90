"""`pytest exercises --watch`, at a terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.at_work import MODULES, given_out, solve, write

READY = "Save a file to run the checks again."
PATIENCE = 240  # seconds; nothing here depends on how long it takes


class Watched:
    """A watching pytest, and the terminal that it believes to be at."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.master, self.terminal = pty.openpty()
        self.before = termios.tcgetattr(self.terminal)
        left_out = ("PYTEST_ADDOPTS", "PYTHONPATH", "PYTEST_PLUGINS", "NO_COLOR")
        environment = {k: v for k, v in os.environ.items() if k not in left_out}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pytest", "exercises", "--watch", *options],
            cwd=folder,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm"},
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
        )

    def until(self, words: str) -> str:
        """What is shown until these words are."""
        shown, end = b"", time.monotonic() + PATIENCE
        while words.encode() not in shown:
            assert time.monotonic() < end, shown.decode("utf-8", "replace")
            if select.select([self.master], [], [], 1.0)[0]:
                shown += os.read(self.master, 1 << 16)
        return shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def press(self, key: str) -> None:
        os.write(self.master, key.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        finally:
            os.close(self.master)
            os.close(self.terminal)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return given_out(tmp_path)


@pytest.fixture
def watched(folder: Path) -> Iterator[Watched]:
    solve(folder, *MODULES[:2])
    it = Watched(folder)
    yield it
    it.close()


@pytest.mark.thorough
def test_each_save_runs_the_checks_and_tells_first_of_what_was_saved(watched: Watched, folder: Path) -> None:
    first = watched.until(READY)
    assert "  to do" in first and "ex2  Padding" in first
    write(folder, "ex4_stride", "conv2d_strided", "return 1 / 0")
    second = watched.until(READY)
    assert "\x1b[2J" in second.split("ex4_stride.py was saved")[0], "the screen was not cleared"
    assert "- ex4: " in second.split("03 Convolutions")[0]
    assert "Next: exercises/ex4_stride.py, line " in second  # and not exercise 3, which is not written
    watched.press("h")
    assert "Hint 1 of 3 for conv2d_strided" in watched.until(READY)
    watched.press("H")
    assert "Hint 2 of 3 for conv2d_strided" in watched.until(READY)
    watched.press("p")
    assert "Picture: none, since there is no answer to draw" in watched.until(READY)
    assert "-v" not in second and "pytest exercises --hint" not in second  # here there are keys
    watched.press("v")
    assert watched.until(READY).count("- ex4: test_") > 1  # each of them in full
    watched.press("q")
    assert watched.process.wait(PATIENCE) == 0
    assert termios.tcgetattr(watched.terminal) == watched.before


@pytest.mark.thorough
def test_a_save_ends_a_run_that_does_not_end(watched: Watched, folder: Path) -> None:
    watched.until(READY)
    stub = (folder / "exercises" / "ex3_conv2d.py").read_text(encoding="utf-8")
    write(folder, "ex3_conv2d", "conv2d_valid", "import time\ntime.sleep(10**6)")
    watched.until("ex3_conv2d.py was saved")
    (folder / "exercises" / "ex3_conv2d.py").write_text(stub, encoding="utf-8")
    shown = watched.until(READY)
    assert "ex3_conv2d.py was saved" in shown and "write conv2d_valid" in shown


def test_ctrl_c_leaves_the_terminal_as_it_was(watched: Watched) -> None:
    watched.until(READY)
    assert termios.tcgetattr(watched.terminal) != watched.before
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(PATIENCE) == 0
    assert termios.tcgetattr(watched.terminal) == watched.before
    left = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True).stdout
    assert not [line for line in left.split("\n") if line.split()[:1] == [str(watched.process.pid)]]


def test_without_a_terminal_it_watches_too(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pytest", "exercises", "--watch"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        shown = iter(process.stdout.readline, "")
        assert any("Next: exercises/ex1" in line for line in shown)
        assert any("Save a file to run the checks again. Ctrl-C quits." in line for line in shown)
        write(folder, "ex1_output_size", "output_size", "return 1 / 0")
        assert any("ex1_output_size.py was saved" in line for line in shown)
        assert any("ZeroDivisionError" in line for line in shown)
        process.terminate()
