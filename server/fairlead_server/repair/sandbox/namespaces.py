"""Linux namespaces, by the C library: what a process sees of the machine.

Part of the supervisor process: nothing here is used in fairlead's own.
"""

from __future__ import annotations

import ctypes
import fcntl
import logging
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)

_libc = ctypes.CDLL(None, use_errno=True)

_NEWNS, _NEWIPC, _NEWUSER = 0x00020000, 0x08000000, 0x10000000
_NEWPID, _NEWNET = 0x20000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x1000, 0x4000, 0x40000, 2, 4
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _RDONLY = 442, -100, 0x8000, 1
_SUBREAPER, _PARENT_DEATH, _NO_NEW_PRIVILEGES, _DROP_BOUND = 36, 1, 38, 24
_CAPABILITIES_3 = 0x20080522
_INET, _DATAGRAM = 2, 2
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1


def enter() -> frozenset[str]:
    """Cut this process off from the network, and its future children from other processes.

    Returns which of ``network`` and ``processes`` this worked for, and ``files`` where mounts can
    be made. It takes a user namespace, in which the user stays the same: outside of it, not even
    root has any rights of root any more. Raises `OSError` where only a part of it can be done.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        # All at once: where the kernel refuses one, this process stays as it is.
        _unshare(_NEWUSER | _NEWNET | _NEWPID | _NEWIPC)
    except OSError:
        return frozenset()
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _raise_loopback()
    return frozenset({"network", "processes", "files"})


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    _control(_SUBREAPER, 1)


def end_with_parent(number: int) -> None:
    """Get signal `number` when the parent ends."""
    _control(_PARENT_DEATH, number)


def settle() -> None:
    """Let nobody in these namespaces make others, in which it would be root, or change settings.

    The second is for users that own the files of the settings; raises `OSError`.
    """
    try:
        _write("/proc/sys/user/max_user_namespaces", "0")
    except OSError:
        log.debug("user namespaces cannot be forbidden; in others, all mounts are locked")
    _bind("/proc/sys", "/proc/sys")
    _set_attributes("/proc/sys", _RDONLY, 0, _AT_RECURSIVE)


def drop_rights() -> None:
    """Give up all rights of root in the namespaces, for programs that are started as well."""
    gain_nothing()
    for right in range(64):
        # Fails behind the last right that there is.
        if _control(_DROP_BOUND, right) < 0:
            break
    header, nothing = struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24)
    _check(_libc.capset(header, nothing))


def gain_nothing() -> None:
    """Let no program that is started get more rights than this process has."""
    _check(_control(_NO_NEW_PRIVILEGES, 1))


def _control(option: int, value: int) -> int:
    zero = ctypes.c_ulong(0)
    found: int = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero)
    return found


@dataclass(frozen=True)
class View:
    """What files look like to the command: `shadow` is in the place of `project`.

    `kept` are folders of the project that the shadow lacks; they are shown as they are. Nothing
    can be written but the shadow and `scratch`.
    """

    project: str
    shadow: str
    scratch: str
    kept: Sequence[str]


def show(view: View) -> str:
    """Make files look so to this process; return the folder for temporary files.

    Raises `OSError` where the kernel does not allow it.
    """
    _unshare(_NEWNS)
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    for name in view.kept:
        place = os.path.join(view.shadow, name)
        os.makedirs(place, exist_ok=True)
        _bind(os.path.join(view.project, name), place)
    _bind(view.scratch, view.scratch)
    _bind(view.shadow, view.project)
    scratch = view.scratch
    if not any(_is_in(path, "/tmp") for path in (view.project, os.path.realpath("/proc/self/exe"))):
        _bind(view.scratch, "/tmp")
        scratch = "/tmp"
    _set_attributes("/", _RDONLY, 0, _AT_RECURSIVE)
    for place in (view.project, scratch):
        _set_attributes(place, 0, _RDONLY, 0)
    _make_own("/dev/shm", "tmpfs", "size=64m")
    _make_own("/proc", "proc", None)
    # Sockets of services that run on this machine.
    if not any(_is_in(path, "/run") for path in (view.project, scratch)):
        _make_own("/run", "tmpfs", "size=1m")
    return scratch


def _make_own(place: str, kind: str, options: str | None) -> None:
    """Mount something new; where that is not allowed, what is there is read-only all the same."""
    try:
        _mount(kind, place, kind, _MS_NOSUID | _MS_NODEV, options)
    except OSError:
        return


def _is_in(path: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), os.path.realpath(folder)]) == (
        os.path.realpath(folder)
    )


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _unshare(flags: int) -> None:
    _check(_libc.unshare(flags))


def _bind(source: str, place: str) -> None:
    _mount(source, place, None, _MS_BIND | _MS_REC)


def _mount(
    source: str, place: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    texts = (os.fsencode(text) if text else None for text in (source, place, kind, options))
    given = list(texts)
    _check(_libc.mount(given[0], given[1], given[2], ctypes.c_ulong(flags), given[3]))


def _set_attributes(place: str, on: int, off: int, flags: int) -> None:
    attributes = struct.pack("QQQQ", on, off, 0, 0)
    _check(
        _libc.syscall(
            ctypes.c_long(_MOUNT_SETATTR),
            ctypes.c_int(_AT_FDCWD),
            os.fsencode(place),
            ctypes.c_uint(flags),
            attributes,
            ctypes.c_size_t(len(attributes)),
        )
    )


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _raise_loopback() -> None:
    """Let programs talk to themselves by 127.0.0.1, as many tests do."""
    asked = _libc.socket(_INET, _DATAGRAM, 0)
    try:
        request = struct.pack("16sh14x", b"lo", 0)
        name, flags = struct.unpack("16sh14x", fcntl.ioctl(asked, _GET_FLAGS, request))
        fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sh14x", name, flags | _UP))
    finally:
        os.close(asked)


def refused_packets() -> int:
    """Return how often something was sent, in this network namespace, that had nowhere to go."""
    found = 0
    for path, name in (("snmp", "OutNoRoutes"), ("snmp6", "Ip6OutNoRoutes")):
        try:
            with open(f"/proc/self/net/{path}", encoding="ascii") as file:
                lines = [line.split() for line in file]
        except OSError:
            continue
        if path == "snmp6":
            found += sum(int(line[1]) for line in lines if line[0] == name)
            continue
        named, values = (line for line in lines if line[0] == "Ip:")
        found += int(values[named.index(name)])
    return found
