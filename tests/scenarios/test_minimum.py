"""Requests are minimal: a window of N hits costs ceil(N / 100), and no less than 1.

Where N ends in 00 no cursor can prove the end: one more call, and a look at the first day, where that is worth it.
"""

import math

import pytest

from tests.scenarios.world import days

MIX = [
    {"kind": "internal_error", "probability": 0.02},
    {"kind": "rate_limit", "probability": 0.01},
    {"kind": "search_rejected", "probability": 0.01},
    {"kind": "truncated", "probability": 0.005},
]
TITLES = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody.at.all"]}]}


@pytest.mark.parametrize("a_day", [1, 24, 33, 51, 99, 101])
def test_a_window_costs_no_request_more_than_its_records_need(make, a_day):
    world = make(videos_per_day=a_day)
    assert world.task(days(4))["distinct"] == 4 * a_day
    assert world.requests == math.ceil(4 * a_day / 100)


@pytest.mark.parametrize("a_day", [25, 50, 75])
def test_a_full_last_page_costs_one_more_call_and_at_most_a_look_at_the_first_day(make, a_day):
    world = make(videos_per_day=a_day)
    assert world.task(days(4))["distinct"] == 4 * a_day
    least = 4 * a_day // 100 + 1
    assert world.requests in (least, least + 1)


def test_an_empty_window_costs_one_request_and_a_look_at_its_last_day(make):
    """Nothing on the last day leaves open whether TikTok counts it in, until another window has proven it."""
    world = make(query_for_nobody(), videos_per_day=10)
    assert world.task(days(4))["state"] == "complete"
    assert world.requests == 2


def test_removed_videos_cost_what_they_would_cost_if_they_were_there(make):
    world = make(videos_per_day=51, removed_share=0.05)
    assert world.task(days(6))["distinct"] == len(world.expected(days(6)))
    assert world.requests == 4


@pytest.mark.parametrize("seed", range(3))
def test_the_standard_mix_of_faults_costs_no_more_than_the_faults(make, seed):
    world = make(videos_per_day=201, seed=seed)
    world.sandbox.switch(faults=MIX)
    assert world.task(days(30))["state"] == "complete"
    assert world.ids(days(30)) == world.expected(days(30))
    assert (world.requests - world.injected) / 61 <= 1.02


def query_for_nobody():
    return {"query": TITLES}
