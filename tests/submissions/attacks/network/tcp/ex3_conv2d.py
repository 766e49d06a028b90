import socket

from attempt import attempt

attempt("a connection", lambda: socket.create_connection(("127.0.0.1", 22), 1))
attempt("a connection by IPv6", lambda: socket.socket(socket.AF_INET6).connect(("::1", 22)))
attempt("a server", lambda: socket.create_server(("127.0.0.1", 0)))
attempt("a page", lambda: __import__("urllib.request").request.urlopen("http://127.0.0.1:8000", timeout=1))
