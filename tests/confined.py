"""Run a command as a systemd unit would confine it: its calls, no memory both written and run, no new privileges.

`python confined.py UNIT COMMAND…`; the rest of a unit (mounts, devices, capabilities) takes a running systemd.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

LIBRARY = ctypes.util.find_library("seccomp")
ANALYZE = shutil.which("systemd-analyze")
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NO_SUCH_CALL = -1
_SET_NO_NEW_PRIVS, _SET_MDWE, _REFUSE_EXEC_GAIN = 38, 65, 1


def allowed(unit: Path) -> set[str]:
    """The calls that the unit's SystemCallFilter lines leave, as systemd reads them: the first line says what is meant.

    Raises ValueError for a unit that does not begin with what it allows.
    """
    lines = [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith("SystemCallFilter=")]
    if not lines or lines[0].startswith("~"):
        raise ValueError(unit)
    found: set[str] = set()
    for line in lines:
        calls = {call for name in line.lstrip("~").split() for call in _calls(name)}
        found = found - calls if line.startswith("~") else found | calls
    return found | set(_calls("@default"))


def _calls(name: str) -> list[str]:
    if not name.startswith("@"):
        return [name]
    told = subprocess.run([str(ANALYZE), "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    names = [line.strip() for line in told.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return [call for one in names for call in _calls(one)]


def confine(unit: Path) -> None:
    """Put the filter on this process, for good; raises OSError where the kernel will not."""
    libc, seccomp = ctypes.CDLL(None, use_errno=True), ctypes.CDLL(LIBRARY)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(_ERRNO | errno.EPERM)))
    for call in allowed(unit):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number != _NO_SUCH_CALL:
            seccomp.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), number, 0)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if failed := seccomp.seccomp_load(context):
        raise OSError(-failed, "seccomp_load")


def main() -> None:
    """Confine this process and become the command."""
    unit, command = Path(sys.argv[1]), sys.argv[2:]
    confine(unit)
    os.execv(command[0], command)  # noqa: S606 - the test's own command


if __name__ == "__main__":
    main()
