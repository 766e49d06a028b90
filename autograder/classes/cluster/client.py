"""The client's side of a Dask cluster: an executor for `batch.results`, and who may have work.

    with Cluster("tcp://10.0.0.1:8786", wanted, print) as cluster:
        future = cluster.submit(grade_one, order)

`distributed.Client.get_executor()` would not do. Dask runs what was lost with a worker again, up to three times and
without a word, on whichever worker is free; and it queues more on a worker than that runs. A hand-in that kills
workers would kill four of them, and take along what waits there. So each order goes to one worker by name,
no worker has more than it has threads, and a lost one is an error like that of a process pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError

from autograder.classes.cluster.quiet import quiet
from autograder.classes.cluster.worker import WorkerLost, end_graders, identity, lacks, run_in_grader, topic
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.versions import versions
from autograder.classes.workers import Graders, GradingJob
from autograder.sandbox.confine import LAYERS

CONNECT_SECONDS = 8.0  # seconds for the scheduler to answer
ANSWER_SECONDS = 30.0  # seconds for a busy one
MAX_SECONDS_WITHOUT_WORKERS = 600.0  # seconds without any worker
POLL_SECONDS = 1.0  # seconds between two looks at who is there
UNSTARTED = (
    5  # times that an order may be lost before it was begun; then it counts, since word of that may be lost
)
_T = TypeVar("_T")


@dataclass(eq=False)
class Member:
    """A worker that may have work: `out` orders of ours are there, or one that wants to be `alone`."""

    address: str
    threads: int
    id: str = ""
    out: int = 0
    alone: bool = False
    gone: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def lost(self, error: Exception) -> None:
        """Ends what is out there with an error."""
        if not self.gone.done():
            self.gone.set_exception(error)
            self.gone.exception()  # seen, should nothing be out


class Cluster(Graders):
    """Workers of a Dask cluster, which may come and go. Connects with the first order.

    Args:
        address: of the scheduler.
        wanted: how to grade; workers that cannot are refused.
        notice: is told, in a sentence, what somebody who waits should know.
    """

    def __init__(self, address: str, wanted: GradingOptions, notice: Callable[[str], None]) -> None:
        self._address = address
        self._wanted = wanted
        self._notice = notice
        self._run = uuid.uuid4().hex[:12]
        self._members: dict[str, Member] = {}  # who may have work, by address
        self._seen: dict[str, Member] = {}  # these, and those that are looked at or were refused
        self._first: set[str] | None = None  # addresses that were there at the start, until looked at
        self._joined = False
        self._begun: set[str] = set()  # orders that a worker has begun with
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: Exception | None = None
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = contextlib.ExitStack()

    def width(self) -> int:
        """As many orders as the workers have threads."""
        return max(1, sum(member.threads for member in list(self._members.values())))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Gives a call to the next free place on a worker.

        The future fails with a `BrokenExecutor` if the worker is lost, or the process that it ran in.

        Raises:
            BatchError: if there is no cluster to be had.
        """
        if self._loop is None:
            self._start()
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self._place(fn, *args), self._loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the graders on the workers, with what they run, and leaves the cluster as it was."""
        if self._loop is not None:
            with contextlib.suppress(TimeoutError, OSError):
                self._do(self._leave())
        self._open.close()
        self._loop = None

    def _start(self) -> None:
        self._open.enter_context(quiet())
        self._loop = self._open.enter_context(_running_loop())
        self._do(self._join())

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # what follows runs in the loop

    async def _join(self) -> None:
        self._changed = asyncio.Condition()
        try:
            self._client = Client(  # type: ignore[no-untyped-call]
                self._address,
                asynchronous=True,
                timeout=CONNECT_SECONDS,
                set_as_default=False,
                name="autograder",
            )
            await self._client
        except OSError as error:
            raise BatchError(
                f"--scheduler {self._address}: no Dask scheduler answers there within {CONNECT_SECONDS:.0f} s"
            ) from error
        except (ValueError, TypeError, RuntimeError) as error:
            raise BatchError(f"--scheduler {self._address}: {error}") from error
        self._client.subscribe_topic(topic(self._run), self._heard_of_order)
        self._begin(self._watch())
        async with self._changed:
            while self._failure is None and (self._first or not self._members):
                await self._changed.wait()
        if self._failure is not None:
            raise self._failure
        self._joined = True

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        """Looks who comes and goes."""
        nobody_since: float | None = None
        while True:
            try:
                found = await self._threads()
            except BatchError as error:
                await self._fail(error)
                return
            for address in set(self._seen) - set(found):
                await self._gone(address)
            for address in set(found) - set(self._seen):
                self._seen[address] = Member(address, found[address])
                self._begin(self._welcome(self._seen[address]))
            if found and self._first is None:
                self._first = set(found)
            if found:
                nobody_since = None
            elif nobody_since is None:
                nobody_since = time.monotonic()
                self._notice(f"waiting for workers at {self._address}")
            elif time.monotonic() - nobody_since > MAX_SECONDS_WITHOUT_WORKERS:
                await self._fail(
                    BatchError(
                        f"--scheduler {self._address}: no worker came within "
                        f"{MAX_SECONDS_WITHOUT_WORKERS:.0f} s; start some, and give the same command again"
                    )
                )
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _threads(self) -> dict[str, int]:
        """The number of threads of each worker of the cluster, by address."""
        try:
            if self._client.status != "running":
                raise OSError(f"the client is {self._client.status}")
            found: dict[str, int] = await asyncio.wait_for(self._client.scheduler.ncores(), ANSWER_SECONDS)
        except OSError as error:
            raise self._scheduler_lost() from error
        return found

    def _scheduler_lost(self) -> BatchError:
        return BatchError(
            f"--scheduler {self._address}: the scheduler is gone; the reports written so far are complete, "
            "and the same command goes on from there"
        )

    async def _heard_of_order(self, event: tuple[float, str]) -> None:
        self._begun.add(event[1])

    async def _gone(self, address: str) -> None:
        self._members.pop(address, None)
        member = self._seen.pop(address, None)
        if member is not None:
            member.lost(WorkerLost(f"worker {address} is gone"))
        await self._tell_all()

    async def _fail(self, error: Exception) -> None:
        self._failure = error
        for member in self._seen.values():
            member.lost(error)
        await self._tell_all()

    async def _tell_all(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _welcome(self, member: Member) -> None:
        """Takes a worker in if it can grade as wanted."""
        try:
            problem = await self._problem(member)
            if not problem:
                self._members[member.address] = member
            elif self._joined:  # the others must not stand still for one that came late
                self._notice(f"{problem}; it gets no work")
            else:
                await self._fail(BatchError(f"{problem}; nothing was graded"))
        except (BrokenExecutor, BatchError):
            await self._gone(member.address)
        finally:
            if self._first:
                self._first.discard(member.address)
            await self._tell_all()

    async def _problem(self, member: Member) -> str:
        """What keeps a worker from grading as wanted, if anything does."""
        who, settings = f"worker {member.address}", self._wanted.settings
        try:
            member.id, theirs = await self._ask(member, identity, settings.course)
            differ = [
                f"{name} {theirs.get(name)}, here {mine}"
                for name, mine in versions(settings.course).items()
                if theirs.get(name) != mine
            ]
            if differ:
                return f"{who} differs from this machine: {'; '.join(differ)}"
            missing, usable = await self._ask(
                member, run_in_grader, self._run, member.id, "", lacks, settings
            )
        except (BrokenExecutor, BatchError):
            raise
        except Exception as error:
            return f"{who} cannot grade: {type(error).__name__}: {error}"
        if not usable:
            return f"{who}: --device cuda: torch finds no usable GPU there"
        # with a network, a hand-in could reach the scheduler and run code as whoever grades
        if "seccomp" in missing or (missing and self._wanted.require_confinement):
            gaps = "; ".join(f"no {layer}: {LAYERS[layer]}" for layer in missing)
            return f"{who} cannot confine hand-ins ({gaps})"
        return ""

    async def _place(self, fn: Callable[..., Any], *args: Any) -> Any:
        self._tasks.add(this := cast("asyncio.Task[Any]", asyncio.current_task()))
        this.add_done_callback(self._tasks.discard)
        alone = any(isinstance(each, GradingJob) and each.again for each in args)
        order = uuid.uuid4().hex
        for _ in range(UNSTARTED):
            try:
                return await self._try(order, alone, fn, *args)
            except WorkerLost:
                if order in self._begun:  # else it had only been sent there, and bears no blame
                    raise
            finally:
                self._begun.discard(order)
        raise WorkerLost("workers are gone before they begin")

    async def _try(self, order: str, alone: bool, fn: Callable[..., Any], *args: Any) -> Any:
        member = await (self._empty() if alone else self._free())
        try:
            return await self._ask(member, run_in_grader, self._run, member.id, order, fn, *args)
        except WorkerLost:
            if self._seen.get(member.address) is member:  # another has come at its address
                await self._gone(member.address)
            raise
        finally:
            member.out -= 1
            member.alone = False
            await self._tell_all()

    async def _free(self) -> Member:
        """A place on the worker that has most to spare."""
        async with self._changed:
            while True:
                free = [m for m in self._there() if m.out < m.threads]
                if free:
                    member = min(free, key=lambda m: m.out / m.threads)
                    member.out += 1
                    return member
                await self._changed.wait()

    async def _empty(self) -> Member:
        """A worker with nothing else on it, so that nobody else is suspected if it dies."""
        async with self._changed:
            while True:
                there = self._there()
                if there:
                    member = min(there, key=lambda m: m.out)
                    member.alone = True
                    while member.out and not member.gone.done():
                        await self._changed.wait()
                    if not member.gone.done():
                        member.out += 1
                        return member
                else:
                    await self._changed.wait()

    def _there(self) -> list[Member]:
        if self._failure is not None:
            raise self._failure
        return [member for member in self._members.values() if not member.alone]

    async def _ask(self, member: Member, fn: Callable[..., Any], *args: Any) -> Any:
        """Has a function run by a worker, and by no other."""
        answer: asyncio.Future[Any] | None = None
        try:
            task = self._client.submit(
                fn,
                *args,
                key=f"autograder-{uuid.uuid4().hex}",
                workers=[member.address],
                allow_other_workers=False,
                pure=False,
                retries=0,
            )
            answer = asyncio.ensure_future(_answer(task))
            await asyncio.wait({answer, member.gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                member.gone.result()  # raises what it ended with
            return answer.result()
        except Exception as error:
            if isinstance(error, FutureCancelledError) or self._client.status != "running":
                raise self._failure or self._scheduler_lost() from error
            raise
        finally:
            if answer is not None:
                answer.cancel()
                task.release()

    async def _leave(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._client is None:
            return
        there = [m.address for m in self._members.values() if not m.gone.done()]
        if self._client.status == "running":
            self._client.unsubscribe_topic(topic(self._run))
            ending = self._client.run(end_graders, self._run, workers=there, on_error="ignore")
            with contextlib.suppress(OSError):
                await asyncio.wait_for(ending, ANSWER_SECONDS)
        await self._client.close(timeout=2)


async def _answer(task: Any) -> Any:
    try:
        return await task.result()
    except KilledWorker as error:  # on a cluster that allows no second try
        raise WorkerLost(str(error)) from error


@contextlib.contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="cluster", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
