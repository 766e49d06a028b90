import concurrent.futures
import multiprocessing

from attempt import attempt


def spawn(method):
    process = multiprocessing.get_context(method).Process(target=print, daemon=True)
    process.start()
    return process.pid


attempt("fork", lambda: spawn("fork"))
attempt("spawn", lambda: spawn("spawn"))
attempt("a pool", lambda: concurrent.futures.ProcessPoolExecutor(1).submit(int, "1").result(5))
