"""Takes rights away from a worker, as many as this machine allows, and says which.

The zygote prepares once what does not change (rule sets, filters); each worker applies it as its first act,
before a line of the submission is read. Layers that the machine lacks are left out and reported.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import site
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.isolated import package_folders
from autograder.paths import GRADER_ONLY, HIDDEN
from exercises.feedback.catalogue import course_info
from exercises.paths import PICTURES

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# each layer, and what a hand-in can do where it is missing
LAYERS = {
    "session": "hand-ins see the grader's environment",
    "limits": "hand-ins can use up memory and disk",
    "uid": "hand-ins run with the rights of whoever grades",
    "landlock": "hand-ins can read the files of this machine that any user can",
    "seccomp": "hand-ins can reach the network, start programs and bring machine code",
    "traps": "hand-ins that write to their own memory can call what torch has ready-made",
}
_UNPRIVILEGED = 61000
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 1, 8, 38
_CAP_DAC_READ_SEARCH = 2
_READABLE = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/driver",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/dev/urandom",
    "/usr/local/cuda",
    "/usr/local/nvidia",
)
_DEVICES = ("/dev/null", "/dev/zero")
_DENIED = (
    # the network and other processes
    "socket", "execve", "execveat", "fork", "vfork", "setsid", "setpgid", "ptrace", "kcmp", "tkill",
    "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "setpriority", "sched_setaffinity", "sched_setattr",
    "sched_setparam", "sched_setscheduler", "ioprio_set", "migrate_pages", "move_pages",
    # what would stay when the worker is gone, or is not counted as its memory
    "shmget", "shmat", "shmdt", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semtimedop",
    "semctl", "mq_open", "mq_unlink", "memfd_create", "memfd_secret", "io_setup", "remap_file_pages",
    # modes, owners and times of files, which Landlock does not guard; sizes, which it does since Linux 6.2
    "truncate", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "utime",
    "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr",
    "lremovexattr", "fremovexattr", "removexattrat",
    # the system as a whole
    "mount", "umount2", "pivot_root", "chroot", "init_module", "finit_module", "delete_module",
    "kexec_load", "kexec_file_load", "bpf", "unshare", "setns", "keyctl", "add_key", "request_key",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "open_by_handle_at", "name_to_handle_at", "swapon", "swapoff", "reboot", "acct", "quotactl",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "iopl", "ioperm", "modify_ldt",
    "personality", "fsopen", "fsmount", "fspick", "fsconfig", "move_mount", "open_tree", "mount_setattr",
    "fanotify_init", "syslog", "vhangup", "sethostname", "setdomainname",
)  # fmt: skip
_FCNTL_OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: who gets a signal when a pipe can be read
_IOCTL_OWNERS = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_SIGNALS = {
    "kill": 1,
    "tgkill": 2,
    "rt_sigqueueinfo": 1,
    "rt_tgsigqueueinfo": 2,
}  # and which argument is the signal
_CLONE_THREAD = 0x00010000
_INT = 0xFFFFFFFF  # the bits of a register that the system looks at where it wants an int


@dataclass(frozen=True)
class Limits:
    """What one worker may use.

    `memory` counts bytes above what the zygote itself has; `cpu` is seconds of processor time; `file` bytes
    per file, `disk` in all files (see `folder.Watch`); `layers` are the confinement layers to use (tests
    switch single ones off).
    """

    memory: int = course_info().memory_mib << 20
    cpu: int = 600
    file: int = 16 << 20
    disk: int = 64 << 20
    open_files: int = 256
    threads: int = 64
    layers: tuple[str, ...] = tuple(LAYERS)


class Confinement:
    """Prepared in the zygote, applied in each worker.

    Args:
        limits: see `Limits`.
        folder: the worker's private folder, the only one that it may write to.
        cuda: whether the worker needs the GPU's device files, and address space without a bound.
    """

    def __init__(self, limits: Limits, folder: Path, cuda: bool = False) -> None:
        self._limits = limits
        self.folder = folder
        self._cuda = cuda
        self._libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
        self._ruleset = self._landlock() if "landlock" in limits.layers else None
        self._filter = self._seccomp() if "seccomp" in limits.layers else None
        root = os.name == "posix" and os.geteuid() == 0
        self._uid = _UNPRIVILEGED + os.getpid() % 4000 if root and "uid" in limits.layers else None
        if self._uid is not None:
            os.chown(folder, self._uid, self._uid)
            # Python itself may lie where only root can read (/root/.pyenv). Under Landlock's list of readable
            # folders a worker may keep the right to read past file modes; without Landlock it must not.
            self._read_all = self._ruleset is not None and not _readable_by_all()
        # without Landlock, file modes are what keeps hidden checks hidden
        self._shut = _shut_out_others() if self._uid is not None and self._ruleset is None else []

    def apply(self) -> dict[str, str]:
        """Confines this process for good; returns what is on, by layer."""
        on: dict[str, str] = {}
        layers = self._limits.layers
        if os.name == "posix" and "session" in layers:
            if os.getsid(0) != os.getpid():
                os.setsid()
            on["session"] = "own session, clean environment, private folder"
        if resource is not None and "limits" in layers:
            on["limits"] = self._set_limits()
            with contextlib.suppress(OSError):  # where memory runs out, this process goes first
                Path("/proc/self/oom_score_adj").write_text("1000")
        if self._uid is not None:
            self._drop_uid()
            on["uid"] = f"uid {self._uid}" + (" (may read past file modes, within Landlock)" * self._read_all)
        if self._shut:
            on["files"] = f"only the grader's user may read {', '.join(self._shut)}"
        if self._libc is not None and sys.platform == "linux":
            self._libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
            self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if self._ruleset is not None:
            self._ruleset.restrict()
            on["landlock"] = f"ABI {self._ruleset.abi_version}"
        if self._filter is not None:
            _load(self._filter)
            on["seccomp"] = "no sockets, processes, programs, tracing, mounts" + (
                "" if self._cuda else ", no machine code brought"
            )
        # what student code finds in this process must not be of use to it
        vars(self).clear()
        return on

    def _set_limits(self) -> str:
        limits = self._limits
        caps = {
            "RLIMIT_CPU": limits.cpu,
            "RLIMIT_FSIZE": limits.file,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_CORE": 0,
        }
        if not self._cuda:  # CUDA reserves far more addresses than it uses
            caps["RLIMIT_AS"] = _address_space() + limits.memory
        if self._uid is not None:  # counts all processes of a uid, so it is fair for a uid of one's own alone
            caps["RLIMIT_NPROC"] = limits.threads
        for name, value in caps.items():
            number = getattr(resource, name, None)
            if number is None:
                continue
            _, hard = resource.getrlimit(number)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError, OSError):  # macOS knows some limits by name alone
                resource.setrlimit(number, (value, value))
        return f"{limits.memory >> 20} MiB, {limits.cpu} s of CPU, {limits.file >> 20} MiB a file"

    def _drop_uid(self) -> None:
        uid = self._uid
        assert uid is not None
        assert self._libc is not None
        if self._read_all:
            self._libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        if self._read_all:
            self._keep_only(_CAP_DAC_READ_SEARCH)

    def _keep_only(self, capability: int) -> None:
        assert self._libc is not None
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
        bit = 1 << capability
        data = (ctypes.c_uint32 * 6)(bit, bit, 0, 0, 0, 0)  # effective, permitted, inheritable; twice 32 bits
        if self._libc.capset(header, data) != 0:
            raise OSError(ctypes.get_errno(), "capset failed")

    def _landlock(self) -> Any:
        try:
            from landlockpy import AccessFS, Ruleset, Scope, supported
        except ImportError:
            return None
        if not supported():
            return None
        ruleset = Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL)
        read = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
        for path in _readable_paths():
            ruleset.allow_path(path, read if path.is_dir() else AccessFS.READ_FILE | AccessFS.EXECUTE)
        pictures = self.folder.parent / PICTURES.name
        if pictures.is_dir():
            ruleset.allow_path(pictures, AccessFS.READ_FILE | AccessFS.READ_DIR)
        for name in _DEVICES:
            ruleset.allow_path(name, AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        if self._cuda:
            for device in sorted(Path("/dev").glob("nvidia*")):
                ruleset.allow_path(device, AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.IOCTL_DEV)
        write = (
            AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.MAKE_REG | AccessFS.MAKE_DIR
            | AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR | AccessFS.REFER
        )  # fmt: skip
        ruleset.allow_path(self.folder, read & ~AccessFS.EXECUTE | write)
        return ruleset

    def _seccomp(self) -> Any:
        try:
            import pyseccomp
        except (ImportError, RuntimeError, OSError, AttributeError):  # no libseccomp, or no Linux
            return None
        import errno

        rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        refuse = pyseccomp.ERRNO(errno.EPERM)
        for name in _DENIED:
            if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
                rules.add_rule(refuse, name)
        # threads are fair, processes are not; clone3 hides its flags, and libc falls back to clone
        rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
        for command in _FCNTL_OWNERS:
            rules.add_rule(refuse, "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, _INT, command))
        for command in _IOCTL_OWNERS:
            rules.add_rule(refuse, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, _INT, command))
        # it takes space that no file's size shows; libc has another way
        rules.add_rule(pyseccomp.ERRNO(errno.EOPNOTSUPP), "fallocate")
        # who runs into a trap (see `traps`) ends there, and nobody else ends like that
        rules.add_rule(refuse, "rt_sigaction", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _INT, signal.SIGTRAP))
        for name, place in _SIGNALS.items():
            rules.add_rule(refuse, name, pyseccomp.Arg(place, pyseccomp.MASKED_EQ, _INT, signal.SIGTRAP))
        if not self._cuda:  # its driver loads libraries when it is first used
            for name in ("mmap", "mprotect", "pkey_mprotect"):
                rules.add_rule(
                    refuse, name, pyseccomp.Arg(2, pyseccomp.MASKED_EQ, mmap.PROT_EXEC, mmap.PROT_EXEC)
                )
            # a library's map that grows would bring what was taken out of it; libc's realloc has another way
            rules.add_rule(refuse, "mremap")
            # No library, and no file either: what one takes on disk is seen nowhere once it is mapped and unlinked.
            rules.add_rule(refuse, "mmap", pyseccomp.Arg(3, pyseccomp.MASKED_EQ, mmap.MAP_ANONYMOUS, 0))
        # limits of one's own process (0) may be asked for and lowered
        rules.add_rule(refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
        return rules


def _load(rules: Any) -> None:
    """Puts a filter into force, with what only this process knows."""
    import errno

    import pyseccomp

    for name in _SIGNALS:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name, pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
    rules.load()


def missing(confined: dict[str, str]) -> tuple[str, ...]:
    """The layers that a worker should have had here; a uid of its own only root can give it."""
    root = os.name != "posix" or os.geteuid() == 0
    return tuple(layer for layer in LAYERS if layer not in confined and (root or layer != "uid"))


def _shut_out_others() -> list[str]:
    """Takes from other users the right to read the grader's own files; gives the names of what it shut."""
    names = []
    for path in HIDDEN:
        if path.exists() and not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
            names.append(path.name)
    return names


def _readable_paths() -> list[Path]:
    """Python, its packages and the system's libraries; nothing of the grader."""
    packages = {Path(p) for p in (*site.getsitepackages(), sysconfig.get_paths()["purelib"])}
    packages |= {Path(p) for p in package_folders()}
    found = [Path(p) for p in _READABLE]
    found += [Path(sysconfig.get_paths()[key]) for key in ("stdlib", "platstdlib")]
    found += [Path(sys.base_prefix) / "lib", Path(sys.prefix) / "pyvenv.cfg", Path(sys.prefix) / "bin"]
    listed = []
    own = tuple(folder.name for folder in GRADER_ONLY)
    for path in found:
        inside = [p for p in packages if p.is_relative_to(path)]
        # site-packages may hold the autograder itself: allow its other entries, one by one
        listed += _without(path, inside) if inside else [path]
    for folder in packages:
        listed += [p for p in _entries(folder) if not p.name.lower().startswith(own)]
    return [p for p in dict.fromkeys(listed) if p.exists()]


def _without(folder: Path, holes: list[Path]) -> list[Path]:
    """Paths that cover a folder except some folders in it."""
    covered = []
    for entry in _entries(folder):
        inside = [h for h in holes if h.is_relative_to(entry)]
        if not inside:
            covered.append(entry)
        elif entry not in holes:
            covered += _without(entry, inside)
    return covered


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _readable_by_all() -> bool:
    """Whether an ordinary user can reach Python's library and torch."""
    import torch

    for file in (Path(os.__file__), Path(torch.__file__)):
        for place in (file, *file.resolve().parents):
            if not place.stat().st_mode & (0o001 if place.is_dir() else 0o004):
                return False
    return True


def _address_space() -> int:
    """Bytes of address space that this process has now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 8 << 30
    return pages * resource.getpagesize()
