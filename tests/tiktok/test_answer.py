from datetime import UTC, datetime

import pytest

from include.domain.page import Cursor
from include.tiktok.answer import read, records_in
from include.tiktok.refusal import Refusal
from tests.tiktok.answers import answer, replied

FIRST = {"max_count": 100}
SECOND = {"max_count": 100, "cursor": 100, "search_id": "7"}
VIDEO = {"id": 7303985428648987936}


def read_data(data, asked=FIRST):
    return read_reply(answer(data), "videos", asked)


def read_reply(response, key, asked):
    return read(replied(response), key, asked)


def test_a_page_tells_where_to_go_on():
    page = read_data({"videos": [VIDEO], "cursor": 100, "search_id": "7", "has_more": True})
    assert page.returned == 1
    assert page.cursor == Cursor(100, "7")
    assert page.received_at == datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_a_short_page_advances_by_what_was_asked():
    page = read_data({"videos": [VIDEO], "cursor": 200, "search_id": "7", "has_more": True}, SECOND)
    assert page.cursor == Cursor(200, "7")


def test_an_empty_page_with_more_to_come_is_not_the_end():
    page = read_data({"videos": [], "cursor": 200, "search_id": "7", "has_more": True}, SECOND)
    assert (page.returned, page.cursor) == (0, Cursor(200, "7"))


def test_a_full_page_without_more_is_the_end():
    assert read_data({"videos": [VIDEO] * 100, "cursor": 100, "search_id": "7", "has_more": False}).cursor is None


def test_a_changed_search_id_is_the_one_to_go_on_with():
    page = read_data({"videos": [VIDEO], "cursor": 200, "search_id": "8", "has_more": True}, SECOND)
    assert page.cursor == Cursor(200, "8")


def test_a_search_id_that_is_a_number_is_sent_back_as_text():
    page = read_data({"videos": [VIDEO], "cursor": 100, "search_id": 7304000000000000001, "has_more": True})
    assert page.cursor == Cursor(100, "7304000000000000001")


STRANGE_IDS = [{"search_id": strange} for strange in (["8"], {"id": "8"}, True, 0, 8.5, "8\ud83d", "8\n", "8" * 1000)]


@pytest.mark.parametrize("missing", [{}, {"search_id": ""}, {"search_id": None}, *STRANGE_IDS])
def test_a_search_id_that_is_missing_stays_what_it_was(missing):
    assert read_data({"videos": [VIDEO], "cursor": 200, "has_more": True} | missing, SECOND).cursor == Cursor(200, "7")


def test_zero_hits_without_a_search_id_are_a_complete_answer():
    page = read_data({"videos": [], "cursor": 0, "has_more": False})
    assert (page.returned, page.cursor) == (0, None)


@pytest.mark.parametrize("videos", [{}, {"videos": None}, {"videos": []}])
def test_a_list_that_is_absent_or_null_is_empty(videos):
    page = read_data({"cursor": 200, "search_id": "7", "has_more": True} | videos, SECOND)
    assert (page.returned, page.cursor) == (0, Cursor(200, "7"))
    assert records_in(page.body, "videos") == []


@pytest.mark.parametrize("data", [None, {}, {"search_id": "7"}, [], [VIDEO], "none", 7])
def test_an_answer_without_data_never_ends_a_search(data):
    refused = read_data(data, SECOND)
    assert isinstance(refused, Refusal)
    assert "neither videos nor has_more" in str(refused)


@pytest.mark.parametrize("has_more", [{}, {"has_more": None}, {"has_more": "false"}])
def test_records_without_has_more_may_have_more_behind_them(has_more):
    assert read_data({"videos": [VIDEO], "cursor": 100, "search_id": "7"} | has_more).cursor == Cursor(100, "7")


@pytest.mark.parametrize("has_more", [{}, {"has_more": None}])
def test_no_records_and_no_has_more_are_no_answer(has_more):
    assert isinstance(read_data({"videos": [], "cursor": 100, "search_id": "7"} | has_more), Refusal)


@pytest.mark.parametrize("cursor", [None, "soon", [1], {}, True, -1, "-1", 200.5, 2**70, "9" * 5000, "", "²"])
def test_a_cursor_that_is_no_index_advances_by_what_was_asked(cursor):
    data = {"videos": [VIDEO], "search_id": "7", "has_more": True, "cursor": cursor}
    assert read_data(data).cursor == Cursor(100, "7")
    assert read_data(data, SECOND).cursor == Cursor(200, "7")


def test_a_cursor_that_is_missing_advances_by_what_was_asked():
    data = {"videos": [VIDEO], "search_id": "7", "has_more": True}
    assert read_data(data).cursor == Cursor(100, "7")
    assert read_data(data, SECOND).cursor == Cursor(200, "7")


def test_a_cursor_in_quotes_is_a_number():
    data = {"videos": [VIDEO], "cursor": "200", "search_id": "7", "has_more": True}
    assert read_data(data, SECOND).cursor == Cursor(200, "7")


def test_a_complete_answer_counts_whatever_its_status_says():
    response = answer({"videos": [VIDEO], "cursor": 100, "has_more": False}, status=500)
    assert read_reply(response, "videos", FIRST).returned == 1


def test_an_error_counts_whatever_its_status_says():
    error = {"code": "internal_error", "message": "Something is wrong", "log_id": "7"}
    refused = read_reply(answer({}, error=error), "videos", FIRST)
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code, refused.log_id) == (200, "internal_error", "7")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"7", b'"ok"', b"<html></html>", b'{"error": 7}', b'{"data": {"v', b"\xff"],
)
def test_what_is_no_envelope_is_a_refusal(body):
    refused = read_reply(answer(body=body, status=504), "videos", FIRST)
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code) == (504, "")


@pytest.mark.parametrize("videos", [{"id": 1}, "none", 7, True])
@pytest.mark.parametrize("has_more", [True, False])
def test_videos_that_are_no_list_end_no_search(videos, has_more):
    """Else records in a shape we do not know would be counted as none, and the window as complete."""
    refused = read_data({"videos": videos, "cursor": 100, "has_more": has_more})
    assert isinstance(refused, Refusal)
    assert "videos is no list" in str(refused)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error":' * 100_000])
def test_an_answer_nested_without_end_is_a_refusal(body):
    assert isinstance(read_reply(answer(body=body), "videos", FIRST), Refusal)


def test_an_error_that_is_a_text_is_a_code_with_its_log_id():
    body = b'{"error": "access_token_invalid", "error_description": "ended", "log_id": "2026LOG"}'
    refused = read_reply(answer(body=body, status=401), "videos", FIRST)
    assert (refused.code, refused.message, refused.log_id) == ("access_token_invalid", "ended", "2026LOG")


@pytest.mark.parametrize("strange", [None, 7, 1.5, True, ["x"], {"x": 1}, "x"])
def test_what_a_refusal_says_is_text_whatever_its_type(strange):
    refused = read_reply(answer({}, error=dict.fromkeys(("code", "message", "log_id"), strange)), "videos", FIRST)
    assert all(isinstance(said, str) for said in (refused.code, refused.message, refused.log_id or ""))


def test_what_a_refusal_says_fits_a_line_of_a_log():
    """A message stands in logs, manifests and Airflow's database, which take no NUL and no half emoji."""
    error = {"code": "internal_error", "message": "one\ntwo\x00\ud83d" + "x" * 10_000, "log_id": "y" * 10_000}
    refused = read_reply(answer({}, error=error), "videos", FIRST)
    assert refused.message.startswith("one two  x")
    assert (len(refused.message), len(refused.log_id)) == (500, 100)


def test_what_stands_among_the_records_and_is_none_is_left_out():
    page = read_data({"videos": [VIDEO, None, "x", 7, []], "cursor": 100, "has_more": False})
    assert records_in(page.body, "videos") == [VIDEO]


def test_ids_above_two_to_the_53rd_keep_every_digit():
    body = b'{"data": {"videos": [{"id": 9007199254740993}, {"id": 9223372036854775807}]}, "error": {"code": "ok"}}'
    assert [video["id"] for video in records_in(body, "videos")] == [9007199254740993, 9223372036854775807]


def test_half_an_emoji_does_not_lose_the_page():
    body = b'{"data": {"videos": [{"id": 1, "video_description": "cut \\ud83d"}]}, "error": {"code": "ok"}}'
    assert read_reply(answer(body=body), "videos", FIRST).returned == 1
    assert records_in(body, "videos") == [{"id": 1, "video_description": "cut \ud83d"}]


def test_a_nul_character_does_not_lose_the_page():
    body = b'{"data": {"videos": [{"id": 1, "username": "a\\u0000b"}]}, "error": {"code": "ok"}}'
    assert records_in(body, "videos") == [{"id": 1, "username": "a\x00b"}]


def test_the_sandbox_marks_its_answers_as_synthetic():
    data = {"videos": [], "has_more": False}
    assert not read_reply(answer(data), "videos", FIRST).synthetic
    assert read_reply(answer(data, **{"X-Icandid-Sandbox": "1"}), "videos", FIRST).synthetic


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 01 Jun 2026 10:00:00 -0000"])
def test_the_time_of_an_answer_is_aware_whatever_the_header_says(date):
    page = read_reply(answer({"videos": [], "has_more": False}, Date=date), "videos", FIRST)
    assert page.received_at.tzinfo is not None
