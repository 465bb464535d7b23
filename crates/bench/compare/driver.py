"""The mock upstream and the load generator, as the scenarios use them."""

import http.client
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Failed, Tree
from targets import Instance

LOAD_GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Endpoint:
    """Something that calls can be sent to."""

    name: str
    port: int
    headers: tuple[str, ...] = ()
    model: str = "bench-model"
    any_size: bool = False

    @classmethod
    def of(cls, instance: Instance) -> "Endpoint":
        """The endpoint of a running target."""
        target = instance.target
        return cls(target.name, instance.port, tuple(instance.headers), target.model, target.any_size)


@dataclass(frozen=True)
class Plan:
    """What the mock answers; the load generator expects the same."""

    answer_bytes: int = 760
    chunks: int = 100
    chunk_interval_ms: int = 0
    latency_ms: int = 0


class Mock:
    """A running mock upstream."""

    def __init__(self, binary: Path, cores: set[int], threads: int = 1):
        command = [str(binary), "upstream", "--threads", str(threads)]
        self.tree = Tree(command, cores, stdin=subprocess.DEVNULL)
        line = self.tree.process.stdout.readline()
        if not line:
            raise Failed("the mock upstream did not start")
        self.port = int(json.loads(line)["listening"].rpartition(":")[2])

    def follow(self, plan: Plan) -> None:
        """Answers by this plan from now on, and counts from zero."""
        self._ask("PUT", "/__plan", json.dumps(plan.__dict__))
        self._ask("POST", "/__reset")

    def stats(self) -> dict:
        """What it has seen since the last plan."""
        return json.loads(self._ask("GET", "/__stats"))

    def endpoint(self) -> Endpoint:
        """The mock itself as a target, for what a call costs without one."""
        return Endpoint("direct", self.port)

    def require_seen(self, calls: int) -> None:
        """Fails unless exactly so many calls have come through."""
        seen = self.stats()["calls"]
        if seen != calls:
            raise Failed(f"the upstream saw {seen} calls, the clients got {calls} right answers")

    def wait_for_no_open_stream(self, seconds: float) -> bool:
        """Whether all streams end within that time, as they must when the clients have left."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.stats()["streams_open"] == 0:
                return True
            time.sleep(0.05)
        return False

    def _ask(self, method: str, path: str, body: str | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            text = response.read()
        except OSError as error:
            raise Failed(f"the mock upstream does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise Failed(f"the mock upstream refused {method} {path}: {text.decode(errors='replace')}")
        return text


class Load:
    """A load run on its way."""

    def __init__(self, binary: Path, cores: set[int], mode: str, endpoint: Endpoint, plan: Plan, **options):
        command = [str(binary), "load", mode, "--target", f"127.0.0.1:{endpoint.port}", "--model", endpoint.model]
        command += ["--chunks", str(plan.chunks), "--answer-bytes", str(plan.answer_bytes)]
        command += ["--any-size"] if endpoint.any_size else []
        for header in endpoint.headers:
            command += ["--header", header]
        for name, value in options.items():
            flag = "--" + name.replace("_", "-")
            command += [flag] if value is True else [flag, str(value)] if value is not False else []
        self.name = endpoint.name
        self.tree = Tree(command, cores, stdin=subprocess.PIPE)

    def line(self) -> dict:
        """The next line of its output."""
        text = self.tree.process.stdout.readline()
        if not text:
            raise Failed(f"the load generator for {self.name} ended without a result")
        return json.loads(text)

    def go_on(self) -> None:
        """Sends the line that a held run waits for."""
        self.tree.process.stdin.write(b"\n")
        self.tree.process.stdin.flush()

    def result(self, seconds: float) -> dict:
        """The result of a run without a wrong answer; fails on any other."""
        try:
            text, _ = self.tree.process.communicate(timeout=seconds + LOAD_GRACE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"the load on {self.name} did not end") from error
        finally:
            self.tree.stop()
        lines = text.splitlines()
        if not lines:
            raise Failed(f"the load generator for {self.name} ended without a result")
        result = json.loads(lines[-1])
        if result["wrong"] or not result.get("right", 1):
            raise Failed(f"{self.name} gave wrong answers: {result['wrong'] or 'none was right'}")
        return result
