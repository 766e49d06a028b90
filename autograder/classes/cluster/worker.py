"""What runs on a Dask worker: grader processes, one for each of its threads, as `ProcessPool` starts them.

A grader is for one hand-in at a time and a whole process of its own (pytest, signals, warnings), which Dask's
threads are not. So a thread only waits for its process: workers started with Dask's own defaults use all
their processors, a grader that dies takes no worker along, and the worker answers the scheduler in time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from multiprocessing import current_process
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from autograder.classes.versions import versions
from autograder.classes.workers import ProcessPool, Settings, unconfined
from autograder.sandbox.host import usable_cuda
from exercises.feedback.course import Course

IDLE = 60.0  # seconds after which graders end that nobody gives work, since their client may have been killed
_over: set[str] = set()  # runs that have ended: an order may still be on its way when its run ends


class WorkerLost(BrokenExecutor):
    """The worker that an order was for is not there any more."""


class GraderProcesses(WorkerPlugin):
    """The graders of one run on one worker. They end with the run, with the worker, or when they are idle.

    All but `run` belongs to the worker's event loop, so that nothing here needs a lock.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._busy = 0
        self._used = time.monotonic()

    def setup(self, worker: Worker) -> None:
        """Starts nothing yet: a process comes with the first order that finds none free."""
        # Dask's nanny starts workers as daemons, which may have no children; these end by themselves with it
        current_process().daemon = False
        self._local = ProcessPool(worker.state.nthreads)
        self._watch = asyncio.ensure_future(self._end_when_idle(worker))

    async def teardown(self, worker: Worker) -> None:
        """Ends them with what they run, and waits until their sandboxes are tidied up."""
        self._watch.cancel()
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._local.stop()
        self._local.shutdown()

    def enter(self) -> None:
        """Counts one more order."""
        self._busy += 1

    def leave(self) -> None:
        """Counts one less."""
        self._busy -= 1
        self._used = time.monotonic()

    def run(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Runs a function in a free grader's process, and waits for it."""
        return self._local.submit(fn, *args).result()

    async def _end_when_idle(self, worker: Worker) -> None:
        while self._busy or time.monotonic() - self._used < IDLE:
            await asyncio.sleep(IDLE / 4)
        del worker.plugins[self._name]  # whoever comes now gets new ones
        await asyncio.to_thread(self._end)


def run_in_grader(run: str, worker_id: str, order: str, fn: Callable[..., Any], *args: Any) -> Any:
    """What a task of a run does: runs a function in one of this worker's grader processes.

    Args:
        run: whose graders to use; they have its name.
        worker_id: of the worker that it is for: Dask itself would run it again on one with the same address.
        order: is noted at the scheduler, under the run, before it is begun; none if empty.
        fn: the function, with its arguments.

    Raises:
        WorkerLost: if this is another worker, or the run has ended.
        BrokenProcessPool: if the process dies.
    """
    worker = get_worker()
    if worker.id != worker_id:
        raise WorkerLost(f"another worker is at {worker.address} now")
    graders: GraderProcesses = sync(worker.loop, _entered, worker, run, order)
    try:
        return graders.run(fn, *args)
    finally:
        worker.loop.add_callback(graders.leave)


async def _entered(worker: Worker, run: str, order: str) -> GraderProcesses:
    if order:
        await worker.scheduler.set_metadata(keys=[run, order], value=True)
    if run in _over:
        raise WorkerLost("the run has ended")
    graders = worker.plugins.get(run)
    if not isinstance(graders, GraderProcesses):
        graders = GraderProcesses(run)
        await worker.plugin_add(plugin=graders, name=run, catch_errors=False)
    graders.enter()
    return graders


async def end_graders(run: str, dask_worker: Worker) -> None:
    """Ends a run's graders on a worker, for good."""
    _over.add(run)
    if run in dask_worker.plugins:
        await dask_worker.plugin_remove(run)


def identity(course: Course) -> tuple[str, dict[str, str]]:
    """The id of this worker, which no other gets, and the versions it has."""
    return get_worker().id, versions(course)


def lacks(settings: Settings) -> tuple[tuple[str, ...], bool]:
    """The layers of confinement that this machine does not give, and whether it has a GPU; in a grader."""
    return unconfined(settings), "cuda" not in settings.devices or usable_cuda()
