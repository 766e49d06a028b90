# goes on working between the questions, and answers them right: nothing to object to, and nothing must stay
import signal
import threading
import time


def work():
    while True:
        time.sleep(0.01)


for _ in range(20):
    threading.Thread(target=work, daemon=False).start()
signal.signal(signal.SIGALRM, lambda *args: None)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
