"""Counts what a call costs on the relay thread: instructions, allocations and system calls, by callgrind. Called by
scripts/instructions. Unlike times these are the same on a busy machine, so that a small loss shows.

Everything is on: the target is the one of targets.toml, behind a key that pays, has a budget and limits. One connection
makes one call after the other; what starting, preparing and warming up cost is not counted.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from driver import Endpoint, Load, Mock, Plan
from processes import Failed, stop_all
from targets import Instance, Place, empty_dir, read_targets

HERE = Path(__file__).resolve().parent
WARM_UP_CALLS = 100
START_SECONDS = 300.0
CONTROL_SECONDS = 60.0
STOP_SECONDS = 120.0
CALL_SECONDS = 600.0
# How far a count may be from the recorded one, both ways: a gain is recorded too, so that it is not lost unseen.
TOLERANCE = 0.05
# System calls and clocks depend a little on how threads meet.
GUARDED = ("instructions", "allocations")
VALGRIND = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes", "--collect-systime=yes",
            "--callgrind-out-file={dir}/callgrind"]
# Only the relay's threads run this.
RELAY = re.compile(r"\brelay::Relay\b.*\bserve\b|\bRelay.*5serve")
# Reading the clock is no system call but under valgrind.
READS_CLOCK = re.compile(r"^clock_gettime")
ALLOCATES = re.compile(r"__rust_(alloc|alloc_zeroed|realloc)$|^mi_(heap_)?(malloc|zalloc|calloc|realloc)")


@dataclass(frozen=True)
class Counts:
    """What one call costs."""

    instructions: int
    allocations: float
    system_calls: float
    clock_readings: float


def main() -> int:
    """Counts, prints, and compares with what is recorded; 1 when it differs."""
    args = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        counts = _count(args)
    except Failed as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 1
    finally:
        stop_all()
    print(json.dumps(counts.__dict__))
    if args.record:
        args.record.write_text(json.dumps(counts.__dict__, indent=2) + "\n")
    return 0 if not args.check or _is_as_recorded(counts, args.check) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/instructions", description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder of the binaries")
    parser.add_argument("--out", type=Path, required=True, help="folder for logs and what callgrind writes")
    parser.add_argument("--calls", type=int, default=500, help="calls that are counted")
    parser.add_argument("--question-bytes", type=int, default=800, help="size of a question")
    parser.add_argument("--stream", action="store_true", help="have the answers streamed")
    parser.add_argument("--check", type=Path, metavar="FILE", help="fail if the counts are not those of the file")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write the counts into the file")
    args = parser.parse_args()
    args.bin, args.out = args.bin.resolve(), args.out.resolve()
    return args


def _count(args: argparse.Namespace) -> Counts:
    cores = {0, 1}
    bench = args.bin / "sluice-bench"
    mock = Mock(bench, cores)
    target = next(one for one in read_targets(HERE / "targets.toml", set()) if one.name == "sluice")
    target = replace(target, command=[*VALGRIND, *target.command])
    # One relay thread, so that it has all calls.
    place = Place(args.bin, HERE / "templates", empty_dir(args.out), {0}, mock.port, 1024)
    instance = Instance(target, place, START_SECONDS)
    endpoint = Endpoint.of(instance)

    def call(count: int) -> None:
        mock.follow(Plan())
        load = Load(bench, cores, "closed", endpoint, Plan(), secs=CALL_SECONDS, calls=count, connections=1,
                    question_bytes=args.question_bytes, stream=args.stream)
        load.result(CALL_SECONDS)
        mock.require_seen(count)

    call(WARM_UP_CALLS)
    _control(instance, "on")
    call(args.calls)
    _control(instance, "off")
    instance.stop(STOP_SECONDS)
    files = [path for path in args.out.glob("callgrind-*") if path.is_file()]
    threads = [counts for counts in map(lambda path: _read(path, args.calls), files) if counts]
    if len(threads) != 1:
        raise Failed(f"{len(threads)} threads of {len(files)} have served calls; see {args.out}")
    return threads[0]


def _control(instance: Instance, state: str) -> None:
    command = ["callgrind_control", f"--instr={state}", str(instance.tree.process.pid)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CONTROL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"callgrind_control: {error}") from error
    if done.returncode != 0 or "OK" not in done.stdout:
        raise Failed(f"callgrind_control: {done.stdout}{done.stderr}")


def _read(path: Path, calls: int) -> Counts | None:
    """What a thread's file says (callgrind's manual, "Callgrind Format Specification"); None if it served no calls."""
    names: dict[str, str] = {}
    caller = callee = ""
    totals: list[int] = []
    events: list[str] = []
    allocations, clocks, has_served = 0, 0, False
    with path.open(errors="replace") as lines:
        for line in lines:
            if named := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?", line):
                kind, number, name = named.groups()
                name = names.setdefault(number, name or "")
                caller, callee = (name, "") if kind == "fn" else (caller, name)
                has_served = has_served or bool(RELAY.search(name))
            elif line.startswith("calls="):
                count = int(line[len("calls="):].split()[0])
                if ALLOCATES.search(callee) and not ALLOCATES.search(caller):
                    allocations += count
                elif READS_CLOCK.search(callee):
                    clocks += count
            elif line.startswith("events:"):
                events = line.split()[1:]
            elif line.startswith("totals:"):
                totals = [int(word) for word in line.split()[1:]]
    if not has_served:
        return None
    spent = dict(zip(events, totals))
    per_call = [round(count / calls, 1) for count in (allocations, spent["sysCount"] - clocks, clocks)]
    return Counts(spent["Ir"] // calls, *per_call)


def _is_as_recorded(counts: Counts, file: Path) -> bool:
    recorded = json.loads(file.read_text())
    is_good = True
    for name in GUARDED:
        count = getattr(counts, name)
        change = count / recorded[name] - 1
        if abs(change) > TOLERANCE:
            is_good = False
            print(f"instructions: {name} per call are {count}, {change:+.1%} of the recorded {recorded[name]}; find out"
                  f" why, and if it is meant to be so, run scripts/instructions --record", file=sys.stderr)
    return is_good


if __name__ == "__main__":
    sys.exit(main())
