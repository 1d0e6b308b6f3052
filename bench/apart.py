"""A function in a process of its own, with the processor time, the peak memory and the seconds that it took."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What a function returned, and what it cost: imports of its module are in the memory, not in the times."""

    result: Any
    cpu: float
    seconds: float
    rss_mb: float


def apart(function: str, *arguments: Any) -> Cost:
    """Call `module:function` with arguments that JSON can carry."""
    command = [sys.executable, "-m", "bench.apart", function, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {function} ended with {done.returncode}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _peak_mb() -> float:
    """The largest resident size of this process; unlike ru_maxrss, nothing of the parent's is in it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    """Measure one call; the last line of the output is the cost."""
    module, name = sys.argv[1].split(":")
    function = getattr(import_module(module), name)
    cpu, begun = time.process_time(), time.perf_counter()
    result = function(*json.loads(sys.argv[2]))
    cost = Cost(result, time.process_time() - cpu, time.perf_counter() - begun, _peak_mb())
    print(json.dumps(vars(cost)))


if __name__ == "__main__":
    main()
