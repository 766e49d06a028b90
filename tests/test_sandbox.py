"""What a hand-in can do in the sandbox: answer. Everything else costs only its own points."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.sandbox import folder, forkserver, wire
from autograder.sandbox.confine import LAYERS, Limits
from autograder.sandbox.handle import Worker, WorkerTrouble
from autograder.sandbox.host import Sandbox
from autograder.sandbox.output import MAX_OUTPUT_CHARS
from autograder.submissions.submission import Submission
from exercises.feedback.calls import Call, Sample
from exercises.feedback.catalogue import Exercise, exercises
from exercises.feedback.checks import call_step
from exercises.feedback.failures import Outcome
from exercises.feedback.steps import TensorResult

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = exercises()
EX1, EX2, EX3 = CATALOGUE[:3]


def whole_confinement() -> bool:
    """Whether this machine has every layer."""
    try:
        import landlockpy
        import pyseccomp

        return bool(landlockpy.supported() and pyseccomp.get_api() > 0)
    except (ImportError, RuntimeError, OSError, AttributeError):
        return False


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")
fully_confined = pytest.mark.skipif(
    not whole_confinement(), reason="this machine lacks Landlock or libseccomp, so not all layers can be on"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(OPERATORS, Limits(memory=1 << 30, cpu=60)) as warm:
        yield warm


def submission(body: str, module: str = "ex1_output_size") -> Submission:
    return Submission("test", Path("test"), {module: body}, {}, None, (), "")


def sandboxed(
    sandbox: Sandbox, body: str, module: str = "ex1_output_size", seconds: float = 5.0
) -> SandboxedSubmission:
    return SandboxedSubmission(sandbox, submission(body, module), COURSE, TimeLimits(call=seconds))


def ask(sandbox: Sandbox, body: str, seconds: float = 5.0) -> Outcome:
    """Runs `probe(value)` of a hand-in as its `output_size`; what it returns is the answer."""
    who = sandboxed(sandbox, body, seconds=seconds)
    return who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": (1, 1)}])


def probe(line: str) -> str:
    """A hand-in whose answer is an expression, or the name of the error it raises."""
    return f"""
import ctypes, os, pathlib, signal, socket, subprocess, sys, threading
def output_size(*a):
    try:
        return repr({line})
    except BaseException as error:
        return type(error).__name__
"""


def test_a_call_is_answered(sandbox: Sandbox) -> None:
    assert ask(sandbox, "def output_size(*a): return 7").results == [7]


def test_a_tensor_goes_in_and_comes_back(sandbox: Sandbox) -> None:
    who = sandboxed(sandbox, "def conv2d_valid(x, weight): return x.transpose(2, 3) * 2", "ex3_conv2d")
    call = Call("conv2d_valid", (Sample((2, 3, 4, 5), 1, "float64"), Sample((1, 3, 1, 1), 2)))
    outcome = who.run(EX3, "cpu", [call_step(call)])
    got = outcome.results[0]
    assert isinstance(got, TensorResult)
    assert torch.equal(got.value, call.real_args[0].transpose(2, 3) * 2)


def test_prints_are_kept_as_text_and_capped(sandbox: Sandbox) -> None:
    who = sandboxed(sandbox, "def output_size(*a):\n    print('x' * 300_000)\n    return 3")
    assert who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": ()}]).results == [3]
    printed = who.keep_printed()
    assert printed.startswith("xxx")
    assert len(printed) <= MAX_OUTPUT_CHARS


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("def output_size(*a):\n    while True: pass", "timeout", "longer than 1 s"),
        ("import time\ndef output_size(*a): time.sleep(99)", "timeout", "longer than 1 s"),
        ("def output_size(*a):\n    while True: print('x' * 10000)", "timeout", "longer than 1 s"),
        ("import os\ndef output_size(*a): os._exit(0)", "crashed", "exit code 0"),
        (
            "import os, signal\ndef output_size(*a): os.kill(os.getpid(), signal.SIGSEGV)",
            "crashed",
            "SIGSEGV",
        ),
        ("import faulthandler\ndef output_size(*a): faulthandler._sigsegv()", "crashed", "SIGSEGV"),
        ("import os, signal\ndef output_size(*a): os.kill(os.getpid(), signal.SIGSTOP)", "timeout", "1 s"),
        ("import os\ndef output_size(*a): os.closerange(3, 99)", "crashed", "exit code"),
    ],
)
def test_trouble_is_a_failed_check_and_the_next_submission_is_fine(
    sandbox: Sandbox, body: str, kind: str, words: str
) -> None:
    outcome = ask(sandbox, body, seconds=1.0)
    assert outcome.trouble_kind == kind
    assert words in outcome.trouble
    assert ask(sandbox, "def output_size(*a): return 7").results == [7]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("def output_size(*a): raise KeyError('no')", "KeyError"),
        ("def output_size(*a): return a.b.c", "AttributeError"),
        ("def output_size(*a): return output_size()", "RecursionError"),
        ("import sys\ndef output_size(*a): sys.exit(1)", "SystemExit"),
        ("def output_size(*a): return bytearray(1 << 40)", "MemoryError"),
        ("import torch\ndef output_size(*a): return torch.zeros(1 << 40)", "RuntimeError"),
        ("def output_size(*a)\n    return 1", "SyntaxError"),
        ("from nothing_of_that_name import output_size", "ModuleNotFoundError"),
        ("def output_sise(*a): return 1", "MissingName"),
        ("class E(Exception):\n    def __str__(self): raise self\ndef output_size(*a): raise E", "E"),
    ],
)
def test_an_exception_comes_back_as_text(sandbox: Sandbox, body: str, kind: str) -> None:
    outcome = ask(sandbox, body)
    assert outcome.raised is not None
    assert outcome.raised.kind == kind


def test_an_exception_names_the_students_own_lines(sandbox: Sandbox) -> None:
    outcome = ask(sandbox, "def output_size(*a):\n    return helper()\n\ndef helper():\n    return 1 / 0\n")
    assert outcome.raised is not None
    assert outcome.raised.trace == (
        ("ex1_output_size.py", 2, "return helper()"),
        ("ex1_output_size.py", 5, "return 1 / 0"),
    )


@pytest.mark.parametrize(
    "body",
    [
        "class I(int):\n    def __eq__(self, o): return True\n    __hash__ = int.__hash__\n"
        "def output_size(*a): return I(1)",
        "import torch\nclass T(torch.Tensor): pass\ndef output_size(*a): return torch.ones(2).as_subclass(T)",
        "import numpy\ndef output_size(*a): return numpy.int64(3)",
    ],
)
def test_impostors_arrive_as_their_type_alone(sandbox: Sandbox, body: str) -> None:
    [result] = ask(sandbox, body).results
    assert type(result).__name__ == "Opaque"


# what a hand-in tries, and what it gets
ATTEMPTS = {
    "open('/etc/passwd').read()": "PermissionError",
    f"open({str(ROOT / 'autograder/course/suites/ex1_output_size.py')!r}).read()": "PermissionError",
    f"open({str(ROOT / 'solutions/ex1_output_size.py')!r}).read()": "PermissionError",
    f"os.listdir({str(ROOT)!r})": "PermissionError",
    "os.listdir('/proc')": "PermissionError",
    "open(f'/proc/{os.getppid()}/environ').read()": "PermissionError",
    "open('/tmp/forged', 'w')": "PermissionError",
    "socket.socket()": "PermissionError",
    "socket.socket(socket.AF_UNIX)": "PermissionError",
    "socket.getaddrinfo('localhost', 80)": "gaierror",
    "os.fork()": "PermissionError",
    "subprocess.run(['/bin/true'])": "PermissionError",
    "os.execv('/bin/true', ['true'])": "PermissionError",
    "os.kill(os.getppid(), 0)": "PermissionError",
    "os.kill(1, 9)": "PermissionError",
    "os.setsid()": "PermissionError",
    "dict(os.environ).keys() - {'HOME', 'TMPDIR', 'LANG', 'PATH', 'OMP_NUM_THREADS'}": "set()",
    "__import__('autograder.course.suites.ex1_output_size')": "ImportError",
    "__import__('solutions.ex1_output_size')": "ImportError",
    "pathlib.Path('mine').write_text('x')": "1",
    "os.listdir('.')": "['img']",
    "sys.stdin.read()": "''",
}


@fully_confined
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_confined_hand_in_gets_nowhere(sandbox: Sandbox, attempt: str) -> None:
    assert ask(sandbox, probe(attempt)).results == [ATTEMPTS[attempt]]


@linux_only
def test_without_confinement_the_same_attempts_succeed() -> None:
    """The attempts above are real: with the layers off, they work."""
    with Sandbox(OPERATORS, Limits(layers=("session",))) as open_house:
        assert ask(open_house, probe("socket.socket().close()")).results == ["None"]
        assert ask(open_house, probe("bool(os.listdir('/proc'))")).results == ["True"]
        assert ask(open_house, probe("subprocess.run(['/bin/true']).returncode")).results == ["0"]


@fully_confined
def test_the_worker_says_which_layers_are_on(sandbox: Sandbox) -> None:
    who = sandboxed(sandbox, "def output_size(*a): return 1")
    who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": ()}])
    expected = set(LAYERS) if os.geteuid() == 0 else set(LAYERS) - {"uid"}
    assert set(who.confined) == expected


@linux_only
def test_a_file_bomb_ends_at_its_limit(sandbox: Sandbox) -> None:
    body = probe("open('big', 'wb').write(b'0' * (64 << 20))")
    assert ask(sandbox, body).results == ["OSError"]


def test_too_many_files_at_the_top_of_a_module_end_it_however_seldom_the_watch_comes_by(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_LOOK_SECONDS", 60.0)
    body = "for n in range(1100): open(f'file-{n}', 'w').close()\ndef output_size(*a): return 3"
    assert "more than 1000 files" in ask(sandbox, body).trouble


def test_what_one_hand_in_leaves_the_next_does_not_find(sandbox: Sandbox) -> None:
    ask(sandbox, probe("(os.mkdir('deep'), open('deep/left', 'w').close(), os.chmod('deep', 0))"))
    assert ask(sandbox, probe("os.listdir('.')")).results == ["['img']"]


@linux_only
def test_strays_are_ended_with_their_worker() -> None:
    """A double fork into a session of its own is found all the same."""
    body = """
import os, time
def output_size(*a):
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(write, str(os.getpid()).encode())
            os.closerange(0, 64)
            time.sleep(600)
        os._exit(0)
    return int(os.read(read, 20))
"""
    with Sandbox(OPERATORS, Limits(layers=("session", "limits"))) as lenient:
        [pid] = ask(lenient, body).results
        assert Path(f"/proc/{pid}").exists()
        lenient.end_workers()
        assert not Path(f"/proc/{pid}").exists()


THREADS = """
import threading, torch
torch.set_num_threads(4)
def output_size(*a):
    sums = []
    threads = [threading.Thread(target=lambda: sums.append((torch.rand(300, 300) @ torch.rand(300, 300)).sum()))
               for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return len(sums)
"""


def test_a_hand_in_with_threads_does_not_hang(sandbox: Sandbox) -> None:
    assert ask(sandbox, THREADS, seconds=20).results == [4]


def test_heavy_torch_work_in_the_grader_before_does_not_hang_a_worker() -> None:
    """The grader's own thread pool is awake when the sandbox starts; the zygote has none of it."""
    torch.rand(800, 800) @ torch.rand(800, 800)
    work = threading.Thread(target=lambda: torch.rand(1500, 1500) @ torch.rand(1500, 1500))
    work.start()
    with Sandbox(OPERATORS) as fresh:
        assert ask(fresh, THREADS, seconds=20).results == [4]
    work.join()


@linux_only
def test_the_zygote_has_one_thread_and_never_starts_cuda(sandbox: Sandbox) -> None:
    ask(sandbox, "def output_size(*a): return 1")
    status = Path(f"/proc/{sandbox.parent().pid}/status").read_text()
    assert "Threads:\t1\n" in status
    maps = Path(f"/proc/{sandbox.parent().pid}/maps").read_text()
    assert "/dev/nvidia" not in maps


def worker_saying(sandbox: Sandbox, body: str) -> Worker:
    """A worker that runs code which knows how to speak the wire itself."""
    worker = sandbox.worker()
    request = {"do": "load", "modules": {"ex1_output_size": body}, "extras": {}, "notebook": None}
    rest = {"substitutes": {}, "unsafe": [], "stand_ins": {}, "exercises": [], "exports": {}, "skipped": {}}
    rest["statement_seconds"] = 5.0
    worker.ask(wire.encode(request | rest), 5)
    return worker


RUN = {"do": "run", "module": "ex1_output_size", "device": "cpu", "steps": []}
CALL = wire.encode(RUN | {"steps": [{"do": "call", "name": "output_size", "args": ()}]})
FORGE = """
import json, os, stat, struct
def say(text):
    body = json.dumps(text).encode()
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, struct.pack(">4s16sIQ", b"cv03", b"0" * 16, len(body), 0) + body)
        except OSError:
            pass
ANSWER = {"map": [["results", [5]], ["raised", None], ["banned", []]]}
"""


def test_an_answer_to_no_question_is_refused(sandbox: Sandbox) -> None:
    early = (
        FORGE
        + "def output_size(*a):\n    import threading\n    threading.Timer(0.2, say, [ANSWER]).start()\n"
    )
    worker = worker_saying(sandbox, early)
    worker.ask(CALL, 5)
    time.sleep(0.6)
    with pytest.raises(WorkerTrouble, match="before the question"):
        worker.ask(CALL, 5)


def test_an_answer_without_the_nonce_is_refused(sandbox: Sandbox) -> None:
    worker = worker_saying(sandbox, FORGE + "def output_size(*a): say(ANSWER)")
    with pytest.raises(WorkerTrouble, match="another question"):
        worker.ask(CALL, 5)


@pytest.mark.parametrize("text", [[1, 2], {"surprise": 1}, {"map": [["x", 3]]}])
def test_a_malformed_answer_is_trouble_and_no_crash(sandbox: Sandbox, text: object) -> None:
    worker = worker_saying(sandbox, FORGE + f"def output_size(*a): say({text!r})")
    with pytest.raises(WorkerTrouble):
        worker.ask(CALL, 5)
    assert not worker.alive


def test_calls_that_hang_wait_less_and_less_and_a_line_waits_once(sandbox: Sandbox) -> None:
    who = sandboxed(sandbox, "def output_size(*a):\n    while True: pass", seconds=0.8)
    steps = [{"do": "call", "name": "output_size", "args": ()}]
    outcomes = []
    for line in ("one", "one", "two", "three", "four"):
        who.line = line
        outcomes.append(who.run(EX1, "cpu", steps))
    sentences = [outcome.trouble for outcome in outcomes]
    assert [outcome.tried for outcome in outcomes] == [True, False, True, True, True]
    assert [s.partition(" longer than ")[2] for s in sentences] == ["0.8 s", "", "0.8 s", "0.4 s", "0.2 s"]
    assert sentences[1].startswith("not tried: another check of this line")


def test_who_is_slow_and_answers_has_the_whole_limit_again(sandbox: Sandbox) -> None:
    body = "import time\ndef output_size(seconds): time.sleep(seconds)"
    who = sandboxed(sandbox, body, seconds=1.0)
    outcomes = []
    for number, seconds in enumerate((0.3, 9, 9, 9, 9, 0.7)):
        who.line = str(number)
        outcomes.append(
            who.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": (seconds,)}]).trouble
        )
    assert [bool(each) for each in outcomes] == [False, True, True, True, True, False]


def test_a_submissions_whole_time_is_bounded(sandbox: Sandbox) -> None:
    who = sandboxed(sandbox, "import time\ndef output_size(*a): time.sleep(0.3)")
    who.time_limits = replace(who.time_limits, submission=0.5)
    steps = [{"do": "call", "name": "output_size", "args": ()}]
    outcomes = [who.run(EX1, "cpu", steps) for _ in range(4)]
    assert "whole hand-in" in outcomes[-1].trouble


def test_the_fallback_without_fork_answers_and_times_out_too() -> None:
    with Sandbox(OPERATORS, kind="subprocess") as plain:
        assert ask(plain, "def output_size(*a):\n    print('hello')\n    return 7").results == [7]
        assert ask(plain, "def output_size(*a):\n    while True: pass", seconds=1).trouble_kind == "timeout"


ANSWERING = """
import os
import sys
from autograder.sandbox import devices, settings, zygote
import torch
zygote.prepare()
known = {*sys.modules}
settings.AsAtStart().restore()
steps = [
    {"do": "call", "name": "double", "args": (torch.rand(3, 4),), "wrt": [0]},
    {"do": "vjp", "wrt": [0], "cotangent": torch.rand(3, 4)},
]
for device in ("cpu", devices.PRETENDED):
    assert not devices.run(steps, device, lambda _: lambda x: torch.einsum("ij,ij->ij", x, 0 * x + 2))[1]
settings.Defaults().restore()
print(*sorted({*sys.modules} - known), flush=True)
os._exit(0)  # as a worker ends (see `zygote`)
"""


def test_a_worker_imports_nothing_to_answer() -> None:
    """It may not be able to: without Landlock it is another user, who cannot read a Python in a private folder."""
    run = subprocess.run([sys.executable, "-c", ANSWERING], cwd=ROOT, capture_output=True, text=True)
    assert (run.stdout, run.stderr, run.returncode) == ("\n", "", 0)


@linux_only
def test_exercises_share_a_worker_unless_one_forbids_more(sandbox: Sandbox) -> None:
    """And that one's worker ends with it."""
    tells = "import os\ndef {}(*a): return os.getpid()"
    functions = [(EX1, "output_size"), (EX2, "pad2d"), (EX3, "conv2d_valid")]
    texts = {exercise.module: tells.format(name) for exercise, name in functions}
    who = SandboxedSubmission(
        sandbox, Submission("test", Path("test"), texts, {}, None, (), ""), COURSE, TimeLimits(call=5)
    )
    pids = []
    for exercise, name in functions:
        pids += who.run(exercise, "cpu", [{"do": "call", "name": name, "args": ()}]).results
        who.finish(exercise)
    first, of_padding, third = pids
    assert first == third != of_padding
    assert Path(f"/proc/{first}").exists() and not Path(f"/proc/{of_padding}").exists()


COUNTING = """
import pathlib, threading, time
def count():
    for number in range(100_000):
        pathlib.Path("count").write_text(str(number))
        time.sleep(0.002)
def output_size(start):
    if start:
        threading.Thread(target=count, daemon=True).start()
"""


@linux_only
def test_a_worker_stands_still_while_another_is_asked(sandbox: Sandbox) -> None:
    """It may call what the other one must not, and two processes always find a way to talk."""
    texts = {EX1.module: COUNTING, EX2.module: "import time\ndef pad2d(): time.sleep(0.2)"}
    who = SandboxedSubmission(
        sandbox, Submission("test", Path("test"), texts, {}, None, (), ""), COURSE, TimeLimits(call=5)
    )
    file = sandbox.parent().private.work / "count"

    def said() -> str:
        return file.read_text() if file.exists() else ""

    def counts() -> bool:
        before, until = said(), time.monotonic() + 30
        while said() in (before, "") and time.monotonic() < until:
            time.sleep(0.01)
        return said() != before

    def ask(exercise: Exercise, name: str, *args: int) -> None:
        assert who.run(exercise, "cpu", [{"do": "call", "name": name, "args": args}]).results == [None]

    ask(EX1, "output_size", 1)
    assert counts()
    ask(EX2, "pad2d")
    before = said()
    ask(EX2, "pad2d")
    assert said() == before
    ask(EX1, "output_size", 0)
    assert counts()


@linux_only
def test_a_fork_server_with_another_ban_is_not_taken(sandbox: Sandbox) -> None:
    """As where another process hands its own on: what it has taken out does not come back."""
    assert "traps" in sandbox.worker().confined
    shared = forkserver.to_share()
    assert shared is not None
    forkserver.adopt(shared)
    with Sandbox({"padding": OPERATORS["padding"]}) as other:  # taken out where it is forbidden alone
        assert "traps" not in other.worker().confined


def test_nothing_is_left_when_the_sandbox_closes() -> None:
    with Sandbox(OPERATORS) as short:
        ask(short, probe("open('left', 'w')"))
        pid, folder = short.parent().pid, short.parent().private.path
        assert pid
    assert not folder.exists()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("banned", ["1", "{}", "[1]", "[[]]", '{"dtype": "float32"}', '"aten::conv2d"'])
def test_a_note_of_what_was_called_that_is_no_list_of_names_is_malformed(
    sandbox: Sandbox, banned: str
) -> None:
    body = f"""
import os, struct, sys
def output_size(*a):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals:
        frame = frame.f_back
    body = b'{{"map": [["results", [5]], ["raised", null], ["banned", {banned}]]}}'
    whole = struct.pack(">4s16sIQ", b"cv03", frame.f_locals["nonce"], len(body), 0) + body
    os.write(frame.f_locals["sock"].fileno(), whole)
"""
    assert ask(sandbox, body).trouble_kind in ("malformed",)
