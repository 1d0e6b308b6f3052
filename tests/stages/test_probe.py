"""A probe against the sandbox: each assumption true and false, few requests, nothing told of anybody."""

import json
import logging
import re
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

import pytest
import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected, ProjectInvalid, QuotaExhausted
from include.sandbox import comments, compliance, refusals, videos
from include.sandbox.corpus import EVERYTHING
from include.sandbox.exchange import Answer
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from include.stages.probe import probe
from include.stages.probe.asker import MOST, ProbeResting
from include.stages.probe.form import read_form
from include.stages.probe.point import Outcome
from include.stages.probe.points import EARLY, LATE
from include.storage.ledger import spent
from include.storage.objects import Objects, open_storage
from include.tiktok import wire
from include.tiktok.client import ResearchApi
from include.tiktok.token import Credentials
from tests.stages.kills import Killed, Mortal

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
FIRST, SECOND = date(2026, 5, 19), date(2026, 5, 20)
NAMES = [point.name for point in (*EARLY, *LATE)]
GOOD = {"cursor_jumps": True, "search_life_seconds": 7200, "sparse_errors": 0}
"""The switches with which the sandbox does everything that we assume."""


@pytest.fixture(scope="module")
def worlds():
    """Sandboxes by the settings that are fixed at their start."""
    with ExitStack() as stack:
        known = {}

        def world(**fixed):
            key = str(fixed)
            if key not in known:
                settings = SandboxSettings(clock_start=NOW, clock_runs=False, **GOOD, **fixed)
                known[key] = stack.enter_context(running(settings))
            known[key].reset()
            known[key].clock.set(NOW)
            return known[key]

        yield world


@pytest.fixture
def world(worlds):
    return worlds()


def client(sandbox, secret=None):
    credentials = Credentials(sandbox.url, sandbox.client_key, secret or sandbox.client_secret, [].append)
    return ResearchApi(requests.Session(), credentials, sandbox.sleep)


def form(query=EVERYTHING, **changes):
    answers = {"connection_id": "tiktok_probe", "query": query, "first_day": None, "second_day": None}
    return read_form(answers | changes, NOW.date())


def ask(sandbox, objects, asked=None):
    """The probe as Airflow runs it: after each wait another try, with a client of its own."""
    for _ in range(10):
        try:
            return probe(asked or form(), client(sandbox), objects, NOW)
        except (ProbeResting, QuotaExhausted) as rest:
            sandbox.clock.advance(rest.wait)
    raise AssertionError("it rests for ever")


def sent(sandbox):
    return [entry for entry in sandbox.ledger if entry.endpoint != "token"]


def outcomes(report):
    return {point.name: point.outcome for point in report.points}


def place(world, objects, question, endpoint="video/query"):
    """Which of the requests to an endpoint a question is, in a run without faults."""
    paths = [f"/v2/research/{endpoint}/"]
    asked = [answer.question for answer in ask(world, objects).answers if answer.path in paths]
    world.reset()
    world.clock.set(NOW)
    objects.delete(objects.paths("probes/"))
    return asked.index(question) + 1


def test_every_assumption_can_hold(world, objects):
    report = ask(world, objects)
    assert outcomes(report) == dict.fromkeys(NAMES, Outcome.HOLDS)
    assert report.summary == f"{len(NAMES)} of {len(NAMES)} assumptions hold"
    assert report.requests == len(sent(world)) == 20
    assert report.synthetic


SWITCHES = [
    ("end_date", {"end_date_inclusive": False}),
    ("end_date", {"end_date_alternates": True}),
    ("30 days apart", {"longest_window_days": 29}),
    ("31 days apart", {"longest_window_days": 31}),
    ("asked days", {"foreign_days": 1}),
    ("order", {"repeated_videos": 5}),
    ("cursor of a page", {"stalled_cursor": True}),
    ("last cursor", {"last_cursor": "advance"}),
    ("jump ahead", {"cursor_jumps": False}),
    ("jump in a fresh search", {"cursor_jumps": False}),
    ("search id after an hour", {"search_life_seconds": 3600}),
    ("kinds of values", {"extra_field": "mood"}),
    ("kinds of values", {"retype_field": "view_count"}),
    ("name of the id", {"id_key": "video_id"}),
    ("name of the id", {"without_id": 0.1}),
    ("region_code", {"retype_field": "region_code"}),
    ("voice_to_text", {"drop_field": "voice_to_text"}),
    ("envelope of answers", {"error_member": "missing"}),
    ("envelope of answers", {"has_more_as": "text"}),
    ("envelope of refusals", {"sparse_errors": 1}),
    ("user/info", {"user_info_username": True}),
    ("compliance job", {"compliance_ids": 50}),
    ("compliance status", {"compliance_fails": True}),
    ("compliance status", {"compliance_seconds": 7200}),
]


@pytest.mark.parametrize(("name", "switches"), SWITCHES, ids=[f"{name}: {how}" for name, how in SWITCHES])
def test_an_assumption_that_the_sandbox_breaks_does_not_hold(world, objects, name, switches):
    world.switch(**switches)
    report = ask(world, objects)
    assert outcomes(report)[name] is Outcome.FAILS
    assert name in report.summary
    assert len(sent(world)) <= MOST


def test_a_corpus_of_which_little_is_shown_is_told(worlds, objects):
    assert outcomes(ask(worlds(withheld_share=0.6), objects))["yield"] is Outcome.FAILS


FAULTS = [
    ("50 values", "control", "search_rejected"),
    ("query by video_id", "control", "empty_more"),
    ("behind the end", "control, behind its end", "cursor_rejected"),
    ("unknown field", "unknown field", "forbidden_403"),
    ("EQ with two values", "EQ with two values", "search_rejected"),
    ("unknown search id", "unknown search id", "forbidden_403"),
]


@pytest.mark.parametrize(("name", "question", "kind"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_so_does_one_that_a_single_answer_breaks(world, objects, name, question, kind):
    nth = place(world, objects, question)
    world.fault(kind, nth=nth, endpoint="video/query")
    assert outcomes(ask(world, objects))[name] is Outcome.FAILS


def test_another_refusal_of_an_unknown_user_is_told(world, objects):
    world.fault("forbidden_403", nth=2, endpoint="user/info")
    assert outcomes(ask(world, objects))["unknown user"] is Outcome.FAILS


MADE = int(datetime(2026, 5, 20, 23, 59, 50, tzinfo=UTC).timestamp())


def planted(world, **fields):
    """A video that is the newest of the second day, with these fields."""
    record = {"id": (MADE - 1 << 32) | 13 << 8, "create_time": MADE, "username": "synth_guest", "region_code": "BE"}
    world.plant_video({**record, **fields})


OTHER_SHAPES = [
    ("hashtag_info_list", {"hashtag_id": 1, "hashtag_name": "x"}),
    ("sticker_info_list", ["x"]),
    ("effect_info_list", [{"effect_id": "1", "effect_photo_URI": "https://cdn.example/x"}]),
    ("video_label", [{"type": 1}]),
    ("video_tag", {"video_tag_type": "AIGC Type", "video_tag_number": 1}),
    ("video_mention_list", [{"username": "synth_guest"}]),
]


@pytest.mark.parametrize(("name", "value"), OTHER_SHAPES, ids=[name for name, _ in OTHER_SHAPES])
def test_another_shape_is_told(world, objects, name, value):
    planted(world, **{name: value})
    assert outcomes(ask(world, objects))[name] is Outcome.FAILS


def test_an_id_of_another_kind_is_told(world, objects):
    planted(world, id=(MADE - 1 << 32) | 7 << 8)
    report = ask(world, objects)
    assert outcomes(report)["kinds of ids"] is Outcome.FAILS
    assert "videos: 7, 13" in next(each.came for each in report.points if each.name == "kinds of ids")


@pytest.mark.parametrize(("seconds", "videos"), [(-5, 1), (3600, 30)])
def test_times_that_do_not_follow_from_ids_are_told(world, objects, seconds, videos):
    for number in range(videos):
        planted(world, id=(MADE - seconds << 32) | 13 << 8 | number)
    assert outcomes(ask(world, objects))["upload and creation"] is Outcome.FAILS


def test_comments_whose_last_cursor_goes_on_are_told(world, objects, monkeypatch):
    page = comments._page

    def further(*args):
        found = page(*args)
        return Answer({**found.data, "cursor": 100}, found.records)

    monkeypatch.setattr(comments, "_page", further)
    assert outcomes(ask(world, objects))["comments of a video"] is Outcome.FAILS


def test_a_job_without_an_id_is_told(world, objects, monkeypatch):
    monkeypatch.setattr(compliance, "noise", lambda *_: 0)
    world.tasks = _Forgetful()
    found = outcomes(ask(world, objects))
    assert found["compliance job"] is Outcome.HOLDS
    assert found["compliance status"] is Outcome.OPEN


class _Forgetful(dict):
    def __setitem__(self, key, value):
        """A task that is created and not known afterwards."""


def test_a_download_that_lacks_a_video_is_told(world, objects):
    with pytest.raises(ProbeResting) as rest:
        probe(form(), client(world), objects, NOW)
    (newest, *_) = world.corpus.search(EVERYTHING, SECOND, SECOND, NOW)
    world.delete_video(newest.id)
    world.clock.advance(rest.value.wait)
    assert outcomes(ask(world, objects))["compliance download"] is Outcome.FAILS


def refuse_fields(monkeypatch, *names, telling=True):
    """Let the sandbox refuse these fields, and say so or not."""
    known = tuple(each for each in videos.VIDEO_FIELDS if each not in names)
    asked_fields = videos.asked_fields

    def refusing(text, _known, accept_favourites=False):
        try:
            return asked_fields(text, known, accept_favourites or "favourites_count" in text)
        except refusals.Refusal as refusal:
            raise refusal if telling else refusals.invalid("something") from refusal

    monkeypatch.setattr(videos, "asked_fields", refusing)


@pytest.mark.parametrize("telling", [True, False])
@pytest.mark.parametrize("names", [("favorites_count",), ("video_tag",), ("music_id", "video_label")])
def test_refused_fields_are_found_and_the_rest_goes_on_without_them(world, objects, monkeypatch, names, telling):
    refuse_fields(monkeypatch, *names, telling=telling)
    report = ask(world, objects)
    fields = next(each for each in report.points if each.name == "fields")
    assert fields.outcome is Outcome.FAILS
    assert all(name in fields.came for name in names)
    assert telling or len(names) > 1 or fields.figures["refused"] == 1
    assert outcomes(report)["end_date"] is Outcome.HOLDS
    assert len(sent(world)) <= MOST


def test_the_other_spelling_of_favourites_is_tried_where_one_is_refused(world, objects, monkeypatch):
    world.switch(accept_favourites=True)
    known = tuple("favourites_count" if each == "favorites_count" else each for each in videos.VIDEO_FIELDS)
    asked_fields = videos.asked_fields
    monkeypatch.setattr(videos, "asked_fields", lambda text, _known, _accept: asked_fields(text, known))
    fields = next(each for each in ask(world, objects).points if each.name == "fields")
    assert fields.came == "refused: favorites_count (favourites_count is taken)"


def test_what_is_out_of_scope_is_said_and_the_rest_goes_on(world, objects):
    world.switch(refused_endpoints=("user/info", "video/comment/list", "validation_task/create"))
    report = ask(world, objects)
    closed = {"user/info", "unknown user", "comments of a video", "compliance job", "compliance status"}
    left = {name for name, outcome in outcomes(report).items() if outcome is Outcome.OPEN}
    assert left == closed | {"compliance download"}
    assert all("out of scope" in each.came for each in report.points if each.name in closed)
    assert sum(entry.endpoint == "user/info" for entry in world.ledger) == 1


def test_where_nothing_is_in_scope_nothing_is_settled_and_little_asked(world, objects):
    endpoints = ("video/query", "user/info", "video/comment/list", "validation_task/create")
    world.switch(refused_endpoints=endpoints)
    settled = {name for name, outcome in outcomes(ask(world, objects)).items() if outcome is not Outcome.OPEN}
    assert settled == {"envelope of refusals"}
    assert len(sent(world)) == 2


def test_a_query_that_finds_next_to_nothing_leaves_points_open(world, objects):
    query = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody_is_called_so"]}]}
    report = ask(world, objects, form(query))
    found = outcomes(report)
    assert found["end_date"] is found["last cursor"] is found["jump ahead"] is Outcome.OPEN
    assert found["30 days apart"] is found["unknown field"] is Outcome.HOLDS
    assert Outcome.FAILS not in found.values()


def test_a_query_with_few_hits_settles_what_it_can(worlds, objects):
    sandbox = worlds(videos_per_day=12, daily_variation=0)
    found = outcomes(ask(sandbox, objects))
    assert found["last cursor"] is found["jump in a fresh search"] is found["search id after an hour"] is Outcome.HOLDS
    assert found["jump ahead"] is found["yield"] is Outcome.OPEN
    assert Outcome.FAILS not in found.values()


def test_a_jump_behind_the_end_settles_nothing(worlds, objects):
    sandbox = worlds(videos_per_day=125, daily_variation=0)
    report = ask(sandbox, objects)
    assert outcomes(report)["jump in a fresh search"] is Outcome.HOLDS
    assert "the page at 300 is empty" in next(each.came for each in report.points if each.name == "jump ahead")


def test_users_under_http_500_are_users(world, objects):
    world.switch(user_status=500)
    user = next(each for each in ask(world, objects).points if each.name == "user/info")
    assert (user.outcome, user.figures["http_status"]) == (Outcome.HOLDS, 500)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_fails_no_more_than_25_requests_are_sent(worlds, objects, seed):
    sandbox = worlds(seed=seed)
    for number, kind in enumerate(("html_503", "internal_error", "dropped", "search_rejected", "token_invalid")):
        sandbox.fault(kind, probability=0.08 * (1 + (seed + number) % 3))
    for _ in range(20):
        try:
            report = ask(sandbox, objects)
            break
        except ApiUnavailable:
            sandbox.clock.advance(timedelta(minutes=10))
    assert report.requests == len(sent(sandbox)) <= MOST


def test_the_worst_that_is_no_fault_stays_within_the_bound(world, objects, monkeypatch):
    """Refused fields that nobody names, refused jumps, an end_date that is left out, comments that are closed."""
    refuse_fields(monkeypatch, "music_id", "video_tag", telling=False)
    world.switch(cursor_jumps=False, end_date_inclusive=False, search_life_seconds=3600, comments_refused_share=0.5)
    report = ask(world, objects)
    assert report.requests == len(sent(world)) <= MOST
    assert outcomes(report)["end_date"] is Outcome.FAILS


def test_each_request_is_in_the_ledger_of_the_client(world, objects):
    ask(world, objects)
    assert spent(objects, client(world).client, NOW.date()).requests == len(sent(world)) == 20


def test_a_quota_that_is_used_up_is_waited_for(world, objects):
    world.switch(requests_per_day=5, search_life_seconds=200_000)
    with pytest.raises(QuotaExhausted):
        probe(form(), client(world), objects, NOW)
    world.switch(requests_per_day=1000)
    world.clock.advance(timedelta(hours=15))
    report = ask(world, objects)
    assert report.requests == 21  # the refused one counts
    assert Outcome.FAILS not in outcomes(report).values()


def test_the_hour_is_waited_for_without_a_worker(world, objects):
    with pytest.raises(ProbeResting) as rest:
        probe(form(), client(world), objects, NOW)
    assert timedelta(minutes=59) < rest.value.wait <= timedelta(hours=1)
    before = len(sent(world))
    with pytest.raises(ProbeResting):
        probe(form(), client(world), objects, NOW)
    assert len(sent(world)) == before


def test_an_ended_probe_is_not_asked_again(world, objects):
    report = ask(world, objects)
    before = len(sent(world))
    assert ask(world, objects) == report
    assert len(sent(world)) == before


@pytest.mark.parametrize("nth", range(1, 41))
def test_a_kill_between_two_requests_costs_nothing(world, objects, nth):
    mortal = Mortal.of(objects, "notebook.json", nth)
    with pytest.raises(Killed):
        ask(world, mortal)
    report = ask(world, objects)
    assert len(sent(world)) == 20
    assert set(outcomes(report).values()) == {Outcome.HOLDS}


def test_a_kill_while_an_answer_comes_costs_one_request(world, objects):
    with pytest.raises(Killed):
        ask(world, Mortal.of(objects, "notebook.json", 10, before=True))
    ask(world, objects)
    assert len(sent(world)) == 21


def test_a_kill_after_every_request_leaves_but_the_author_open(world, objects):
    for _ in range(60):
        try:
            report = ask(world, Mortal.of(objects, "notebook.json", 2))
            break
        except Killed:
            continue
    assert len(sent(world)) == 19
    assert [name for name, outcome in outcomes(report).items() if outcome is Outcome.OPEN] == ["user/info"]


def test_an_api_that_answers_nothing_is_asked_again_later(world, objects):
    world.fault("html_503", times=3)
    with pytest.raises(ApiUnavailable):
        probe(form(), client(world), objects, NOW)
    report = ask(world, objects)
    assert set(outcomes(report).values()) == {Outcome.HOLDS}
    assert report.requests == 23


def test_a_client_that_tiktok_does_not_know_stops_it(world, objects):
    with pytest.raises(CredentialsRejected):
        probe(form(), client(world, secret="wrong"), objects, NOW)
    assert objects.paths("probes/") == []


class Watching(Objects):
    """A storage that remembers every byte that was ever put."""

    everything: ClassVar[list[bytes]] = []

    def write(self, path, content):
        self.everything.append(content)
        super().write(path, content)


def strings(value):
    """All texts of a JSON value, names of fields left out."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in strings(each)}
    if isinstance(value, list):
        return {text for each in value for text in strings(each)}
    return {value} if isinstance(value, str) else set()


@pytest.fixture
def overheard(monkeypatch):
    """What came over the wire, and the tokens that were sent."""
    bodies, tokens, post = [], set(), wire.post

    def listening(*args, **sent):
        reply = post(*args, **sent)
        bodies.append(reply.body)
        tokens.add(sent.get("headers", {}).get("Authorization", "").removeprefix("Bearer "))
        return reply

    monkeypatch.setattr("include.stages.probe.asker.post", listening)
    return bodies, tokens


NAMING = {"or": [
    {"operation": "IN", "field_name": "username", "field_values": ["synth_nieuws_be", "synth_journal_be"]},
    {"operation": "EQ", "field_name": "keyword", "field_values": ["verkiezingen in Gent"]},
    {"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL", "DE", "FR", "GB", "US"]},
]}  # fmt: skip


@pytest.mark.parametrize("sparse", [0, 1])
def test_nothing_that_is_stored_or_logged_names_anybody(world, tmp_path, overheard, caplog, sparse):
    bodies, tokens = overheard
    world.switch(sparse_errors=sparse, accept_favourites=True)
    objects = open_storage(f"file://{tmp_path}/storage")
    watching = Watching(objects.store, objects.url)
    watching.everything.clear()
    with caplog.at_level(logging.DEBUG):
        report = ask(world, watching, form(NAMING))
    stored = b"\n".join(watching.everything).decode() + caplog.text + report.markdown() + str(report.brief())
    answers = [json.loads(body) for body in bodies if body.startswith(b"{")]
    said = {text for answer in answers for text in strings(answer.get("data"))}
    ours = {"Completed", "Processing", "music"}  # states of a job; a hashtag that stands in the name of a field
    secret = {text for text in said if len(text) > 4 and not text.isdecimal()} - ours
    secret |= {world.client_secret, world.client_key, "synth_nieuws_be", "verkiezingen in Gent", *tokens} - {""}
    assert len(secret) > 100
    assert [text for text in sorted(secret) if text in stored] == []
    assert "refresh_token" not in stored


def test_no_report_has_an_id(world, objects):
    report = ask(world, objects)
    texts = [objects.read(path).decode() for path in objects.paths("probes/")]
    assert [path.rsplit(".", 1)[-1] for path in objects.paths("probes/")] == ["json", "md"]
    logs = {answer.log_id for answer in report.answers}
    for text in texts:
        for log_id in logs - {""}:
            text = text.replace(log_id, "")
        assert re.findall(r"\d{10,}", text) == []


def test_the_report_tells_what_to_change(world, objects):
    world.switch(last_cursor="advance", refused_endpoints=("user/info",))
    report = ask(world, objects)
    text = objects.read(report.path).decode()
    assert text == report.markdown()
    assert f"{len(NAMES) - 3} of {len(NAMES)} assumptions hold; 1 do not: last cursor; 2 not settled" in text
    assert "- **last cursor**: No end is proven by its cursor" in text
    assert "The sandbox answered, not TikTok" in text
    assert "| unknown search id | 400 | invalid_params | Search Id <19 digits> is invalid or expired |" in text
    assert all(len(set(re.findall(r"(?<!\\)\|", line))) <= 1 for line in text.splitlines())


def test_what_does_not_hold_is_loud_in_the_log(world, objects, caplog):
    world.switch(end_date_inclusive=False)
    with caplog.at_level(logging.WARNING):
        ask(world, objects)
    assert "'end_date' does not hold: a search up to the second day leaves that day out" in caplog.text


def test_days_that_nobody_names_are_settled_ones():
    assert (form().first_day, form().second_day) == (FIRST, SECOND)
    assert form(first_day="2026-05-01").second_day == date(2026, 5, 2)
    assert form(second_day="2026-05-02").first_day == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second_day": "2026-05-31"}, "2026-05-31 is not 3 days old yet"),
        ({"first_day": "2026-05-02", "second_day": "2026-05-01"}, "second_day must lie 1 to 29 days after first_day"),
        ({"first_day": "2026-01-01", "second_day": "2026-05-01"}, "second_day must lie 1 to 29 days after first_day"),
        ({"first_day": "soon"}, "first_day"),
        ({"query": {"and": []}}, "it has no condition"),
        ({"query": {"and": [{"operation": "EQ", "field_name": "x", "field_values": ["x"]}]}}, "field_name is unknown"),
        ({"query": None}, "query"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_used_is_refused_before_anything_is_asked(changes, said):
    with pytest.raises(ProjectInvalid, match=re.escape(said)):
        form(**changes)
