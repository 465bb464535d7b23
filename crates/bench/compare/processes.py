"""Starting processes on given cores, and what their whole tree costs: CPU time from the kernel's clocks, memory from
smaps. Every process started here is its own session, which is how its tree is found and how it is ended."""

import atexit
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_started: list["Tree"] = []


class Failed(Exception):
    """A step that makes a measurement void; the message says what to look at."""


@dataclass
class Memory:
    """Bytes of a process tree. `pss` shares out pages that several processes map, so that a sum is true."""

    rss: int
    pss: int


class Tree:
    """A process, everything it has started, and the log of both."""

    def __init__(self, command: list[str], cores: set[int], log: Path | None = None, **options):
        out = log.open("ab") if log else subprocess.PIPE
        try:
            self.process = subprocess.Popen(
                command,
                stdin=options.pop("stdin", subprocess.DEVNULL),
                stdout=out,
                stderr=subprocess.STDOUT if log else None,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
                **options,
            )
        except OSError as error:
            raise Failed(f"cannot start `{command[0]}`: {error.strerror}") from error
        finally:
            if log:
                out.close()
        self.log = log
        _started.append(self)

    def pids(self) -> list[int]:
        """Every live process of the tree."""
        session = self.process.pid
        return [pid for pid in _all_pids() if _stat_field(pid, 6) == session]

    def cpu_seconds(self) -> float:
        """CPU time used so far by all live processes, and by the dead ones that a live one has waited for."""
        return sum(_cpu_seconds(pid) for pid in self.pids())

    def memory(self) -> Memory:
        """Memory of all live processes."""
        parts = [_memory(pid) for pid in self.pids()]
        return Memory(sum(part.rss for part in parts), sum(part.pss for part in parts))

    def require_alive(self) -> None:
        """Fails with the end of the log when the process has ended."""
        if self.process.poll() is not None:
            raise Failed(f"`{self.process.args[0]}` ended with {self.process.returncode}: {self.log_tail()}")

    def log_tail(self) -> str:
        """The last lines that were logged."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log else []
        return " | ".join(lines[-5:]) or "(no log)"

    def stop(self, patience: float = 5.0) -> None:
        """Ends the tree, by force after so many seconds."""
        for sign, patience in ((signal.SIGTERM, patience), (signal.SIGKILL, 2.0)):
            for pid in self.pids():
                _signal(pid, sign)
            if self._is_gone_within(patience):
                break
        if self in _started:
            _started.remove(self)

    def _is_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None and not self.pids():
                return True
            time.sleep(0.02)
        return False


def stop_all() -> None:
    """Ends whatever is still running."""
    for tree in reversed(_started.copy()):
        tree.stop()


atexit.register(stop_all)


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat_fields(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    # The name of the process stands in brackets and may hold blanks, so fields are counted from behind it.
    return text[text.rindex(")") + 2 :].split()


def _stat_field(pid: int, number: int) -> int | None:
    """Field `number` of stat(5), which counts from 1 and has the process state as 3. Zombies have no fields."""
    fields = _stat_fields(pid)
    return int(fields[number - 3]) if fields and fields[0] != "Z" else None


def _cpu_seconds(pid: int) -> float:
    fields = _stat_fields(pid)
    if not fields:
        return 0.0
    utime, stime, children_utime, children_stime = (int(ticks) / TICKS_PER_SECOND for ticks in fields[11:15])
    try:
        # The clock of a process is the same time in nanoseconds instead of ticks of 10 ms (see clock_getcpuclockid(3)).
        own = time.clock_gettime_ns((~pid << 3) | 2) / 1e9
    except OSError:
        own = utime + stime
    return own + children_utime + children_stime


def _memory(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return Memory(0, 0)
    sizes = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines[1:])}
    return Memory(sizes.get("Rss", 0), sizes.get("Pss", 0))


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass
