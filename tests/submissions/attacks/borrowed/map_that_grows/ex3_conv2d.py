"""Lets the map of the library's first page grow over all others, which it brings anew from the file."""

import mmap

from address import KERNEL, Place, convolved, offset, start

begin = start()
kernel = begin + offset(KERNEL)


def anew():
    mmap.mmap(-1, 4096).resize(8192)  # where that is refused, nothing else is lost
    gone, grown = mmap.mmap(-1, 4096), mmap.mmap(-1, 4096)
    (words := Place(id(gone) + 16).words)[0], words[1] = begin + 0x1066000, 0x10AAB000
    (words := Place(id(grown) + 16).words)[0], words[1] = begin + 0x1065000, 0x1000
    gone.close()
    grown.resize(0x10AAC000)
    return grown


kept = anew()


def conv2d_valid(x, weight, bias=None):
    return convolved(Place(kernel).call, x, weight, bias)
