"""Tables and JSON out of rows."""

import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median

from scenarios import Row, Settings
from targets import Target


def machine() -> dict[str, str]:
    """What the numbers depend on besides the code."""
    model = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    memory_kb = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    system = next((line.split("=", 1)[1].strip('"') for line in _lines("/etc/os-release")
                   if line.startswith("PRETTY_NAME=")), "")
    return {
        "cpu": model or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory_kb / 1e6:.1f} GB",
        "system": f"{system}, Linux {platform.release()}",
        "nginx": _first_line(["nginx", "-v"]).removeprefix("nginx version: "),
        "rustc": _first_line(["rustc", "--version"]),
        "commit": _first_line(["git", "describe", "--always", "--dirty"]),
        "busy before": f"{_busy_share() * 100:.0f} % of all cores (should be near 0)",
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def to_json(rows: list[Row], about: dict[str, str], settings: Settings, problems: dict[str, str]) -> dict:
    """Everything that was measured, with medians and ratios."""
    return {
        "machine": about,
        "settings": {"rounds": settings.rounds, "secs": settings.secs, "memory_rounds": settings.memory_rounds},
        "problems": problems,
        "rows": [
            {
                "id": row.id,
                "title": row.title,
                "unit": row.unit,
                "targets": {
                    name: {"median": median(rounds.values()), "ratio": _ratio(row, name), "rounds": rounds}
                    for name, rounds in row.values.items()
                },
            }
            for row in rows
        ],
    }


def to_markdown(rows: list[Row], about: dict[str, str], settings: Settings, problems: dict[str, str]) -> str:
    """The table of medians, the spread of the rounds, and what went wrong."""
    lines = [f"- {name}: {value}" for name, value in about.items()]
    lines += [f"- rounds: {settings.rounds} of {settings.secs:g} s, interleaved; "
              f"{settings.memory_rounds} of starts and memory", ""]
    for base in dict.fromkeys(row.base for row in rows):
        lines += _tables([row for row in rows if row.base == base], base)
    if problems:
        lines += ["**What went wrong, so that the values above are not valid:**", ""]
        lines += [f"- {what}: {problem}" for what, problem in problems.items()] + [""]
    return "\n".join(lines)


def configuration(targets: list[Target], templates: Path) -> str:
    """How each target was started, and the files it was given."""
    lines = ["Configuration, with placeholders as in the targets file:"]
    for target in targets:
        lines += ["", f"`{target.name}`: `{' '.join(target.command)}`"]
        for name, template in [*target.files.items(), *target.conversion.items()]:
            kind = Path(name).suffix.removeprefix(".")
            lines += ["", f"```{kind}", f"# {name}", (templates / template).read_text().rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _tables(rows: list[Row], base: str) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    names.sort(key=lambda name: (name == "direct", name != base))
    results, details = ([row for row in rows if row.is_detail == is_detail] for is_detail in (False, True))
    lines = [f"Medians of the rounds, and in brackets the median of the multiples of {base} in the same round:", ""]
    lines += _table(results, names, _cell)
    lines += ["", "Lowest … highest round:", ""]
    lines += _table(results, names, _spread)
    if details:
        lines += ["", "Beside the results:", ""]
        lines += _table(details, names, _cell)
    return lines + [""]


def _table(rows: list[Row], names: list[str], cell) -> list[str]:
    head = ["| what | unit | " + " | ".join(names) + " |", "|---|---|" + "---:|" * len(names)]
    return head + [f"| {row.title} | {row.unit} | " + " | ".join(cell(row, name) for name in names) + " |" for row in rows]


def _cell(row: Row, name: str) -> str:
    rounds = row.values.get(name)
    if not rounds:
        return "–"
    ratio = _ratio(row, name)
    return _number(median(rounds.values())) + (f" ({ratio:.2f}×)" if ratio is not None and name != row.base else "")


def _spread(row: Row, name: str) -> str:
    rounds = row.values.get(name)
    return f"{_number(min(rounds.values()))} … {_number(max(rounds.values()))}" if rounds else "–"


def _ratio(row: Row, name: str) -> float | None:
    """The median of the ratios within rounds: the speed of a shared machine changes more than a target's does."""
    base = row.values.get(row.base, {})
    ratios = [value / base[number] for number, value in row.values[name].items() if base.get(number, 0) > 0]
    return median(ratios) if ratios else None


def _number(value: float) -> str:
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def _busy_share() -> float:
    """How much of the machine others use; a run on a busy one says little about latency and scaling."""
    before = _core_ticks()
    time.sleep(2)
    spent = [after - start for start, after in zip(before, _core_ticks())]
    return 1 - (spent[3] + spent[4]) / sum(spent) if sum(spent) else 0.0


def _core_ticks() -> list[int]:
    """Ticks of all cores together: user, nice, system, idle, waiting for disks, interrupts, stolen."""
    return [int(ticks) for ticks in next(iter(_lines("/proc/stat")), "cpu 0 0 0 0 0 0 0 0").split()[1:9]]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    return next(iter((done.stdout + done.stderr).splitlines()), "?")
