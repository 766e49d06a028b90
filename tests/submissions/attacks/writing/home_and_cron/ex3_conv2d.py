import pathlib

from attempt import attempt


def append(place):
    with pathlib.Path(place).open("a") as file:
        file.write("")
    return place


for place in ("/root/.bashrc", "/root/.profile", "/root/.ssh/authorized_keys", "/etc/cron.d/attack", "/etc/crontab",
              "/var/spool/cron/root", "/etc/profile", "/etc/ld.so.preload"):
    attempt(f"writing {place}", lambda: append(place))
