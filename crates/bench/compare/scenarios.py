"""What is measured. Every scenario visits the targets in turn, round by round, and yields rows of values."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from driver import Endpoint, Load, Mock, Plan
from processes import Failed
from targets import Instance, Place, Target, empty_dir

# Writers off the request path get this long before the CPU clock is read, so that their work is charged too.
SETTLE_SECONDS = 0.6
# Connections close when a run ends; a gateway notices, and that belongs to no other run.
PAUSE_SECONDS = 0.2
IDLE_SECONDS = 1.0
# The column of which the others are multiples, unless a row says another.
BASELINE = "nginx"
LEAVE_SECONDS = 5.0
OPEN_RATE = 1000
# The number of the round that warms up and is not kept.
WARM_UP = 0
WARM_UP_SECONDS = 0.3
OPEN_SECONDS = 2.0

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    rounds: int
    secs: float
    memory_rounds: int
    streams: tuple[int, ...]


@dataclass
class Row:
    """One line of a table: values by column and round. A detail stands beside the results, not among them."""

    id: str
    title: str
    unit: str
    is_detail: bool = False
    base: str = BASELINE
    values: dict[str, dict[int, float]] = field(default_factory=dict)

    def add(self, target: str, number: int, value: float) -> None:
        """Adds the value of a round."""
        self.values.setdefault(target, {})[number] = value


@dataclass(frozen=True)
class Cpu:
    """A closed loop whose cost in CPU time is charged to calls, or to the content chunks of their streams."""

    id: str
    title: str
    plan: Plan = Plan()
    dialect: str = "openai_chat"
    question_bytes: int = 800
    tools: bool = False
    stream: bool = False
    connections: int = 32
    time_factor: float = 1.0

    def units(self, calls: int) -> int:
        """What the cost is divided by."""
        return calls * self.plan.chunks if self.stream else calls


@dataclass(frozen=True)
class Spent:
    """What the calls of a closed loop have cost."""

    calls: int
    calls_per_sec: float
    target_seconds: float
    mock_seconds: float


CPU_SCENARIOS = [
    Cpu("cpu_small", "CPU per call, 0.8 kB → 0.76 kB"),
    Cpu("cpu_100k", "CPU per call, 100 kB question", question_bytes=102_400),
    Cpu("cpu_1m", "CPU per call, 1 MB question", question_bytes=1_048_576, connections=8),
    Cpu("cpu_burst", "CPU per streamed chunk, burst of 100", stream=True, connections=16),
    # A stream takes two seconds, and the loop starts no new one after its time, so the time decides how many there are.
    Cpu("cpu_paced", "CPU per chunk, one per 20 ms, 64 streams", Plan(chunk_interval_ms=20), stream=True,
        connections=64, time_factor=1.1),
]


class Lab:
    """Binaries, cores and running targets, and what went wrong with them."""

    def __init__(self, bench: Path, place: Callable[[str, set[int], int], Place], settings: Settings):
        self.bench = bench
        self.place = place
        self.settings = settings
        self.problems: dict[str, str] = {}

    def rounds(self, what: str, count: int, visited: list[T]) -> Iterator[tuple[int, T]]:
        """Visits all in every round, every other time backwards, so that a machine that slows down slows all alike."""
        for number in range(1, count + 1):
            print(f"{what}: round {number} of {count}", file=sys.stderr, flush=True)
            for one in visited if number % 2 else reversed(visited):
                yield number, one

    def attempt(self, what: str, step: Callable[[], None]) -> None:
        """Does a step; when it fails, notes why and goes on with the rest."""
        try:
            step()
        except Failed as error:
            print(f"{what}: {error}", file=sys.stderr, flush=True)
            # The first failure of a step says enough; the later ones would drown those of other steps.
            self.problems.setdefault(what, str(error))


@dataclass(frozen=True)
class Rig:
    """The mock, and the cores that it shares with the load."""

    lab: Lab
    mock: Mock
    cores: set[int]

    def spend(self, scenario: Cpu, instance: Instance, endpoint: Endpoint, secs: float) -> Spent:
        """Runs the loop for so long, with calls to this endpoint of the instance; every answer must be right."""
        mock = self.mock
        mock.follow(scenario.plan)
        before, mock_before = instance.tree.cpu_seconds(), mock.tree.cpu_seconds()
        load = Load(self.lab.bench, self.cores, "closed", endpoint, scenario.plan, secs=secs, dialect=scenario.dialect,
                    question_bytes=scenario.question_bytes, tools=scenario.tools, stream=scenario.stream,
                    connections=scenario.connections)
        result = load.result(secs)
        time.sleep(SETTLE_SECONDS)
        instance.tree.require_alive()
        spent, mock_spent = instance.tree.cpu_seconds() - before, mock.tree.cpu_seconds() - mock_before
        mock.require_seen(result["right"])
        return Spent(result["right"], result["calls_per_sec"], spent, mock_spent)


def measure_calls(lab: Lab, targets: list[Target], target_cores: set[int], driver_cores: set[int]) -> list[Row]:
    """CPU per call and per chunk, and added latency, on running targets."""
    mock = Mock(lab.bench, driver_cores)
    running: list[Instance] = []
    for target in targets:
        place = lab.place(f"calls/{target.name}", target_cores, mock.port)
        lab.attempt(target.name, lambda: running.append(Instance(target, place)))
    rows: list[Row] = []
    for scenario in CPU_SCENARIOS:
        rows += _measure_cpu(Rig(lab, mock, driver_cores), scenario, running)
    rows += _measure_latency(lab, mock, running, driver_cores)
    for instance in running:
        instance.stop()
    mock.tree.stop()
    return rows


def _measure_cpu(rig: Rig, scenario: Cpu, running: list[Instance]) -> list[Row]:
    lab = rig.lab
    cost = Row(scenario.id, scenario.title, "µs")
    rate = Row(scenario.id + "_rate", f"{scenario.title}: calls/s reached", "calls/s", is_detail=True)
    gauge = Row(scenario.id + "_mock", f"{scenario.title}: the mock's own CPU meanwhile", "µs", is_detail=True)
    secs = lab.settings.secs * scenario.time_factor

    def visit(number: int, instance: Instance, secs: float) -> None:
        spent = rig.spend(scenario, instance, Endpoint.of(instance), secs)
        if number == WARM_UP:
            return
        units, name = scenario.units(spent.calls), instance.target.name
        cost.add(name, number, spent.target_seconds * 1e6 / units)
        gauge.add(name, number, spent.mock_seconds * 1e6 / units)
        rate.add(name, number, spent.calls_per_sec)

    def attempt(number: int, instance: Instance, secs: float) -> None:
        lab.attempt(f"{instance.target.name}, {scenario.id}", lambda: visit(number, instance, secs))

    for instance in running:
        attempt(WARM_UP, instance, WARM_UP_SECONDS)
    for number, instance in lab.rounds(scenario.title, lab.settings.rounds, running):
        attempt(number, instance, secs)
    return [cost, rate, gauge]


def _measure_latency(lab: Lab, mock: Mock, running: list[Instance], cores: set[int]) -> list[Row]:
    title = f"latency at {OPEN_RATE:,} calls/s"
    total = {q: Row(f"latency_{q}", f"{title}, {q}", "ms", is_detail=True) for q in ("p50", "p99")}
    endpoints = [mock.endpoint()] + [Endpoint.of(instance) for instance in running]
    secs = max(lab.settings.secs, OPEN_SECONDS)

    def visit(number: int, endpoint: Endpoint, secs: float) -> None:
        mock.follow(Plan())
        result = Load(lab.bench, cores, "open", endpoint, Plan(), secs=secs, rate=OPEN_RATE).result(secs)
        mock.require_seen(result["right"])
        time.sleep(PAUSE_SECONDS)
        if number != WARM_UP:
            for quantile, row in total.items():
                row.add(endpoint.name, number, result["latency"][f"{quantile}_us"] / 1e3)

    def attempt(number: int, endpoint: Endpoint, secs: float) -> None:
        lab.attempt(f"{endpoint.name}, latency", lambda: visit(number, endpoint, secs))

    for endpoint in endpoints:
        attempt(WARM_UP, endpoint, WARM_UP_SECONDS)
    for number, endpoint in lab.rounds(title, lab.settings.rounds, endpoints):
        attempt(number, endpoint, secs)
    return [*(_added(row) for row in total.values()), *total.values()]


def _added(total: Row) -> Row:
    """What each target adds to the latency of calls that go to the mock directly, in the same round."""
    added = Row(total.id.replace("latency", "added"), f"added {total.title}", total.unit)
    direct = total.values.get("direct", {})
    for name, values in total.values.items():
        for number, value in values.items():
            if name != "direct" and number in direct:
                added.add(name, number, value - direct[number])
    return added


def measure_memory(lab: Lab, targets: list[Target], target_cores: set[int], driver_cores: set[int]) -> list[Row]:
    """Start, idle memory and memory per held stream, each time on a fresh process."""
    rows = {
        "cold_ms": Row("cold_ms", "first start to ready, empty folder", "ms"),
        "ready_ms": Row("ready_ms", "later start to ready", "ms"),
        "idle_rss": Row("idle_rss", "idle memory, resident", "MB"),
        "idle_pss": Row("idle_pss", "idle memory, proportional", "MB"),
        "program_mb": Row("program_mb", "size of the program's file", "MB"),
    }
    for streams in lab.settings.streams:
        rows[f"held_{streams}"] = Row(f"held_{streams}", f"memory per held stream, {streams:,} open", "kB")
    mock = Mock(lab.bench, driver_cores)

    def visit(number: int, target: Target) -> None:
        place = lab.place(f"memory/{target.name}", target_cores, mock.port)
        empty_dir(place.dir)
        first = Instance(target, place)
        first.stop()
        instance = Instance(target, place)
        try:
            time.sleep(IDLE_SECONDS)
            idle = instance.tree.memory()
            held = _hold_streams(lab, mock, instance, driver_cores)
        finally:
            instance.stop()
        values = {"cold_ms": first.ready_ms, "ready_ms": instance.ready_ms, "idle_rss": idle.rss / 1e6,
                  "idle_pss": idle.pss / 1e6, "program_mb": first.program_bytes() / 1e6, **held}
        for name, value in values.items():
            rows[name].add(target.name, number, value)

    for number, target in lab.rounds("start and memory", lab.settings.memory_rounds, targets):
        lab.attempt(f"{target.name}, memory", lambda: visit(number, target))
    mock.tree.stop()
    return list(rows.values())


def _hold_streams(lab: Lab, mock: Mock, instance: Instance, cores: set[int]) -> dict[str, float]:
    """Returns kB per stream at each number of open streams; proves that all flow, and that leaving frees them."""
    endpoint = Endpoint.of(instance)
    mock.follow(Plan())
    Load(lab.bench, cores, "closed", endpoint, Plan(), secs=5, calls=200, connections=8).result(5)
    time.sleep(SETTLE_SECONDS)
    before = instance.tree.memory().pss
    slow = Plan(chunks=1_000_000, chunk_interval_ms=1000)
    mock.follow(slow)
    loads: list[tuple[Load, int]] = []
    values: dict[str, float] = {}
    open_so_far = 0
    for streams in lab.settings.streams:
        more = streams - open_so_far
        load = Load(lab.bench, cores, "held", endpoint, slow, streams=more, first_number=open_so_far, stream=True)
        loads.append((load, more))
        flowing = load.line()["flowing"]
        if flowing != more:
            raise Failed(f"only {flowing} of {more} streams flow: {instance.tree.log_tail()}")
        open_so_far = streams
        time.sleep(IDLE_SECONDS)
        values[f"held_{streams}"] = (instance.tree.memory().pss - before) / streams / 1e3
    mock.require_seen(open_so_far)
    for load, _ in loads:
        load.go_on()
    for load, more in loads:
        progressed = load.result(30)["progressed"]
        if progressed != more:
            raise Failed(f"only {progressed} of {more} held streams still flow")
    if not mock.wait_for_no_open_stream(LEAVE_SECONDS):
        raise Failed(f"upstream streams are still open {LEAVE_SECONDS:.0f} s after the clients have left")
    return values


@dataclass
class Site:
    """Mock, load and targets that share a number of cores."""

    cores: set[int]
    mock: Mock
    running: dict[str, Instance]

    @classmethod
    def build(cls, lab: Lab, targets: list[Target], cores: set[int]) -> "Site":
        """Starts everything on these cores, one thread of the mock on each."""
        mock = Mock(lab.bench, cores, threads=len(cores))
        running: dict[str, Instance] = {}
        for target in targets:
            place = lab.place(f"scaling-{len(cores)}/{target.name}", cores, mock.port)
            lab.attempt(target.name, lambda: running.update({target.name: Instance(target, place)}))
        return cls(cores, mock, running)

    def visit(self, lab: Lab, name: str, secs: float) -> tuple[float, float]:
        """Returns calls per second and CPU µs per call of a target, or of the mock when called directly."""
        instance = self.running.get(name)
        endpoint = Endpoint.of(instance) if instance else self.mock.endpoint()
        tree = instance.tree if instance else self.mock.tree
        self.mock.follow(Plan())
        before = tree.cpu_seconds()
        count = len(self.cores)
        load = Load(lab.bench, self.cores, "closed", endpoint, Plan(), secs=secs, threads=count, connections=32 * count)
        result = load.result(secs)
        time.sleep(SETTLE_SECONDS)
        spent = tree.cpu_seconds() - before
        self.mock.require_seen(result["right"])
        return result["calls_per_sec"], spent * 1e6 / result["right"]

    def stop(self) -> None:
        """Ends everything."""
        for instance in self.running.values():
            instance.stop()
        self.mock.tree.stop()


def measure_scaling(lab: Lab, targets: list[Target], cores: list[int]) -> list[Row]:
    """Calls per second with target, mock and load all on one core, and with twice as much of each on two.

    With everything on the same cores no core is idle in either run, also on a machine that has no third core for the
    load. Two cores wake each other up, which one core need not, so even a target that shares nothing between cores
    stays below 2; what that limit is on this machine, nginx shows in the same run.
    """
    ratio = Row("scaling", "calls/s on 2 cores ÷ on 1", "×")
    growth = Row("scaling_cpu", "CPU per call on 2 cores ÷ on 1", "×")
    rates = {1: Row("rate_1", "calls/s, everything on 1 core", "calls/s", is_detail=True),
             2: Row("rate_2", "calls/s, everything on 2 cores", "calls/s", is_detail=True)}
    sites = {count: Site.build(lab, targets, set(cores[:count])) for count in rates}

    def visit(number: int, name: str, secs: float) -> None:
        seen = {count: site.visit(lab, name, secs) for count, site in sites.items()}
        if number == WARM_UP:
            return
        for count, row in rates.items():
            row.add(name, number, seen[count][0])
        ratio.add(name, number, seen[2][0] / seen[1][0])
        growth.add(name, number, seen[2][1] / seen[1][1])

    names = ["direct"] + [name for name in sites[1].running if name in sites[2].running]
    for name in names:
        lab.attempt(f"{name}, scaling", lambda: visit(WARM_UP, name, WARM_UP_SECONDS))
    for number, name in lab.rounds(ratio.title, lab.settings.rounds, names):
        lab.attempt(f"{name}, scaling", lambda: visit(number, name, lab.settings.secs))
    for site in sites.values():
        site.stop()
    return [ratio, growth, *rates.values()]
