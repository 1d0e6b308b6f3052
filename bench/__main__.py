"""make bench: every figure beside its aim, written to bench/results.json and printed as a table."""

import json
from pathlib import Path

from bench import describe, requests

AIMS = {
    "harvest_requests_ratio": "= 1.00",
    "harvest_requests_ratio_faults": "<= 1.02",
    "harvest_pages_per_second": "report",
    "sandbox_pages_per_second": "report: the limit of the figure above",
    "describe_per_second": ">= 10000: map, check, serialise, one core",
    "dumps_per_second": "report: orjson.dumps of the same records",
    "detect_per_second": "report: languages, apart from the two above",
}


def main() -> None:
    """Run all benchmarks."""
    measured = requests.figures() | describe.figures()
    figures = {name: round(figure, 3) for name, figure in measured.items()}
    Path(__file__).with_name("results.json").write_text(json.dumps(figures, indent=1) + "\n")
    for name, figure in figures.items():
        print(f"  {name:32} {figure:>10.3f}   aim {AIMS[name]}")


if __name__ == "__main__":
    main()
