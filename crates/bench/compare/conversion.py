"""What a call costs whose upstream speaks another dialect, beside the same call passed on to one that speaks its own."""

from dataclasses import dataclass, replace

from driver import Endpoint, Mock, Plan
from scenarios import WARM_UP, WARM_UP_SECONDS, Cpu, Lab, Rig, Row
from targets import Instance, Target

PASSED_ON = "passed on"
DIALECTS = ["openai_chat", "openai_responses", "anthropic", "gemini"]
CALLS = [
    Cpu("conversation", "conversation of 100 kB", question_bytes=102_400, tools=True, connections=8),
    Cpu("stream", "stream of 500 chunks", Plan(chunks=500), stream=True, connections=8),
]


@dataclass(frozen=True)
class Cell:
    """A value of the table: calls of one kind to an upstream of one dialect."""

    row: Row
    scenario: Cpu
    instance: Instance
    upstream: str

    @property
    def column(self) -> str:
        """Where the value stands."""
        return PASSED_ON if self.upstream == self.scenario.dialect else f"to {self.upstream}"

    def measure(self, rig: Rig, number: int, secs: float) -> None:
        """Adds the value of a round. What is converted has another size than the upstream's answer."""
        is_converted = self.upstream != self.scenario.dialect
        own = Endpoint.of(self.instance)
        endpoint = replace(own, model=self.upstream, any_size=own.any_size or is_converted)
        spent = rig.spend(self.scenario, self.instance, endpoint, secs)
        if number != WARM_UP:
            self.row.add(self.column, number, spent.target_seconds * 1e6 / spent.calls)


def measure_conversion(lab: Lab, targets: list[Target], target_cores: set[int], driver_cores: set[int]) -> list[Row]:
    """CPU per call of every target that converts, by the client's and the upstream's dialect."""
    mock = Mock(lab.bench, driver_cores)
    rig = Rig(lab, mock, driver_cores)
    rows: list[Row] = []
    for target in targets:
        if target.conversion:
            place = lab.place(f"conversion/{target.name}", target_cores, mock.port)
            converting = replace(target, files=target.conversion, prepare=[])
            lab.attempt(target.name, lambda: rows.extend(_measure(rig, Instance(converting, place))))
    mock.tree.stop()
    return rows


def _measure(rig: Rig, instance: Instance) -> list[Row]:
    lab = rig.lab
    cells: list[Cell] = []
    for call in CALLS:
        for client in DIALECTS:
            title = f"{instance.target.name}: CPU per call, {client}, {call.title}"
            row = Row(f"{call.id}_{client}", title, "µs", base=PASSED_ON)
            cells += [Cell(row, replace(call, dialect=client), instance, upstream) for upstream in DIALECTS]

    def attempt(number: int, cell: Cell, secs: float) -> None:
        lab.attempt(f"{cell.row.title}, {cell.column}", lambda: cell.measure(rig, number, secs))

    for cell in cells:
        attempt(WARM_UP, cell, WARM_UP_SECONDS)
    for number, cell in lab.rounds("conversion", lab.settings.rounds, cells):
        attempt(number, cell, lab.settings.secs)
    instance.stop()
    return list({cell.row.id: cell.row for cell in cells}.values())
