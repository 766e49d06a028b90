"""What `python exercises/conv2d.py` is made of: read a picture, lay a kernel on it, draw the result."""


class Trouble(Exception):
    """Something the user can fix, told in one line."""
