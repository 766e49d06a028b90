import socket

from attempt import attempt

attempt("a name", lambda: socket.getaddrinfo("example.org", 80))
attempt("a name by UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"?", ("127.0.0.1", 53)))
