"""The confined side: takes in one submission and answers requests about it.

A worker answers three kinds of request. "load" hands it the source texts; before any of it runs, the worker looks
through the syntax trees for forbidden calls, and puts them out of reach. "import" runs an exercise's file, statement
by statement: each is announced before it runs, so that the grader knows which one ended the worker, and one that
fails or takes too long costs itself alone. "run" runs steps (see `exercises.feedback.script`).

Whatever is in this process, student code can find (by frames, say). So nothing is here that it should not have:
an answer counts by its values alone, what is banned cannot be allowed again, and stand-ins for earlier exercises
hold no answer to the one that is asked for.
"""

from __future__ import annotations

import contextlib
import linecache
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from autograder.sandbox import devices, wire
from autograder.sandbox.ban import Ban
from autograder.sandbox.importing import install
from autograder.sandbox.settings import TORCHS
from autograder.sandbox.submitted import Announce, Submitted
from exercises.feedback.raised_at import expression_of

_OF_GRADER = ("autograder", "exercises", "landlockpy", "pyseccomp")
Known = tuple[tuple[str, ...], int]  # the grader's modules, and how many modules there were in all


def serve(sock: socket.socket, confined: Mapping[str, str], ban: Ban) -> None:
    """Says hello, then answers requests until the grader hangs up."""
    sock.settimeout(None)
    out, err = sys.stdout, sys.stderr
    sock.sendall(wire.frame(b"\0" * 16, wire.encode({"confined": dict(confined)})))
    submitted: Submitted | None = None
    while True:
        try:
            nonce, request = wire.receive(sock, None, wire.MAX_REQUEST_BYTES)
        except wire.WireClosed:
            return
        reply: dict[str, Any] = {}
        if request["do"] == "load":
            submitted = Submitted(request, ban)
            if request["exercises"]:  # the first worker of a hand-in
                reply["forbidden"] = submitted.find_forbidden(request["exercises"])
                reply["unusual"] = submitted.unusual()
            install(submitted)
        elif submitted is not None and request["do"] == "import":
            submitted.load(request["module"], _announcer(sock, nonce))
            reply["left_out"], submitted.left_out = submitted.left_out, []
        elif submitted is not None:
            reply |= _run(submitted, request)
        for stream in (out, err):  # the worker is killed in the end, and what is buffered dies with it
            with contextlib.suppress(Exception):
                stream.flush()
        sock.sendall(wire.frame(nonce, wire.encode(reply)))
        # a traceback keeps the call's tensors alive: let them go before the next request
        del request, reply


def _announcer(sock: socket.socket, nonce: bytes) -> Announce:
    def announce(file: str, number: int, line: int) -> None:
        # a prefix of the answer: it counts for nothing but how long the grader waits, and whom it blames
        sock.sendall(wire.frame(nonce, wire.encode({"at": [file, number, line]})))

    return announce


def _run(submitted: Submitted, request: Mapping[str, Any]) -> dict[str, Any]:
    module, device = request["module"], request["device"]
    submitted.load(module)
    submitted.at_start.restore()

    def lookup(name: str) -> Any:
        return submitted.lookup(module, name)

    asked = request["steps"]
    start = time.perf_counter()
    results, raised = devices.run(asked, device, lookup, expression_of)
    seconds = time.perf_counter() - start
    TORCHS.restore()
    reply = {"results": results, "raised": submitted.told(raised, module), "banned": submitted.ban.calls[:1]}
    return reply | {"seconds": seconds}  # a measurement, which no grade rests on


def modules_of_grader() -> Known:
    """The modules that `forget_grader` takes out.

    To look at each name writes to the memory it lies in, and so copies a worker's pages: the parent of all does it.
    """
    known = tuple(name for name in sys.modules if name.split(".")[0] in _OF_GRADER)
    return known, len(sys.modules)


def forget_grader(known: Known) -> None:
    """Takes the grader's modules out of reach of `import`; what runs keeps its references."""
    linecache.clearcache()
    names, modules = known
    if len(sys.modules) != modules:  # something was imported since
        names, _ = modules_of_grader()
    for name in names:
        del sys.modules[name]
    sys.path[:] = [
        p for p in sys.path if p.endswith(("site-packages", "dist-packages", ".zip")) or "python" in p
    ]
