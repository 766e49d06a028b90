"""Grading on a Dask cluster: a scheduler and its workers on this machine, some of them killed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.classes.cluster import client
from autograder.classes.cluster.client import Cluster, Member
from autograder.classes.cluster.worker import WorkerLost, end_graders, identity, run_in_grader
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.versions import versions
from autograder.classes.workers import GradingJob, Settings
from autograder.course import COURSE
from autograder.sandbox.confine import LAYERS
from tests.soak import Run, make_class, reports

pytestmark = pytest.mark.platforms
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "cluster.md").read_text(encoding="utf-8")
SETTINGS = Settings(COURSE, ("cpu",), 1, 10.0, 4096)
HAND_INS = 6
PATIENCE = 180  # seconds after which a wait is in vain, on a busy machine too
# what a worker does before it starts: its autograder claims to be another one
OTHER_CODE = """
from autograder.classes.cluster import worker
from autograder.classes.versions import versions
worker.versions = lambda course: versions(course) | {"grader's code": "0" * 64}
"""
UNPROFILED = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}  # as the page asks
DEADLY = """
import pathlib, time
pathlib.Path("deadly").touch()
time.sleep(9)
"""


def by_hand() -> list[str]:
    """The commands of the page's section of that name."""
    section = PAGE.split("\n## By hand\n")[1].split("\n## ")[0]
    return re.findall(r"^    (.+)$", section, re.MULTILINE)


@dataclass
class Lab:
    """A cluster with its temporary files in a folder of their own."""

    folder: Path
    port: int = 0
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def scratch(self) -> Path:
        return self.folder / "cluster"

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, command: str, log_name: str = "log") -> subprocess.Popen[bytes]:
        """Starts a command of the page, or one like it; the addresses are those of this machine."""
        command = command.replace("--port 8786", "--port 0 --host 127.0.0.1")
        command = command.replace("tcp://10.0.0.1:8786", self.address)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with (self.folder / log_name).open("ab") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=os.environ | {"PATH": path, "TMPDIR": str(self.scratch), **UNPROFILED},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def scheduler(self, command: str) -> subprocess.Popen[bytes]:
        """Starts a scheduler and waits until it listens."""
        process = self.start(command)
        said = until(lambda: re.findall(r"Scheduler at: +tcp://127.0.0.1:(\d+)", self.log()))
        self.port = int(said[-1])
        return process

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def worker_pids(self) -> list[int]:
        """The processes of the workers themselves, not of their nannies."""
        return list(self.asked("run", os.getpid).values())

    def asked(self, method: str, *args: Any) -> Any:
        """What Dask's own client says."""
        with distributed_client(self.address) as dask:
            return getattr(dask, method)(*args)

    def wait_for(self, workers: int) -> None:
        """Waits until so many workers are there."""
        with distributed_client(self.address) as dask:
            until(lambda: len(dask.nthreads()) == workers)

    def left_over(self, workers: list[int]) -> list[str]:
        """What is still there of graders: their processes, and the folders of their sandboxes."""
        mine = [p for p in processes(self.scratch) if "spawn_main" in p[1] or "zygote" in p[1]]
        folders = [str(path) for path in self.scratch.glob("conv2d-*")]
        return [str(p) for p in mine if p[0] not in workers] + folders

    def stop(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(PATIENCE)


def distributed_client(address: str) -> Any:
    from distributed import Client

    return Client(address, set_as_default=False, timeout=PATIENCE)


def processes(folder: Path) -> list[tuple[int, str]]:
    """The processes that have a folder for temporary files, or work in it, with their command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            mine = f"TMPDIR={folder}".encode() in (entry / "environ").read_bytes()
            mine = mine or (entry / "cwd").readlink().is_relative_to(folder)
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if mine and state != "Z":
                found.append((int(entry.name), (entry / "cmdline").read_bytes().decode().replace("\0", " ")))
        except (OSError, ValueError):
            continue
    return found


def until(true: Callable[[], Any]) -> Any:
    """Waits for something, and gives it."""
    end = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    for part in (folder, *folder.parents[:2]):
        part.chmod(0o711)  # workers of another user pass through
    return folder


@pytest.fixture(scope="module")
def quiet(desk: Path) -> Run:
    """A class graded by workers of this machine."""
    make_class(desk / "handins", HAND_INS)
    run = Run(desk / "handins", desk / "quiet", desk / "tmp")
    run.to_the_end()
    return run


@pytest.fixture(scope="module")
def lab(desk: Path) -> Iterator[Lab]:
    """The cluster that the page starts by hand: a worker with a nanny and as many threads as processors."""
    lab = Lab(desk)
    lab.scratch.mkdir()
    scheduler, worker, _ = by_hand()
    lab.scheduler(scheduler)
    lab.start(worker)
    try:
        yield lab
    finally:
        lab.stop()


def on(lab: Lab, run: Run, name: str) -> Run:
    """The same class on the cluster."""
    return replace(run, out=run.out.with_name(name), by=("--scheduler", lab.address), sessions=set())


def ended(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]]]:
    said, _ = process.communicate(timeout=5 * PATIENCE)
    return process.returncode, [json.loads(line) for line in said.splitlines()]


def read_events(process: subprocess.Popen[str], graded: int) -> list[dict[str, Any]]:
    """Reads along until so many are graded."""
    assert process.stdout is not None
    events: list[dict[str, Any]] = []
    while graded and (line := process.stdout.readline()):
        events.append(json.loads(line))
        graded -= events[-1]["event"] == "graded"
    assert not graded
    return events


def test_the_pages_commands_grade_a_class_as_this_machine_does(lab: Lab, quiet: Run) -> None:
    command = by_hand()[2]
    assert lab.start(command + " --device cpu", "said").wait(5 * PATIENCE) == 0
    assert reports(lab.folder / "graded") == reports(quiet.out)
    assert lab.left_over(lab.worker_pids()) == []
    said = (lab.folder / "said").read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "distributed" not in said


def test_stopped_and_started_again_while_workers_are_killed_it_comes_to_the_same(
    lab: Lab, quiet: Run
) -> None:
    run = on(lab, quiet, "killed")
    first = run.start()
    read_events(first, 2)
    first.send_signal(signal.SIGINT)
    assert ended(first)[0] == 130
    assert lab.left_over(lab.worker_pids()) == []
    done = {path.name.removesuffix(".results.json") for path in run.out.glob("*.results.json")}
    assert 2 <= len(done) < HAND_INS

    (with_nanny,) = lab.worker_pids()
    without = lab.start(f"dask worker {lab.address} --nthreads 1 --no-nanny --no-dashboard")
    lab.wait_for(2)
    second = run.start()
    before = read_events(second, len(done) + 1)
    for worker in (with_nanny, without.pid):  # one comes back, the other does not
        os.kill(worker, signal.SIGKILL)
    code, after = ended(second)
    assert code == 0
    events = [e for e in before + after if e["event"] == "graded"]
    assert {e["student"] for e in events if e["cached"]} == done
    assert len(events) == HAND_INS
    assert reports(run.out) == reports(quiet.out)
    assert run.left_over() == []
    until(lambda: lab.left_over(lab.worker_pids()) == [])  # the graders of killed workers tidy up alone


def test_an_order_that_comes_after_the_end_of_its_run_starts_no_graders(lab: Lab) -> None:
    with distributed_client(lab.address) as dask:
        worker, _ = dask.submit(identity, COURSE, pure=False).result()
        assert dask.submit(run_in_grader, "short", worker, "", max, 1, 2, pure=False).result() == 2
        dask.run(end_graders, "short")
        late = dask.submit(run_in_grader, "short", worker, "", max, 1, 2, pure=False)
        with pytest.raises(WorkerLost, match="ended"):
            late.result()
    assert lab.left_over(lab.worker_pids()) == []


def test_a_hand_in_that_kills_two_workers_is_reported_and_its_neighbours_are_graded(
    lab: Lab, quiet: Run, tmp_path: Path
) -> None:
    hand_ins = lab.folder / "deadly"
    names = ["000-joão", "001-émile", "002-bjørn"]
    for name in names:
        shutil.copytree(quiet.hand_ins / name, hand_ins / name)
    (hand_ins / "001-deadly").mkdir()
    (hand_ins / "001-deadly" / "ex1_output_size.py").write_text(DEADLY)
    run = replace(on(lab, quiet, "with-deadly"), hand_ins=hand_ins)
    over = threading.Event()
    killed: set[int] = set()

    def kill() -> None:
        """Kills the Dask worker that a deadly hand-in runs under."""
        while not over.wait(0.05):
            for mark in lab.scratch.glob("exercise-sandbox-*/work/**/deadly"):
                for pid, _ in processes(mark.parent):
                    worker = parent(parent(parent(pid)))  # the sandbox's parent, the grader, the worker
                    mark.unlink(missing_ok=True)
                    killed.add(worker)
                    os.kill(worker, signal.SIGKILL)
                    break

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        code, events = ended(run.start())
    finally:
        over.set()
        killer.join()
    assert code == 1
    assert len(killed) == 2
    failed = {e["student"]: e["problem"] for e in events if e["event"] == "failed"}
    assert failed == {"001-deadly": "could not be graded: 2 grader processes died of it"}
    found, expected = reports(run.out), reports(quiet.out)
    for name in names:
        assert found[f"{name}.json"] == expected[f"{name}.json"]
    assert json.loads((run.out / "001-deadly.json").read_text())["provenance"]["key"] == ""
    until(lambda: lab.left_over(lab.worker_pids()) == [])


def test_a_worker_with_other_code_gets_no_work_and_none_is_graded_where_it_was_there_before(
    lab: Lab, quiet: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (lab.folder / "other_code.py").write_text(OTHER_CODE)
    lab.wait_for(1)
    notices: list[str] = []
    with Cluster(lab.address, GradingOptions(SETTINGS), notices.append) as cluster:
        assert cluster.submit(os.getpid).result(PATIENCE) not in lab.worker_pids()
        width = cluster.width()
        wrong = lab.start(f"dask worker {lab.address} --nthreads 9 --preload other_code.py --no-dashboard")
        until(lambda: notices)
        assert cluster.width() == width
    (said,) = notices
    assert re.fullmatch(
        r"worker tcp://127.0.0.1:\d+ differs from this machine: "
        r"grader's code 0{64}, here [0-9a-f]{64}; it gets no work",
        said,
    )
    out = lab.folder / "none"
    command = ["grade", str(quiet.hand_ins), "-o", str(out), "--scheduler", lab.address]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "grader's code" in error
    assert error.endswith("; nothing was graded\n")
    assert list(out.iterdir()) == []
    wrong.terminate()
    wrong.wait(PATIENCE)
    lab.wait_for(1)


def problem_of(
    monkeypatch: pytest.MonkeyPatch,
    missing: tuple[str, ...] = (),
    usable: bool = True,
    strict: bool = False,
    **other: str,
) -> str:
    """What is said of a worker with these versions and this machine."""

    async def ask(self: Cluster, member: Member, fn: Callable[..., Any], *args: Any) -> Any:
        return ("id", versions(COURSE) | other) if fn is identity else (missing, usable)

    async def look() -> str:
        wanted = GradingOptions(SETTINGS, require_confinement=strict)
        return await Cluster("tcp://a:1", wanted, print)._problem(Member("tcp://b:2", 1))

    monkeypatch.setattr(Cluster, "_ask", ask)
    return asyncio.run(look())


@pytest.mark.parametrize("name", versions(COURSE))
def test_each_version_must_be_the_same(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    said = problem_of(monkeypatch, **{name: "2"})
    assert said.startswith(f"worker tcp://b:2 differs from this machine: {name} 2, here ")


def test_a_worker_must_keep_hand_ins_from_the_network_and_give_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert problem_of(monkeypatch) == ""
    assert "reach the network" in problem_of(monkeypatch, missing=("seccomp",))
    assert problem_of(monkeypatch, missing=("landlock",)) == ""
    assert LAYERS["landlock"] in problem_of(monkeypatch, missing=("landlock",), strict=True)
    assert "no usable GPU" in problem_of(monkeypatch, usable=False)


def test_who_was_lost_with_its_worker_shares_the_next_one_with_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that no innocent one is lost twice because of a guilty one."""

    async def rounds() -> None:
        """Lets the others go on as far as they can, however slow the machine is."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def place() -> None:
        cluster = Cluster("tcp://a:1", GradingOptions(SETTINGS), print)
        cluster._members["b"] = Member("b", 3, admitted=True)
        may_end = {name: asyncio.Event() for name in ("first", "second", "lost", "last")}
        begun: list[str] = []

        async def ask(member: Member, *rest: Any) -> None:
            name = rest[-1].name
            begun.append(name)
            member.out.add(name)
            await may_end[name].wait()
            member.out.discard(name)

        monkeypatch.setattr(cluster, "_ask", ask)
        placed = []
        for name in may_end:
            job = GradingJob(name, SETTINGS, again=name == "lost")
            placed.append(asyncio.ensure_future(cluster._place(print, job)))
            await rounds()
        for ends, expected in (
            ("first", ["first", "second"]),  # there is room, but the lost one waits for all of it
            ("second", ["first", "second", "lost"]),
            ("lost", ["first", "second", "lost", "last"]),
        ):
            may_end[ends].set()
            await rounds()
            assert begun == expected
        may_end["last"].set()
        await asyncio.gather(*placed)

    asyncio.run(place())


def test_an_order_that_was_never_begun_is_sent_elsewhere_and_bears_no_blame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine that goes down takes several workers along, and the word of each comes at its own time."""

    async def place(begins: bool) -> tuple[str, int]:
        cluster = Cluster("tcp://a:1", GradingOptions(SETTINGS), print)
        cluster._client = SimpleNamespace(status="closed")
        for name in "bcd":
            cluster._members[name] = Member(name, 1, admitted=True)
        asked: list[str] = []

        async def ask(member: Member, *rest: Any) -> str:
            asked.append(member.address)
            if member.address == "d":
                return "done"
            raise WorkerLost("gone")

        async def was_begun(order: str) -> bool:
            return begins

        monkeypatch.setattr(cluster, "_ask", ask)
        monkeypatch.setattr(cluster, "_was_begun", was_begun)
        try:
            return await cluster._place(print), len(asked)
        except WorkerLost as error:
            return str(error), len(asked)

    assert asyncio.run(place(begins=False)) == ("done", 3)
    assert asyncio.run(place(begins=True)) == ("gone", 1)


def test_what_cannot_be_had_is_said_in_a_line(
    quiet: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*options: str) -> str:
        command = ["grade", str(quiet.hand_ins), "-o", str(tmp_path), "--device", "cpu", *options]
        assert main(command) == 2
        return capsys.readouterr().err

    start = time.monotonic()
    nobody = "autograder: --scheduler tcp://127.0.0.1:1: no Dask scheduler answers there within 8 s\n"
    assert said("--scheduler", "tcp://127.0.0.1:1") == nobody
    assert time.monotonic() - start < 28  # Dask's own patience is 30 s
    assert "address 'here'" in said("--scheduler", "here")
    assert "do not go together" in said("--scheduler", "tcp://127.0.0.1:1", "--workers", "2")
    for name in [n for n in sys.modules if n.startswith("autograder.classes.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert said("--scheduler", "tcp://127.0.0.1:1") == (
        "autograder: --scheduler needs distributed: pip install '.[cluster]'\n"
    )


def test_it_waits_for_workers_and_gives_up_some_time(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk / "empty").mkdir()
    lone = Lab(desk / "empty")
    lone.scheduler(by_hand()[0])
    monkeypatch.setattr(client, "MAX_SECONDS_WITHOUT_WORKERS", 1.0)
    notices: list[str] = []
    try:
        with (
            pytest.raises(BatchError, match="no worker came within 1 s"),
            Cluster(lone.address, GradingOptions(SETTINGS), notices.append) as cluster,
        ):
            cluster.submit(os.getpid)
    finally:
        lone.stop()
    assert notices == [f"waiting for workers at {lone.address}"]


def test_a_dead_grader_and_another_worker_at_the_address_are_lost_workers(lab: Lab) -> None:
    with Cluster(lab.address, GradingOptions(SETTINGS), print) as cluster:
        with pytest.raises(BrokenExecutor, match="terminated abruptly"):
            cluster.submit(os._exit, 3).result(PATIENCE)
        (member,) = cluster._members.values()
        member.id = "Worker-before"
        # nothing is begun there: it is looked at again, and then has the order
        assert cluster.submit(os.getpid).result(PATIENCE)
        assert [m.id == member.id for m in cluster._members.values()] == [False]


def test_without_its_scheduler_it_ends_with_a_line_and_workers_leave_nothing(lab: Lab, quiet: Run) -> None:
    run = on(lab, quiet, "abandoned")
    (scheduler,) = [p for p in lab.started if "dask scheduler" in str(p.args)]
    with (lab.folder / "said").open("w+") as said:
        process = run.start(stderr=said)
        read_events(process, 2)
        scheduler.kill()
        assert ended(process)[0] == 2
        said.seek(0)
        assert said.read() == (
            f"autograder: --scheduler {lab.address}: the scheduler is gone; the reports written so far are "
            "complete, and the same command goes on from there\n"
        )
    lab.stop()
    # Dask kills a worker that needs more than four seconds to end, and its graders tidy up alone then
    until(lambda: not processes(lab.scratch))
    assert list(lab.scratch.glob("conv2d-*")) == []
