# folders in folders, further down than a path is long and than Python recurses
import os

here = os.getcwd()
try:
    for _ in range(990):
        os.mkdir("deeper-and-deeper")
        os.chdir("deeper-and-deeper")
finally:
    os.chdir(here)
