conv2d_valid = type("<script>alert(1)</script>\x1b[2J", (), {"__init__": lambda self, *args: None})
