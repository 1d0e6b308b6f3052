"""One window harvested from the sandbox, and from answers that the sandbox does not give."""

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.errors import AccessEnded, SearchResting
from include.domain.manifest import State
from include.domain.window import Window
from include.stages.harvest import harvest
from include.stages.harvest.progress import PATIENCE
from include.storage.manifests import read_unit
from include.storage.objects import open_storage
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi
from include.tiktok.query import query_id, query_of
from include.tiktok.token import Credentials
from tests.conftest import NOW, ROOT
from tests.projects import project, project_text
from tests.stages.kills import Killed, Mortal
from tests.stages.reading import LAYOUT, asked, everything, part, store
from tests.tiktok.answers import Session, answer

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 20))
RUN = "manual__1"
PAGES = 4
MANIFEST = LAYOUT.manifest(str(WINDOW))


def found(tiktok, window=WINDOW, asked_by=None):
    """The ids that a search finds, by what the sandbox knows of itself, newest first."""
    query = query_of(asked_by or project())
    return [video.id for video in tiktok.corpus.search(query, window.start, window.end, tiktok.clock.now())]


def ids(objects, window=WINDOW):
    return [row["id"] for row in part(objects, window)]


def removed(tiktok, window=WINDOW):
    """How many hits of a search no page shows, because they were removed since."""
    hits = tiktok.corpus.search(query_of(project()), window.start, window.end)
    return len(hits) - len(found(tiktok, window))


@pytest.fixture
def whole(tiktok, api, tmp_path):
    """The same window harvested in one go, in a storage of its own: what every other way must lead to."""
    tiktok.switch(region_spelling="upper")  # else no two searches show the very same records
    objects = open_storage(f"file://{tmp_path}/whole")
    harvest(project(), WINDOW, api, objects, RUN)
    tiktok.forget_ledger()
    return objects


def test_a_window_becomes_pages_a_part_and_a_manifest(tiktok, api, objects):
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert ids(objects) == sorted(found(tiktok))
    assert len(asked(tiktok)) == len(list(Pages(store(objects), str(WINDOW)))) == manifest.now.counts.pages == PAGES
    assert manifest.state is State.COMPLETE
    assert manifest == read_unit(store(objects), str(WINDOW))
    assert (manifest.now.counts.requests, manifest.now.counts.asked) == (PAGES, PAGES * 100)
    assert manifest.now.counts.distinct == manifest.now.counts.returned == len(found(tiktok))
    assert manifest.now.counts.first_observed == manifest.now.counts.last_observed == NOW
    assert manifest.query == query_of(project())
    assert manifest.synthetic


def test_what_airflow_shows_of_a_window_holds_no_record(api, objects):
    summary = harvest(project(), WINDOW, api, objects, RUN).summary()
    assert summary["window"] == "2026-01-01_2026-01-20"
    assert (summary["state"], summary["requests"], summary["fresh"]) == ("complete", PAGES, summary["distinct"])
    assert len(json.dumps(summary)) < 300


def test_every_page_is_stored_before_the_next_request_goes_out(tiktok, objects):
    stored = []

    class Watched(requests.Session):
        def post(self, url, **options):
            if "video/query" in url:
                stored.append(len(objects.paths(LAYOUT.pages(str(WINDOW)))))
            return super().post(url, **options)

    with Watched() as session:
        credentials = Credentials(tiktok.url, tiktok.client_key, tiktok.client_secret, [].append)
        harvest(project(), WINDOW, ResearchApi(session, credentials, tiktok.sleep), objects, RUN)
    assert stored == list(range(PAGES))


def test_a_stored_page_holds_its_request_and_the_answer_as_it_came(tiktok, api, objects):
    harvest(project(), WINDOW, api, objects, RUN)
    first, second, *_ = Pages(store(objects), str(WINDOW))
    assert first.request["query"] == query_of(project())
    told = json.loads(first.answer)
    assert second.request["cursor"] == told["data"]["cursor"] == 100
    assert second.request["search_id"] == told["data"]["search_id"]
    assert told["error"]["code"] == "ok"
    assert first.synthetic


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_the_union_of_pages_is_the_search_whatever_the_gaps(tiktok, api, tmp_path_factory, data):
    tiktok.reset()
    everything_found = found(tiktok)
    gone = data.draw(st.sets(st.sampled_from(everything_found)) | st.just(set(everything_found[100:200])))
    for video_id in gone:
        tiktok.delete_video(video_id)
    tiktok.switch(search_id_changes=data.draw(st.booleans()), repeated_videos=data.draw(st.integers(0, 30)))
    objects = open_storage(f"file://{tmp_path_factory.mktemp('gaps')}")
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert manifest.state is State.COMPLETE
    assert ids(objects) == sorted(set(everything_found) - gone)


def test_an_empty_page_with_more_to_come_does_not_end_a_window(tiktok, api, objects):
    """It is asked for again, in case it was a fault; what stays empty was removed."""
    cached = tiktok.corpus.search(query_of(project()), WINDOW.start, WINDOW.end)
    for video in cached[100:200]:
        tiktok.delete_video(video.id)
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    indices = [index for _, _, index in asked(tiktok)]
    assert indices[: PATIENCE + 3] == [0, *[100] * PATIENCE, 200, 300]
    assert set(indices[PATIENCE + 3 :]) <= {0, 100}, "the days that it spans are looked at again"
    assert (manifest.state, manifest.now.counts.withheld) == (State.COMPLETE, removed(tiktok))
    assert ids(objects) == sorted(found(tiktok))


def test_a_search_id_that_changes_is_followed(tiktok, api, objects):
    tiktok.switch(search_id_changes=True)
    harvest(project(), WINDOW, api, objects, RUN)
    assert ids(objects) == sorted(found(tiktok))
    followed = [search_id for _, search_id, _ in asked(tiktok)]
    assert len(set(followed)) == PAGES


def test_zero_hits_without_a_search_id_are_a_complete_window(tiktok, api, objects):
    nobody = project(hashtags=None, accounts=["nobody_of_that_name"])
    manifest = harvest(nobody, WINDOW, api, objects, RUN)
    assert (manifest.state, manifest.now.counts.returned, manifest.months) == (State.COMPLETE, 0, {})
    assert part(objects, WINDOW) == []


def test_a_search_that_is_never_said_to_end_loses_nothing_and_is_given_up_within_the_budget(tiktok, api, objects):
    tiktok.switch(stalled_cursor=True)
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert manifest.state is State.INCOMPLETE
    assert "4 answers in a row to the call at 100 were not new" in manifest.now.reason
    assert ids(objects) == sorted(found(tiktok))
    assert len(asked(tiktok)) <= PAGES + 100, "what came well, and a tenth of the day"


@pytest.mark.parametrize("page", range(1, PAGES + 1))
def test_a_killed_harvest_goes_on_at_the_next_page(tiktok, api, objects, whole, page):
    with pytest.raises(Killed):
        harvest(project(), WINDOW, api, Mortal.of(objects, ".json.zst", page), RUN)
    assert len(asked(tiktok)) == page
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert manifest.state is State.COMPLETE
    assert manifest.now.counts.requests == PAGES
    assert len(asked(tiktok)) == len(set(asked(tiktok))) == PAGES, "a page was asked for twice"
    assert objects.read(LAYOUT.part(str(WINDOW))) == whole.read(LAYOUT.part(str(WINDOW)))


@pytest.mark.parametrize("page", [1, 3])
def test_a_page_that_was_not_stored_is_all_that_is_asked_again(tiktok, api, objects, page):
    with pytest.raises(Killed):
        harvest(project(), WINDOW, api, Mortal.of(objects, ".json.zst", page, before=True), RUN)
    harvest(project(), WINDOW, api, objects, RUN)
    assert len(asked(tiktok)) == PAGES + 1
    assert ids(objects) == sorted(found(tiktok))


@pytest.mark.parametrize(("ending", "before"), [("part.parquet", True), ("part.parquet", False), (MANIFEST, True)])
def test_a_harvest_killed_after_its_last_page_pays_for_nothing_again(tiktok, api, objects, whole, ending, before):
    nth = 2 if ending == MANIFEST else 1  # the first manifest says that the window was started
    with pytest.raises(Killed):
        harvest(project(), WINDOW, api, Mortal.of(objects, ending, nth, before=before), RUN)
    assert read_unit(store(objects), str(WINDOW)).state is State.OPEN
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert manifest.state is State.COMPLETE
    assert len(asked(tiktok)) == PAGES
    assert manifest == read_unit(store(whole), str(WINDOW))
    assert objects.read(LAYOUT.part(str(WINDOW))) == whole.read(LAYOUT.part(str(WINDOW)))


def test_another_run_continues_the_pages_of_a_killed_one(tiktok, api, objects):
    with pytest.raises(Killed):
        harvest(project(), WINDOW, api, Mortal.of(objects, ".json.zst", 2), RUN)
    tiktok.sleep(600)
    harvest(project(), WINDOW, api, objects, "manual__2")
    assert len(asked(tiktok)) == len(set(asked(tiktok))) == PAGES


KILLED_BY_THE_SYSTEM = """
import sys
from datetime import date
import requests
from include.domain.window import Window
from include.stages.harvest import harvest
from include.stages.harvest.progress import PATIENCE
from include.storage.objects import Objects, open_storage
from include.tiktok.client import ResearchApi
from include.tiktok.token import Credentials
from include.domain.project import read_project

class Talking(Objects):
    pages = 0
    def create(self, path, content):
        done = super().create(path, content)
        if path.endswith(".json.zst"):
            Talking.pages += 1
            if Talking.pages == 2:
                print("two pages", flush=True)
                sys.stdin.read()
        return done

url, storage, key, secret, text = sys.argv[1:]
opened = open_storage(storage)
api = ResearchApi(requests.Session(), Credentials(url, key, secret, [].append))
window = Window(date(2026, 1, 1), date(2026, 1, 20))
harvest(read_project("tiktok_query_0000005", text), window, api, Talking(opened.store, opened.url), "manual__1")
"""


def test_a_harvest_killed_by_the_system_goes_on_at_the_next_page(tiktok, api, objects, whole):
    arguments = (tiktok.url, objects.url, tiktok.client_key, tiktok.client_secret, project_text())
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_BY_THE_SYSTEM, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "two pages\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    manifest = harvest(project(), WINDOW, api, objects, RUN)
    assert manifest.state is State.COMPLETE
    assert len(asked(tiktok)) == len(set(asked(tiktok))) == PAGES
    assert objects.read(LAYOUT.part(str(WINDOW))) == whole.read(LAYOUT.part(str(WINDOW)))


def test_harvesting_a_complete_window_again_asks_nothing(tiktok, api, objects):
    harvest(project(), WINDOW, api, objects, RUN)
    before = everything(objects)
    tiktok.sleep(600)
    harvest(project(), WINDOW, api, objects, "manual__2")
    assert len(asked(tiktok)) == PAGES
    after = everything(objects)
    assert [path for path in after if after[path] != before.get(path)] == []


def test_a_reharvest_asks_again_and_keeps_the_older_pages(tiktok, api, objects):
    harvest(project(), WINDOW, api, objects, RUN)
    popular = found(tiktok)[0]
    tiktok.sleep(3600)
    tiktok.set_counts(popular, view_count=2**40)
    manifest = harvest(project(), WINDOW, api, objects, "manual__2", reharvest=True)
    assert len(asked(tiktok)) == 2 * PAGES
    counts = manifest.now.counts
    assert (counts.pages, counts.fresh) == (PAGES, 0)
    assert len(list(Pages(store(objects), str(WINDOW)))) == 2 * PAGES
    row = next(row for row in part(objects, WINDOW) if row["id"] == popular)
    assert row["view_count"] == 2**40
    assert (row["first_seen"], row["observed_at"]) == (NOW, NOW + timedelta(hours=1))


def test_a_killed_reharvest_goes_on_at_its_own_next_page(tiktok, api, objects):
    harvest(project(), WINDOW, api, objects, RUN)
    tiktok.sleep(600)
    with pytest.raises(Killed):
        harvest(project(), WINDOW, api, Mortal.of(objects, ".json.zst", 2), "manual__2", reharvest=True)
    harvest(project(), WINDOW, api, objects, "manual__2", reharvest=True)
    assert len(asked(tiktok)) == 2 * PAGES


def test_a_reharvest_asks_for_the_fields_of_today(tiktok, api, objects):
    harvest(project(fields=["id", "create_time"]), WINDOW, api, objects, RUN)
    tiktok.sleep(600)
    manifest = harvest(project(), WINDOW, api, objects, "manual__2", reharvest=True)
    assert "username" in manifest.now.fields
    assert any(row["username"] for row in part(objects, WINDOW))


def test_another_query_searches_its_window_afresh(tiktok, api, objects):
    harvest(project(), WINDOW, api, objects, RUN)
    tiktok.sleep(600)
    other = project(hashtags=["fietsen"])
    manifest = harvest(other, WINDOW, api, objects, "manual__2")
    assert manifest.query == query_of(other)
    assert manifest.now.counts.returned < len(found(tiktok))
    asked_by = {page.query_id for page in Pages(store(objects), str(WINDOW))}
    assert asked_by == {query_id(query_of(project())), manifest.query_id}


def test_nothing_is_asked_outside_the_approved_access(tiktok, api, objects):
    ended = project(access={"start": "2026-01-01", "end": "2026-05-31"})
    with pytest.raises(AccessEnded, match="2026-05-31"):
        harvest(ended, WINDOW, api, objects, RUN)
    assert asked(tiktok) == []


DAY = Window(date(2026, 1, 5), date(2026, 1, 5))
NOON = int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp())


def plant(tiktok, number, **record):
    video = {"id": (NOON << 32) + number, "create_time": NOON, "username": "planted", "region_code": "BE"} | record
    tiktok.plant_video({name: value for name, value in video.items() if value is not None})
    return video["id"]


def test_records_as_odd_as_they_come_are_all_kept(tiktok, api, objects):
    odd = [
        plant(tiktok, 1, video_description="NUL \x00 inside", hashtag_names=["a\x00b"]),
        plant(tiktok, 2, region_code="BE", view_count="many", hashtag_names="none", video_duration=1.5),
        plant(tiktok, 3, music_id=2**63 - 1, view_count=2**53 + 1),
        plant(tiktok, 4, video_mention_list=[None, 7, {"a": 1}], video_tag={"type": 1}),
        plant(tiktok, 5),
    ]
    manifest = harvest(project(hashtags=None, accounts=["planted"]), DAY, api, objects, RUN)
    assert (manifest.state is State.COMPLETE, manifest.now.counts.distinct, manifest.now.counts.without_id) == (
        True,
        len(odd),
        0,
    )
    made = {row["id"]: row for row in part(objects, DAY)}
    assert list(made) == sorted(odd)
    assert made[odd[0]]["video_description"] == "NUL  inside"
    assert made[odd[0]]["hashtag_names"] == ["ab"]
    assert (made[odd[1]]["view_count"], made[odd[1]]["hashtag_names"], made[odd[1]]["video_duration"]) == (None,) * 3
    assert (made[odd[2]]["music_id"], made[odd[2]]["view_count"]) == (2**63 - 1, 2**53 + 1)
    assert json.loads(made[odd[1]]["raw"])["view_count"] == "many"


# What the sandbox does not do: answers written by hand.

ONE = {"id": (NOON << 32) + 1, "create_time": NOON, "username": "synth_nieuws_be"}
TWO = {"id": (NOON << 32) + 2, "create_time": NOON, "username": "synth_nieuws_be"}


def data(videos, cursor=None, *, more=False, **changes):
    return {
        "videos": videos,
        "cursor": len(videos) if cursor is None else cursor,
        "has_more": more,
        "search_id": "7",
    } | changes


def by_hand(*pages):
    session = Session(*(answer(each) if isinstance(each, dict) else each for each in pages))
    return session, session.api()


def indices(session):
    return [request.get("cursor", 0) for request in session.asked]


@pytest.mark.parametrize("more", [{}, {"has_more": None}])
def test_records_without_has_more_do_not_end_a_window(objects, more):
    first = {"videos": [TWO], "cursor": 100, "search_id": "7"} | more
    session, api = by_hand(first, data([ONE], 101))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert indices(session) == [0, 100]
    assert (manifest.state, manifest.now.counts.distinct) == (State.COMPLETE, 2)


@pytest.mark.parametrize("videos", [{}, {"videos": None}])
def test_a_page_without_its_list_of_videos_is_an_empty_one_and_asked_again(objects, videos):
    gap = {"cursor": 200, "has_more": True, "search_id": "7"} | videos
    session, api = by_hand(data([TWO], 100, more=True), *[gap] * PATIENCE, data([ONE], 201))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, manifest.now.counts.distinct) == (State.COMPLETE, 2)
    assert indices(session) == [0, *[100] * PATIENCE, 200]


def test_a_cursor_of_null_goes_on_after_what_was_asked(objects):
    two, one = (data([each], more=True) | {"cursor": None} for each in (TWO, ONE))
    session, api = by_hand(two, one, *[data([], 200)] * 2, *[data([], 0)] * 4)
    assert harvest(project(hashtags=None), DAY, api, objects, RUN).now.counts.distinct == 2
    assert indices(session)[:4] == [0, 100, 200, 200]


@pytest.mark.parametrize(("sizes", "state"), [((20,) * 6, State.SUSPECT), ((20, 21, 20, 19, 20, 20), State.COMPLETE)])
def test_pages_that_are_all_cut_off_at_the_same_size_are_no_chance(objects, sizes, state):
    """Four of five hits were lost so, and the window was complete."""
    ids = iter(range(200, 0, -1))
    pages = [[ONE | {"id": (NOON << 32) + next(ids)} for _ in range(size)] for size in sizes]
    answers = [data(page, 100 * (number + 1), more=True) for number, page in enumerate(pages)]
    _, api = by_hand(*answers, data([ONE], 601))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, "exactly 20 records" in manifest.now.reason) == (state, state is State.SUSPECT)


def test_an_empty_page_does_not_end_a_window_by_itself(objects):
    """A day on which nothing else would have shown that the search had not ended."""
    session, api = by_hand(data([TWO], 100, more=True), data([], 100), data([ONE], 101))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, manifest.now.counts.distinct) == (State.COMPLETE, 2)
    assert indices(session) == [0, 100, 100]


def test_half_an_emoji_on_a_page_loses_no_video(objects):
    body = json.dumps({"data": data([ONE | {"video_description": "cut \ud83d"}]), "error": {"code": "ok"}})
    _, api = by_hand(answer(body=body.encode()))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, manifest.now.counts.distinct) == (State.COMPLETE, 1)
    assert part(objects, DAY)[0]["video_description"] == "cut ?"


def test_an_answer_of_nothing_never_completes_a_window(objects):
    """The search rests first, and goes on where it was; it is split when it still does not answer."""
    session, api = by_hand(data([TWO], 100, more=True), *[{}] * 50)
    with pytest.raises(SearchResting):
        harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert read_unit(store(objects), str(DAY)).state is State.OPEN
    session.responses = [answer(data([ONE], 101))]
    session.asked.clear()
    assert harvest(project(hashtags=None), DAY, session.api(), objects, RUN).state is State.COMPLETE
    assert indices(session) == [100]


def test_what_is_no_record_with_an_id_is_suspect_and_stays_in_its_page(objects):
    strange = [ONE, {"username": "no id"}, {"id": "7"}, None, "text", 5]
    _, api = by_hand(data(strange))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    counts = manifest.now.counts
    assert (manifest.state, counts.returned, counts.distinct, counts.without_id) == (State.SUSPECT, 6, 2, 4)
    assert manifest.now.reason == "4 records came without an id; they are in the stored pages only"
    *_, last = Pages(store(objects), str(DAY))
    assert json.loads(last.answer)["data"]["videos"] == strange


def test_a_record_with_video_id_in_place_of_id_is_a_row(objects):
    """Row 15: TikTok's own example spells it so."""
    other = {"video_id": ONE["id"], "create_time": NOON, "username": "synth_nieuws_be"}
    _, api = by_hand(data([TWO, other]))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, manifest.now.counts.distinct) == (State.COMPLETE, 2)
    assert [row["id"] for row in part(objects, DAY)] == [ONE["id"], TWO["id"]]


def test_a_creation_time_in_milliseconds_does_not_stop_a_window(objects):
    milliseconds = ONE | {"create_time": NOON * 1000}
    _, api = by_hand(data([milliseconds, TWO]))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    assert (manifest.state, manifest.months) == (State.COMPLETE, {"2026-01": 2})


def test_hits_of_other_days_and_accounts_are_kept_marked_and_counted(objects):
    """Row 14."""
    late = TWO | {"create_time": NOON + 2 * 86_400}
    alien = {"id": (NOON << 32) + 3, "create_time": NOON, "username": "nobody_asked"}
    _, api = by_hand(data([late, alien, ONE]))
    manifest = harvest(project(hashtags=None), DAY, api, objects, RUN)
    counts = manifest.now.counts
    assert (manifest.state, counts.distinct, counts.found, counts.foreign) == (State.COMPLETE, 3, 1, 2)
    assert "2 hits are of other days or accounts than was asked for" in manifest.summary()["warnings"][0]
    marks = {row["id"]: row["foreign"] for row in part(objects, DAY)}
    assert marks == {ONE["id"]: None, late["id"]: "day", alien["id"]: "account"}
