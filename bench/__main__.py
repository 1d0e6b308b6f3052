"""make bench: every figure beside its aim, written to bench/results.json and printed as a table."""

import json
from pathlib import Path

from bench import requests

AIMS = {
    "harvest_requests_ratio": "= 1.00",
    "harvest_requests_ratio_faults": "<= 1.02",
    "harvest_pages_per_second": "report",
    "sandbox_pages_per_second": "report: the limit of the figure above",
}


def main() -> None:
    """Run all benchmarks."""
    figures = {name: round(figure, 3) for name, figure in requests.figures().items()}
    Path(__file__).with_name("results.json").write_text(json.dumps(figures, indent=1) + "\n")
    for name, figure in figures.items():
        print(f"  {name:32} {figure:>10.3f}   aim {AIMS[name]}")


if __name__ == "__main__":
    main()
