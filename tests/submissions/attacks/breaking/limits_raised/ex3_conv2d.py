# root may raise its own limits again
import resource

from attempt import attempt

FREE = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

attempt("memory without a limit", lambda: resource.setrlimit(resource.RLIMIT_AS, FREE) or "raised")
attempt("files without a limit", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, FREE) or "raised")
attempt("better priority", lambda: __import__("os").nice(-10))
