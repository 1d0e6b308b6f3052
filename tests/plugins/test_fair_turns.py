from types import SimpleNamespace

import pytest

from plugins.fair_turns import ByKindOfRun

IN_ORDER = (
    "backfill__2026-01-01T00:00:00+00:00",
    "manual__2026-06-01T10:00:00+00:00",
    "scheduled__2026-06-01T00:00:00",
)


def weight(run_id, map_index=-1):
    return ByKindOfRun().get_weight(SimpleNamespace(run_id=run_id, map_index=map_index))


def test_scheduled_runs_go_before_manual_ones_and_those_before_backfills():
    weights = [weight(run_id) for run_id in IN_ORDER]
    assert weights == sorted(set(weights))


@pytest.mark.parametrize("run_id", ["named by a person", ""])
def test_a_run_with_a_name_of_its_own_counts_as_manual(run_id):
    assert weight(run_id) == weight("manual__2026-06-01T10:00:00+00:00")


@pytest.mark.parametrize("run_id", IN_ORDER)
def test_the_many_windows_of_a_first_run_let_another_projects_daily_window_go_first(run_id):
    assert weight(run_id, map_index=30) < weight(IN_ORDER[-1], map_index=0)
    assert weight(run_id, map_index=30) <= weight(run_id, map_index=0)
