"""make bench: every figure beside its limit and its aim, written to bench/results.json and printed as a table.

`python -m bench --scale 0.05` is a quick run with less of everything; `--only merge,harvest` runs these subjects and
keeps the other figures of results.json.
"""

import argparse
import json
import operator
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
SUBJECTS = (
    "requests",
    "describe",
    "register",
    "harvest",
    "merge",
    "parse",
    "airflow_runs",
    "tasks",
    "year",
    "increment",
    "roundtrips",
)

AIMS = {
    "harvest_requests_ratio": "= 1.00",
    "harvest_requests_ratio_faults": "<= 1.02",
    "harvest_cpu_ratio": "<= 2.2",
    "harvest_rss_mb": "<= 300",
    "merge_ratio": "<= 1.5",
    "merge_copy_ratio": "<= 1.5",
    "merge_rss_mb": "<= 1500",
    "merge_incremental_ratio": "<= 1.3",
    "describe_per_second": ">= 10000",
    "register_sequential_calls": "<= 645",
    "register_cpu_ratio": "<= 4",
    "describe_idle_rss_ratio": "<= 1.3",
    "parse_ratio": "<= 1.3",
    "import_seconds": "<= 0.15",
    "end_to_end_vs_loop": "<= 6",
    "task_cpu_ratio": "<= 2.5",
    "index_seconds_1000": "<= 3",
    "deadlines_seconds_1000": "<= 3",
    "increment_calls_30": "<= 40",
    "increment_calls_3650": "<= 40",
    "idle_run_calls": "<= 15",
    "increment_bytes_growth": "<= 2",
    "page_round_trips": "<= 2.2",
    "window_round_trips": "<= 12",
    "ledger_first_request_calls": "<= 3",
}
"""What a figure should be; one without an aim is reported."""

LIMITS = {
    "harvest_pages_per_second": "sandbox_pages_per_second",
    "harvest_cpu_ms_per_page": "loop_cpu_ms_per_page",
    "merge_seconds": "duckdb_seconds",
    "merge_cpu_seconds": "duckdb_cpu_seconds",
    "merge_rss_mb": "duckdb_rss_mb",
    "merge_incremental_seconds": "merge_incremental_seconds_short",
    "describe_per_second": "dumps_per_second",
    "register_sequential_calls": "register_calls",
    "register_cpu_us_per_record": "describe_cpu_us_per_record",
    "describe_idle_rss_mb": "describe_idle_rss_mb_tenth",
    "parse_ms_per_project": "parse_by_hand_ms_per_project",
    "end_to_end_seconds": "loop_seconds",
    "task_cpu_ms": "task_idle_cpu_ms",
    "increment_calls_3650": "increment_calls_30",
    "increment_kilobytes_3650": "increment_kilobytes_30",
    "ledger_first_request_calls": "ledger_first_request_calls_after_one",
}
"""The figure that bounds another, measured in the same run."""

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": lambda found, aim: round(found, 2) == aim,
}


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size; results.json only at 1")
    parser.add_argument("--only", default=",".join(SUBJECTS), help="subjects, with commas between them")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for subject in options.only.split(","):
        print(f"bench: {subject}", flush=True)
        measured = import_module(f"bench.{subject}").figures(options.scale)
        figures |= {name: round(figure, 3) for name, figure in measured.items()}
    if options.scale == 1:
        before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(before | figures, indent=1) + "\n")
    print(table(figures))


def table(figures: dict[str, float]) -> str:
    """One line for each figure: what was found, what bounds it, what it should be, and whether it is."""
    lines = [f"  {'figure':38}{'found':>12}{'limit':>12}  {'aim':10}"]
    for name, found in figures.items():
        limit, aim = figures.get(LIMITS.get(name, "")), AIMS.get(name)
        shown = f"{limit:>12.3f}" if limit is not None else " " * 12
        lines.append(
            f"  {name:38}{found:>12.3f}{shown}  {aim or 'report':10}{'' if aim is None else verdict(found, aim)}"
        )
    return "\n".join(lines)


def verdict(found: float, aim: str) -> str:
    """Whether a figure keeps its aim."""
    sign, number = re.fullmatch(r"(\S+) (\S+)", aim).groups()  # type: ignore[union-attr]
    return "met" if COMPARE[sign](found, float(number)) else "MISSED"


if __name__ == "__main__":
    main()
