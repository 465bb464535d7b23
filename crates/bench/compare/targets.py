"""Targets: what the file says about them, and running instances."""

import http.client
import shutil
import socket
import subprocess
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from processes import Failed, Tree

READY_SECONDS = 30.0
PREPARE_SECONDS = 300.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.001
_ports = iter(range(18_000, 32_000))


@dataclass(frozen=True)
class Target:
    """One entry of the targets file."""

    name: str
    command: list[str]
    ready: str
    files: dict[str, str] = field(default_factory=dict)
    conversion: dict[str, str] = field(default_factory=dict)
    prepare: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    model: str = "bench-model"
    any_size: bool = False


def read_targets(path: Path, only: set[str]) -> list[Target]:
    """Reads the file; nginx comes first, because ratios are to it."""
    entries = tomllib.loads(path.read_text())["target"]
    targets = [Target(**entry) for entry in entries]
    unknown = only - {target.name for target in targets}
    if unknown:
        raise Failed(f"no such target in {path}: {', '.join(sorted(unknown))}")
    chosen = [target for target in targets if target.name == "nginx" or not only or target.name in only]
    if not any(target.name == "nginx" for target in chosen):
        raise Failed(f"{path} has no target `nginx`, to which all are compared")
    return sorted(chosen, key=lambda target: target.name != "nginx")


@dataclass(frozen=True)
class Place:
    """Where an instance runs and what it talks to."""

    bin: Path
    templates: Path
    dir: Path
    cores: set[int]
    upstream: int
    nofile: int

    @property
    def repository(self) -> Path:
        """The root of the repository, for files that others use too."""
        return self.templates.parents[3]


class Instance:
    """A running target."""

    def __init__(self, target: Target, place: Place, patience: float = READY_SECONDS):
        self.target = target
        self.place = place
        self.port = free_port()
        place.dir.mkdir(parents=True, exist_ok=True)
        for name, template in target.files.items():
            (place.dir / name).write_text(self._fill((place.templates / template).read_text()))
        self.command = [self._fill(word) for word in target.command]
        started = time.monotonic()
        self.tree = Tree(self.command, place.cores, place.dir / "output.log")
        self._wait_until_ready(patience)
        self.ready_ms = (time.monotonic() - started) * 1e3
        self._prepare()

    @property
    def headers(self) -> list[str]:
        """Headers of every call."""
        return [self._fill(header) for header in self.target.headers]

    def program_bytes(self) -> int:
        """Size of the file that is run; for an interpreted target that is only its interpreter."""
        path = shutil.which(self.command[0])
        return Path(path).resolve().stat().st_size if path else 0

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Ends the instance; its folder stays for the next one."""
        self.tree.stop(patience)

    def _prepare(self) -> None:
        """Runs what a target needs once before its first call."""
        done = self.place.dir / "prepared"
        if not self.target.prepare or done.exists():
            return
        command = [self._fill(word) for word in self.target.prepare]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PREPARE_SECONDS, check=False)
        if ended.returncode != 0:
            self.stop()
            raise Failed(f"{self.target.name} could not be prepared: {ended.stderr.strip()}")
        done.touch()

    def _fill(self, text: str) -> str:
        place = self.place
        values = {
            "bin": place.bin,
            "dir": place.dir,
            "compare": place.templates.parent,
            "port": self.port,
            "upstream": place.upstream,
            "repository": place.repository,
            "cores": len(place.cores),
            "nofile": place.nofile,
        }
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def _wait_until_ready(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self.tree.require_alive()
            if answers_ok(self.port, self.target.ready):
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        raise Failed(f"{self.target.name} is not ready after {patience:.0f} s: {self.tree.log_tail()}")


def answers_ok(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port that was not handed out before, below the range from which clients get theirs."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failed("no free port between 18000 and 32000")


def empty_dir(path: Path) -> Path:
    """Makes a folder, empty even if it existed."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
