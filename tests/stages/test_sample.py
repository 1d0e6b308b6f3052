from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.asked import Asked
from include.domain.errors import AccessEnded
from include.domain.quota import RECORDS_A_PAGE
from include.domain.window import DAY, Window
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from include.stages.harvest import harvest
from include.stages.plan import plan
from include.stages.sample import DAYS, days_to_sample, sample
from include.storage.ledger import spent
from include.storage.manifests import write_unit
from include.storage.samples import read_samples
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.query import query_id, query_of
from include.tiktok.token import Credentials
from tests.conftest import NOW
from tests.projects import project
from tests.stages.reading import store
from tests.units import unit

TODAY = NOW.date()
QUERY = query_of(project())
WHOLE = Window(date(2026, 1, 1), date(2026, 3, 31))
SAMPLED = [date(2026, 1, 10) + number * timedelta(days=18) for number in range(5)]
EVERYTHING = {"accounts": None, "hashtags": None, "region_codes": ["BE"]}


def sampled(objects, of=QUERY):
    return {each.day: each.hits for each in read_samples(store(objects)).of_query(query_id(of))}


def asked_for(tiktok):
    """The days with which the searches begin that the sandbox was asked for."""
    return [entry.asked["start_date"] for entry in tiktok.ledger if entry.endpoint == "video/query"]


@pytest.fixture
def fresh(tiktok):
    tiktok.forget_ledger()
    return tiktok


def test_five_days_are_asked_for_one_request_each_and_their_hits_are_kept(objects, api, fresh):
    assert sample(project(), Asked(), api, objects, TODAY) == DAYS
    assert asked_for(fresh) == [f"{day:%Y%m%d}" for day in SAMPLED]
    assert spent(objects, api.client, TODAY).requests == DAYS
    assert list(sampled(objects)) == SAMPLED


def test_a_day_of_one_page_is_told_as_the_harvest_finds_it(objects, api):
    sample(project(), Asked(), api, objects, TODAY)
    for day, hits in sampled(objects).items():
        assert harvest(project(), Window(day, day), api, objects, "run").result.counts.hits == hits > 0


def test_days_with_more_hits_than_a_page_are_told_by_how_fast_it_was_filled(objects):
    settings = SandboxSettings(
        clock_start=NOW, clock_runs=False, search_ready_seconds=0, withheld_share=0, videos_per_day=20_000
    )
    with running(settings) as dense:
        import requests

        with requests.Session() as session:
            credentials = Credentials(dense.url, dense.client_key, dense.client_secret, [].append)
            api = ResearchApi(session, credentials, dense.sleep, clock=Clock(dense.clock.now))
            belgium = project(**EVERYTHING)
            sample(belgium, Asked(), api, objects, TODAY)
            at = dense.clock.now()
            true = {day: len(list(dense.corpus.search(query_of(belgium), day, day, at))) for day in SAMPLED}
    told = sampled(objects, query_of(belgium))
    assert min(true.values()) > RECORDS_A_PAGE
    assert sum(told.values()) / 3 < sum(true.values()) < sum(told.values()) * 3


def test_the_next_plan_tells_what_the_samples_say(objects, api):
    assert plan(project(), Asked(), objects, NOW)[1].requests is None
    sample(project(), Asked(), api, objects, TODAY)
    cost = plan(project(), Asked(), objects, NOW)[1]
    assert cost.requests.least <= cost.requests.likely <= cost.requests.most
    assert str(cost).endswith("by 5 sampled days")


def test_what_was_sampled_is_not_asked_for_again(objects, api, fresh):
    sample(project(), Asked(), api, objects, TODAY)
    fresh.forget_ledger()
    assert sample(project(), Asked(), api, objects, TODAY) == 0
    assert asked_for(fresh) == []


def test_only_days_that_a_run_asks_for_and_that_are_not_covered_are_sampled(objects, api):
    write_unit(store(objects), unit("2026-02-01_2026-02-10"))
    sample(project(), Asked(date(2026, 2, 1), date(2026, 2, 28)), api, objects, TODAY)
    assert all(date(2026, 2, 11) <= day <= date(2026, 2, 28) for day in sampled(objects))


@pytest.mark.parametrize("window", ["2026-01-01_2026-02-15", "2026-01-01_2026-03-31"])
def test_nothing_is_sampled_once_as_many_days_are_covered_as_are_left(objects, api, fresh, window):
    write_unit(store(objects), unit(window))
    assert sample(project(), Asked(), api, objects, TODAY) == 0
    assert asked_for(fresh) == []


def test_a_project_may_do_without_samples(objects, api, fresh):
    assert sample(project(sample=False), Asked(), api, objects, TODAY) == 0
    assert (asked_for(fresh), objects.paths("")) == ([], [])


def test_nothing_is_sampled_outside_the_approved_access(objects, api, fresh):
    with pytest.raises(AccessEnded):
        sample(project(), Asked(), api, objects, date(2025, 12, 31))
    assert asked_for(fresh) == []


def test_a_day_that_tiktok_cannot_serve_is_left_out(objects, api, tiktok):
    tiktok.fault("internal_error", endpoint="video/query", times=1)
    assert sample(project(), Asked(), api, objects, TODAY) == DAYS - 1


@pytest.mark.parametrize("fault", ["daily_quota", "html_503", "bad_request_wrong", "forbidden_403"])
def test_what_tiktok_does_not_answer_ends_the_sampling_and_nothing_else(objects, api, tiktok, fault):
    tiktok.fault(fault, endpoint="video/query")
    assert sample(project(), Asked(), api, objects, TODAY) == 0
    assert sampled(objects) == {}


def test_days_that_are_sampled_lie_evenly_in_a_period():
    assert days_to_sample([WHOLE], []) == SAMPLED


def test_a_short_period_is_sampled_day_by_day():
    assert days_to_sample([Window(TODAY, TODAY + DAY)], []) == [TODAY, TODAY + DAY]
    assert days_to_sample([], []) == []


@pytest.mark.parametrize("days", [35, 70, 105, 365])
def test_samples_fall_on_several_days_of_the_week(days):
    sampled = days_to_sample([Window(TODAY, TODAY + (days - 1) * DAY)], [])
    assert len({day.weekday() for day in sampled}) == DAYS


def test_samples_of_an_open_period_stay_good_as_days_pass():
    period = [Window(TODAY, TODAY + 364 * DAY)], [Window(TODAY, TODAY + 371 * DAY)]
    assert days_to_sample(period[1], days_to_sample(period[0], [])) == []


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=4))
def test_days_to_sample_are_days_that_are_left(parts):
    left = [Window(TODAY + timedelta(days=start), TODAY + timedelta(days=start + length)) for start, length in parts]
    merged = sorted({day for window in left for day in window})
    chosen = days_to_sample([Window(day, day) for day in merged], [])
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= set(merged)
    assert len(chosen) == min(DAYS, len(merged))
