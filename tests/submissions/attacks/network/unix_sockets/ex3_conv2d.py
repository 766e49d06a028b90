import socket

from attempt import attempt


def connect(address):
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(address)
    return channel


attempt("an abstract name", lambda: connect("\0/tmp/.X11-unix/X0"))
attempt("the engine of containers", lambda: connect("/var/run/docker.sock"))
attempt("a name of its own", lambda: socket.socket(socket.AF_UNIX).bind("\0attack"))
