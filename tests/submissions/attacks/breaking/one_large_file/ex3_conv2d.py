from attempt import attempt


def fill():
    with open("big", "wb") as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    return "64 MiB in a file"


attempt("a large file", fill)
