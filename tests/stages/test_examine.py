import re
from datetime import date, timedelta

import orjson
import pytest

from include.domain.errors import CredentialsRejected
from include.domain.manifest import State
from include.domain.quota import Spent
from include.domain.window import Window
from include.stages.examine import examine
from include.stages.proposal import propose
from include.storage.ledger import spent
from include.storage.manifests import write_unit
from include.storage.project_store import ProjectStore
from include.tiktok.client import ResearchApi
from include.tiktok.query import query_id, query_of
from include.tiktok.token import Credentials
from tests.conftest import NOW
from tests.forms import form
from tests.units import unit

TODAY = NOW.date()


def proposal(stored=None, **changes):
    return propose(form(**changes), lambda _: stored, {})


def harvested(objects, wanted, window, *, distinct=490, state=State.COMPLETE):
    write_unit(
        ProjectStore.of(objects, "tiktok_query_0000042"),
        unit(window, state, of=wanted.project, counts={"distinct": distinct}),
    )


def videos_asked(tiktok):
    return [entry.asked for entry in tiktok.ledger if entry.endpoint == "video/query"]


def test_a_new_project_is_explained(objects, api):
    told = examine(proposal(), api, objects, TODAY, probe=True)
    assert told["state"] == "new"
    assert told["asks"].startswith(
        "Videos posted by synth_nieuws_be or synth_journal_be, or tagged #fietsen or #klimaat"
    )
    assert told["asks"].endswith("created from 2026-01-01 to 2026-03-31.")
    assert told["condition"].endswith("AND region_code IN ('BE', 'NL')")
    assert told["connection"] == "tiktok_tiktok_query_0000042: TikTok gave a token"
    assert told["generation"] == "the first of this project"
    assert told["notes"] == "none"
    assert "accounts: nothing -> synth_nieuws_be, synth_journal_be" in told["changes"].splitlines()


def test_the_probe_asks_for_one_record_and_is_counted(objects, api, tiktok):
    tiktok.forget_ledger()
    told = examine(proposal(sample=False), api, objects, TODAY, probe=True)
    (asked,) = videos_asked(tiktok)
    assert (asked["max_count"], asked["start_date"], asked["end_date"]) == (1, "20260302", "20260331")
    assert told["probe"] == "TikTok accepts the query (1 request); in 2026-03-02 to 2026-03-31: a video was found"
    assert spent(objects, api.client, TODAY) == Spent(requests=1, records=1, answered=1)


def test_a_probe_samples_five_days_and_tells_what_the_first_harvest_will_cost(objects, api, tiktok):
    tiktok.forget_ledger()
    told = examine(proposal(), api, objects, TODAY, probe=True)
    assert told["probe"].startswith("TikTok accepts the query (1 request, and 5 for days to estimate the cost); in ")
    assert len(videos_asked(tiktok)) == spent(objects, api.client, TODAY).requests == 6
    said = (
        r"3 windows of 90 days, some \d+ requests \(\d+ to \d+\), 1 day of quota, by 5 sampled days; it may take 1000 "
    )
    assert re.match(said, told["cost"])
    again = examine(proposal(), api, objects, TODAY, probe=True)
    assert (again["cost"], len(videos_asked(tiktok))) == (told["cost"], 7)


def test_without_a_probe_nothing_is_asked(objects, api, tiktok):
    tiktok.forget_ledger()
    assert examine(proposal(), api, objects, TODAY, probe=False)["probe"] == "not asked for"
    assert videos_asked(tiktok) == []
    assert objects.paths("") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"access_start": "2026-06-02"}, "not sent: access is approved from 2026-06-02"),
        ({"period": "20260530 – "}, "not sent: no day of the period is old enough"),
    ],
)
def test_nothing_is_asked_that_must_not_or_cannot_be(objects, api, tiktok, changes, said):
    tiktok.forget_ledger()
    assert said in examine(proposal(**changes), api, objects, TODAY, probe=True)["probe"]
    assert videos_asked(tiktok) == []


def test_a_quota_that_is_used_up_stops_no_registration(objects, api, tiktok):
    tiktok.fault("daily_quota")
    assert "not answered: TikTok says" in examine(proposal(), api, objects, TODAY, probe=True)["probe"]


def test_a_query_that_tiktok_cannot_serve_is_told(objects, api, tiktok):
    tiktok.fault("timeout", endpoint="video/query")
    assert "TikTok failed on 2026-03-02 to 2026-03-31" in examine(proposal(), api, objects, TODAY, probe=True)["probe"]


def test_a_refusal_for_good_stops_it(objects, api, tiktok):
    tiktok.fault("scope_refused", endpoint="video/query")
    with pytest.raises(CredentialsRejected):
        examine(proposal(), api, objects, TODAY, probe=True)


def test_a_client_that_tiktok_does_not_know_stops_it(objects, api, tiktok):
    wrong = ResearchApi(api.session, Credentials(tiktok.url, tiktok.client_key, "wrong", [].append), api.sleep)
    with pytest.raises(CredentialsRejected):
        examine(proposal(), wrong, objects, TODAY, probe=False)


def test_the_cost_of_a_new_query_is_not_invented(objects, api):
    told = examine(proposal(sample=False), api, objects, TODAY, probe=True)["cost"]
    assert told.startswith("3 windows of 90 days; requests unknown, no window of this query is complete")
    assert "at least 3, one for each window" in told


def test_the_cost_follows_from_what_is_harvested(objects, api):
    harvested(objects, proposal(), Window(date(2026, 1, 1), date(2026, 1, 30)))
    told = examine(proposal(), api, objects, TODAY, probe=False)
    assert told["cost"] == "2 windows of 60 days, some 10 requests, 1 day of quota; it may take 1000 requests a day"
    assert told["generation"] == "goes on: the query stays as it is"


def test_a_changed_query_starts_a_new_generation_in_plain_words(objects, api):
    before, after = proposal(), proposal(proposal().text, hashtags="#klimaat")
    harvested(objects, before, Window(date(2026, 1, 1), date(2026, 1, 30)))
    harvested(objects, before, Window(date(2026, 1, 31), date(2026, 3, 1)), state=State.INCOMPLETE)
    told = examine(after, api, objects, TODAY, probe=False)
    old, new = query_id(query_of(before.project)), told["query_id"]
    assert old != new
    assert told["generation"].startswith(f"A NEW GENERATION STARTS: the query changes from {old} to {new}. 30 days ")
    assert told["cost"].startswith("3 windows of 90 days; requests unknown")


def test_the_way_back_to_an_earlier_query_counts_its_windows(objects, api):
    first = proposal()
    other = proposal(first.text, hashtags="#klimaat")
    harvested(objects, first, Window(date(2026, 1, 1), date(2026, 1, 30)))
    harvested(objects, other, Window(date(2026, 1, 1), date(2026, 2, 10)))
    back = propose(form(), lambda _: other.text, {})
    assert ". 11 days " in examine(back, api, objects, TODAY, probe=False)["generation"]


def test_what_an_engineer_should_notice_is_noted(objects, api):
    told = examine(
        proposal(access_start=str(TODAY + timedelta(days=9)), schedule="@daily", use_pool=False),
        api,
        objects,
        TODAY,
        probe=True,
    )["notes"].splitlines()
    assert ["begins on" in told[0], "@daily begins by itself" in told[1], "no pool" in told[2]] == [True] * 3


def test_what_is_told_can_be_kept_by_airflow(objects, api):
    assert orjson.dumps(examine(proposal(period="20260101 –"), api, objects, TODAY, probe=True))
