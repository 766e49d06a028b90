"""What grading comes to, as plain data, and the writers that put it into files.

`model` knows nothing of pytest; writers know nothing of anything but `model`.
"""
