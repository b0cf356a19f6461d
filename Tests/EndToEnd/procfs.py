"""What the kernel knows of a process: times, memory, and which loop watches which connection."""

from __future__ import annotations

import os
import re
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; [3] is the session, [11] and [12] the times."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def sleeps(pid: int, thread: str) -> int:
    """How often the process's thread of that name has gone to sleep so far, for want of work."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == thread:
            status = (task / "status").read_text()
            return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])
    raise LookupError(thread)


def connections_of_loops(pid: int, port: int) -> list[int]:
    """How many connections accepted on that port each epoll instance of the process watches."""
    accepted = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port and fields[3] == "01":  # Established.
            accepted.add(fields[9])
    sockets, loops = {}, []
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        if target.startswith("socket:["):
            sockets[descriptor] = target[8:-1]
        elif target == "anon_inode:[eventpoll]":
            loops.append(descriptor)
    counts = []
    for loop in loops:
        watched = re.findall(r"^tfd: +(\d+)", Path(f"/proc/{pid}/fdinfo/{loop}").read_text(), re.M)
        counts.append(sum(sockets.get(descriptor) in accepted for descriptor in watched))
    return sorted((count for count in counts if count), reverse=True)
