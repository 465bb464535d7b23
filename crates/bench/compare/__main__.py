"""Compares targets with nginx: one run, interleaved rounds, every answer checked. Called by scripts/bench.sh.

Prints the result as markdown; writes it, and everything measured as JSON, into the output folder.
"""

import argparse
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import report
from conversion import measure_conversion
from processes import Failed, stop_all
from scenarios import Lab, Row, Settings, measure_calls, measure_memory, measure_scaling
from targets import Place, empty_dir, read_targets

HERE = Path(__file__).resolve().parent
# 5,000 streams take two descriptors each in a gateway; the rest is for its files and idle connections.
ENOUGH_FILES = 12_000
# Many short rounds tell more than few long ones where the speed of the machine changes within seconds.
FULL = Settings(rounds=11, secs=1.0, memory_rounds=3, streams=(1000, 5000))
QUICK = Settings(rounds=3, secs=0.5, memory_rounds=1, streams=(1000, 5000))
PARTS = ("calls", "conversion", "memory", "scaling")


def main() -> int:
    """Runs the comparison; 1 when anything was wrong, so that no invalid table passes for a result."""
    args = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        targets = read_targets(args.targets, set(args.only))
        nofile = _raise_file_limit()
        target_core, driver_core = _cores()
        about = report.machine()
        work = empty_dir(args.out / "work")

        def place(name: str, cores: set[int], upstream: int) -> Place:
            return Place(args.bin, HERE / "templates", work / name, cores, upstream, nofile)

        lab = Lab(args.bin / "sluice-bench", place, QUICK if args.quick else FULL)
        rows: list[Row] = []
        if "calls" in args.parts:
            rows += measure_calls(lab, targets, {target_core}, {driver_core})
        if "conversion" in args.parts:
            rows += measure_conversion(lab, targets, {target_core}, {driver_core})
        if "memory" in args.parts:
            rows += measure_memory(lab, targets, {target_core}, {driver_core})
        if "scaling" in args.parts:
            rows += measure_scaling(lab, targets, [target_core, driver_core])
    except Failed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        stop_all()
    _write(args.out, rows, about, lab, report.configuration(targets, HERE / "templates"))
    return 1 if lab.problems else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--targets", type=Path, default=HERE / "targets.toml", help="targets file")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="targets to run beside nginx")
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=PARTS, help="what to measure")
    parser.add_argument("--quick", action="store_true", help="short rounds, to try things out; not for publication")
    parser.add_argument("--bin", type=Path, default=Path("target/release"), help="folder of the release binaries")
    parser.add_argument("--out", type=Path, default=Path("target/bench"), help="folder for results and logs")
    args = parser.parse_args()
    args.bin, args.out = args.bin.resolve(), args.out.resolve()
    return args


def _raise_file_limit() -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < ENOUGH_FILES:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (ENOUGH_FILES, ENOUGH_FILES))
            return ENOUGH_FILES
        except (ValueError, OSError) as error:
            raise Failed(f"5,000 streams need {ENOUGH_FILES} open files and the hard limit is {hard}") from error
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def _cores() -> tuple[int, int]:
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise Failed("the comparison needs two cores: one for the target, one for load and mock")
    return allowed[0], allowed[1]


def _write(out: Path, rows: list[Row], about: dict[str, str], lab: Lab, configuration: str) -> None:
    stem = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    text = report.to_markdown(rows, about, lab.settings, lab.problems) + configuration
    data = json.dumps(report.to_json(rows, about, lab.settings, lab.problems), indent=1, ensure_ascii=False)
    for name in (stem, "latest"):
        (out / f"{name}.md").write_text(text)
        (out / f"{name}.json").write_text(data + "\n")
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
