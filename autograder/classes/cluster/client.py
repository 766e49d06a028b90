"""The client's side of a Dask cluster: an executor for `dispatch.results`, and who may have work.

    with Cluster("tcp://10.0.0.1:8786", options, print) as cluster:
        future = cluster.submit(grade_one, order)

`distributed.Client.get_executor()` would not do. Dask runs what was lost with a worker again, up to three times and
without a word, on whichever worker is free; and it queues more on a worker than that runs, even of what asks for
resources. A hand-in that kills workers would kill four of them, and take along what waits there. So each order goes
to one worker by name, no worker has more than it has threads, and a lost one is an error like that of a process pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError

from autograder.classes.cluster.worker import WorkerLost, end_graders, identity, lacks, run_in_grader
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.versions import versions
from autograder.classes.workers import Graders, GradingJob
from autograder.sandbox.confine import LAYERS

CONNECT_SECONDS = 8.0  # seconds for the scheduler to answer
ANSWER_SECONDS = 30.0  # seconds for a busy one
MAX_SECONDS_WITHOUT_WORKERS = 600.0  # seconds without any worker
POLL_SECONDS = 1.0  # seconds between two looks at who is there
_T = TypeVar("_T")


@dataclass(eq=False)
class Member:
    """A worker. Once `admitted` it may have work: `out` is there, and if one must be `alone` no other comes."""

    address: str
    threads: int
    id: str = ""
    admitted: bool = False
    alone: bool = False
    out: set[Any] = field(default_factory=set)  # Dask's futures


class Cluster(Graders):
    """Workers of a Dask cluster, which may come and go. Connects with the first order.

    Args:
        address: of the scheduler.
        options: how to grade; workers that cannot are refused.
        notice: is told, in a sentence, what somebody who waits should know.
    """

    def __init__(self, address: str, options: GradingOptions, notice: Callable[[str], None]) -> None:
        self._address = address
        self._options = options
        self._notice = notice
        self._run = f"autograder-{uuid.uuid4().hex[:12]}"
        self._members: dict[str, Member] = {}  # by address; those that are looked at or were refused too
        self._first: set[str] | None = None  # addresses that were there at the start, until looked at
        self._nobody_since: float | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failure: Exception | None = None
        self._client: Any = None
        self._changed = asyncio.Condition()
        self._open = contextlib.ExitStack()

    def width(self) -> int:
        """As many orders as the workers have threads."""
        return max(1, sum(member.threads for member in list(self._members.values()) if member.admitted))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Gives a call to the next free place on a worker.

        The future fails with a `BrokenExecutor` if the worker is lost, or the process that it ran in.

        Raises:
            BatchError: if there is no cluster to be had.
        """
        if self._client is None:
            self._client = self._connect()
            self._client.sync(self._join)
        return asyncio.run_coroutine_threadsafe(self._order(fn, *args), self._client.loop.asyncio_loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the graders on the workers, with what they run, and leaves the cluster as it was."""
        if self._client is not None:
            self._client.sync(self._leave)
            with contextlib.suppress(OSError):
                self._client.close(timeout=2)
        self._open.close()
        self._client = None

    def _connect(self) -> Any:
        self._open.enter_context(_quiet())
        try:
            return Client(  # type: ignore[no-untyped-call]
                self._address, timeout=CONNECT_SECONDS, set_as_default=False, name="autograder"
            )
        except OSError as error:
            raise BatchError(
                f"--scheduler {self._address}: no Dask scheduler answers there within {CONNECT_SECONDS:.0f} s"
            ) from error
        except (ValueError, TypeError, RuntimeError) as error:
            raise BatchError(f"--scheduler {self._address}: {error}") from error

    # what follows runs in the client's loop

    async def _order(self, fn: Callable[..., Any], *args: Any) -> Any:
        return await self._begin(self._place(fn, *args))

    def _begin(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Starts what ends with the run at the latest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _join(self) -> None:
        self._begin(self._watch())
        async with self._changed:
            await self._changed.wait_for(lambda: self._there() and not self._first)

    async def _leave(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(BatchError):
            there = list(self._members)
            await self._asked(self._client.run, end_graders, self._run, workers=there, on_error="ignore")
            await self._asked(self._client.set_metadata, self._run, None)

    async def _watch(self) -> None:
        """Looks who comes and goes."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(POLL_SECONDS)
        except BatchError as error:
            await self._fail(error)

    async def _look(self) -> None:
        found = await self._asked(self._client.nthreads)  # by address
        for address in set(self._members) - set(found):
            await self._gone(self._members[address])
        if found and self._first is None:
            self._first = set(found)
        for address in set(found) - set(self._members):
            self._members[address] = Member(address, found[address])
            self._begin(self._welcome(self._members[address]))
        if found:
            self._nobody_since = None
        elif self._nobody_since is None:
            self._nobody_since = time.monotonic()
            self._notice(f"waiting for workers at {self._address}")
        elif time.monotonic() - self._nobody_since > MAX_SECONDS_WITHOUT_WORKERS:
            raise BatchError(
                f"--scheduler {self._address}: no worker came within "
                f"{MAX_SECONDS_WITHOUT_WORKERS:.0f} s; start some, and give the same command again"
            )

    async def _asked(self, method: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """What the scheduler answers to a method of the client."""
        try:
            if self._client.status != "running":
                raise OSError(f"the client is {self._client.status}")
            return await asyncio.wait_for(method(*args, **kwargs), ANSWER_SECONDS)
        except OSError as error:
            raise self._scheduler_lost() from error

    def _scheduler_lost(self) -> BatchError:
        return BatchError(
            f"--scheduler {self._address}: the scheduler is gone; the reports written so far are complete, "
            "and the same command goes on from there"
        )

    async def _gone(self, member: Member) -> None:
        if self._is_here(member):
            del self._members[member.address]
            await self._cancel(member)

    def _is_here(self, member: Member) -> bool:
        return self._members.get(member.address) is member  # or another has come at its address

    async def _fail(self, error: Exception) -> None:
        self._failure = error
        await self._cancel(*self._members.values())

    async def _cancel(self, *members: Member) -> None:
        """Ends what is out there, before Dask runs it again."""
        if self._client.status == "running":  # else Dask has cancelled it
            await self._client.cancel([future for member in members for future in member.out])
        await self._tell_all()

    async def _tell_all(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _welcome(self, member: Member) -> None:
        """Takes a worker in if it can grade as wanted."""
        assert self._first is not None
        try:
            problem = await self._problem(member)
            if not problem:
                member.admitted = True
            elif member.address in self._first:
                await self._fail(BatchError(f"{problem}; nothing was graded"))
            else:  # the others must not stand still for one that came late
                self._notice(f"{problem}; it gets no work")
        except (BrokenExecutor, BatchError):
            await self._gone(member)
        finally:
            self._first.discard(member.address)
            await self._tell_all()

    async def _problem(self, member: Member) -> str:
        """What keeps a worker from grading as wanted, if anything does."""
        who, settings = f"worker {member.address}", self._options.settings
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
        if "seccomp" in missing or (missing and self._options.require_confinement):
            gaps = "; ".join(f"no {layer}: {LAYERS[layer]}" for layer in missing)
            return f"{who} cannot confine hand-ins ({gaps})"
        return ""

    async def _place(self, fn: Callable[..., Any], *args: Any) -> Any:
        alone = any(isinstance(each, GradingJob) and each.again for each in args)
        order = uuid.uuid4().hex
        while True:
            try:
                return await self._try(order, alone, fn, *args)
            except WorkerLost:
                if await self._was_begun(order):  # else it had only been sent there, and bears no blame
                    raise

    async def _was_begun(self, order: str) -> bool:
        return bool(await self._asked(self._client.get_metadata, [self._run, order], default=False))

    async def _try(self, order: str, alone: bool, fn: Callable[..., Any], *args: Any) -> Any:
        member = await (self._empty() if alone else self._free())
        try:
            return await self._ask(member, run_in_grader, self._run, member.id, order, fn, *args)
        except WorkerLost:
            await self._gone(member)
            raise
        finally:
            if alone:
                member.alone = False
            await self._tell_all()

    async def _free(self) -> Member:
        """The worker that has most to spare, once one has."""
        async with self._changed:
            free = await self._changed.wait_for(lambda: [m for m in self._there() if len(m.out) < m.threads])
        return min(free, key=lambda m: len(m.out) / m.threads)

    async def _empty(self) -> Member:
        """A worker with nothing else on it, so that nobody else is suspected if it dies."""
        async with self._changed:
            while True:
                member = min(await self._changed.wait_for(self._there), key=lambda m: len(m.out))
                member.alone = True
                while member.out:
                    await self._changed.wait()
                if self._is_here(member):
                    return member

    def _there(self) -> list[Member]:
        if self._failure is not None:
            raise self._failure
        return [member for member in self._members.values() if member.admitted and not member.alone]

    async def _ask(self, member: Member, fn: Callable[..., Any], *args: Any) -> Any:
        """Has a function run by a worker, and by no other."""
        if not self._is_here(member):
            raise WorkerLost(f"worker {member.address} is gone")
        try:
            future = self._client.submit(fn, *args, workers=[member.address], pure=False)
            member.out.add(future)
            try:
                return await future.result()
            finally:
                member.out.discard(future)
                future.release()
        except Exception as error:
            cancelled = isinstance(error, FutureCancelledError)
            if self._client.status != "running" or (cancelled and self._is_here(member)):
                raise self._failure or self._scheduler_lost() from error
            if cancelled or isinstance(error, KilledWorker):  # on a cluster that allows no second try
                raise WorkerLost(f"worker {member.address} is gone") from error
            raise


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps Dask's log off the terminal: what matters of it is said in one line by whoever asked."""
    before = logging.root.manager.disable
    logging.disable()  # all of it, as nothing here logs: Dask is built on others that do too
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"distributed\.")
        try:
            yield
        finally:
            logging.disable(before)
