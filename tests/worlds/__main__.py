"""Many worlds on all cores: `python -m tests.worlds --worlds 2000`. One of them, step by step: `--seed 17 --trace`."""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa

from tests.worlds.recipe import ROUGH
from tests.worlds.world import Outcome, run_world

#: Where the sorted runs of parts lie for a moment.
MEMORY = Path("/dev/shm")  # noqa: S108 - nobody's secrets


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="how many, one in four a rough one")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first")
    parser.add_argument("--seed", type=int, help="this world alone")
    parser.add_argument("--trace", action="store_true", help="show its steps")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    if asked.seed is not None:
        _prepare()
        return _show(run_world(asked.seed, traced=asked.trace))
    numbers = range(asked.first, asked.first + asked.worlds)
    return _run([number if number % 4 else ROUGH + number for number in numbers], asked.workers)


def _prepare() -> None:
    """One thread, no log, files in memory."""
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    logging.disable(logging.CRITICAL)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _show(outcome: Outcome) -> int:
    _say(*outcome.lines)
    states = " ".join(f"{state}={count}" for state, count in outcome.states.items())
    _say(f"seed={outcome.seed} steps={outcome.steps} requests={outcome.requests} digest={outcome.digest} {states}")
    _say(*(f"  {violation}" for violation in outcome.violations))
    return int(bool(outcome.violations))


def _run(seeds: list[int], workers: int) -> int:
    begun, outcomes = time.monotonic(), list[Outcome]()
    with ProcessPoolExecutor(workers, initializer=_prepare) as pool:
        for outcome in pool.map(run_world, seeds, chunksize=4):
            outcomes.append(outcome)
            if outcome.violations:
                _say(f"seed {outcome.seed}", *(f"  {str(each)[:600]}" for each in outcome.violations[:3]))
    _say(*_summary(outcomes, (time.monotonic() - begun) / 60))
    return int(any(each.violations for each in outcomes))


def _summary(outcomes: list[Outcome], minutes: float) -> tuple[str, str]:
    """Worlds, violations and pace in one line; in the other which faults occurred how often."""
    kinds, faults, states = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        kinds.update({each.kind for each in outcome.violations})
        faults += outcome.faults
        states += outcome.states
    spent, least = sum(each.calm_requests for each in outcomes), sum(each.minimum for each in outcomes)
    figures = {
        "worlds": len(outcomes),
        "violated": sum(bool(each.violations) for each in outcomes),
        "kinds": dict(kinds),
        "worlds/min": round(len(outcomes) / minutes),
        "steps": sum(each.steps for each in outcomes),
        "kills": sum(each.kills for each in outcomes),
        "requests": sum(each.requests for each in outcomes),
        "wasted": sum(each.wasted for each in outcomes),
        "unknowable": sum(each.unknowable for each in outcomes),
        "units": dict(states),
        "requests/minimum without faults": f"{spent}/{least}={spent / max(1, least):.3f}",
    }
    told = " ".join(f"{name}={count}" for name, count in faults.most_common())
    return " ".join(f"{name}={figure}" for name, figure in figures.items()), f"faults: {told}"


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of a world
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.worlds", *sys.argv[1:]])  # noqa: S606 - this program
    sys.exit(main())
