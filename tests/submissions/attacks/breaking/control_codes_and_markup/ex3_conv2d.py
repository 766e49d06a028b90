print("\x1b[2J\x1b]0;owned\x07\x1b[31mDELETED\x1b[0m <script>alert(1)</script> [bold red]rich[/]")


def conv2d_valid(x, weight, bias=None):
    raise ValueError("\x1b[2J\x1b]8;;http://example.org\x07<img src=x onerror=alert(1)>[red]&lt;\r\x00\u202egpj")
