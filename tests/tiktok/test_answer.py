from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.tiktok.answer import Answer, Content, content_of, read
from include.tiktok.entities import VIDEOS
from include.tiktok.parse import BAD_BYTES, TOO_DEEP, TOO_LARGE
from include.tiktok.refusal import Refusal
from tests.tiktok.answers import answer, replied

RECORD = {"id": 7303985428648987936}
LISTS = ("videos",)


def read_data(data, **how):
    return read_reply(answer(data, **how))


def read_reply(response, entity=VIDEOS):
    return read(replied(response), entity)


def content(data, **how):
    came = read_data(data, **how)
    assert isinstance(came, Answer), came
    assert content_of(came.body, LISTS) == came.content
    return came.content


def test_a_page_tells_what_it_holds_and_where_to_go_on():
    data = {"videos": [RECORD], "cursor": 100, "search_id": "7", "has_more": True}
    assert content(data) == Content([RECORD], 1, more=True, index=100, search_id="7")
    assert read_data(data).received_at == datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("has_more", "more"),
    [
        *((each, True) for each in (True, "true", "True", "TRUE", " true ", 1, "1")),
        *((each, False) for each in (False, "false", "False", "FALSE", 0, "0")),
        *((each, None) for each in (None, "", "yes", 2, -1, 1.5, [], {}, ["true"])),
    ],
)
def test_has_more_is_understood_however_it_is_written(has_more, more):
    assert content({"videos": [RECORD], "cursor": 100, "has_more": has_more}).more is more
    assert content({"videos": [RECORD], "cursor": 100}).more is None


@pytest.mark.parametrize("error", [None, {}, "", 0, {"code": None}, {"code": ""}, {"code": 0}, {"code": "0"}])
@pytest.mark.parametrize("status", [200, 500])
def test_a_good_body_without_an_error_is_an_answer(error, status):
    assert content({"videos": [RECORD], "has_more": False}, error=error, status=status).returned == 1


@pytest.mark.parametrize("code", ["ok", "OK", "Ok"])
def test_a_good_code_is_good_in_any_case(code):
    assert content({"videos": [RECORD], "has_more": True}, error={"code": code, "message": code}).more is True


def test_a_good_body_that_has_no_error_at_all_is_an_answer():
    body = b'{"data": {"videos": [{"id": 1}], "cursor": 100, "has_more": true}}'
    assert read_reply(answer(body=body, status=500)).content.returned == 1


def test_records_may_stand_under_any_name_that_the_entity_knows():
    either = SimpleNamespace(lists=("liked", "videos"))
    for name in either.lists:
        assert read_reply(answer({name: [RECORD], "has_more": False}), either).content.records == [RECORD]
    assert read_reply(answer({"liked": None, "videos": [RECORD]}), either).content.records == [RECORD]


@pytest.mark.parametrize("missing", [{}, {"videos": None}, {"videos": []}])
@pytest.mark.parametrize("has_more", [True, False])
def test_an_empty_or_missing_list_with_has_more_is_an_answer(missing, has_more):
    found = content({"cursor": 200, "search_id": "7", "has_more": has_more} | missing)
    assert (found.records, found.returned, found.more) == ([], 0, has_more)


@pytest.mark.parametrize("data", [None, {}, {"search_id": "7"}, {"videos": None}, [], [RECORD], "none", 7])
def test_an_answer_without_data_never_ends_a_search(data):
    refused = read_data(data)
    assert isinstance(refused, Refusal)
    assert "neither videos nor has_more" in str(refused)


@pytest.mark.parametrize("videos", [{"id": 1}, "none", 7, True])
@pytest.mark.parametrize("has_more", [True, False])
def test_videos_that_are_no_list_end_no_search(videos, has_more):
    """Else records in a shape we do not know would be counted as none, and the days as complete."""
    refused = read_data({"videos": videos, "cursor": 100, "has_more": has_more})
    assert isinstance(refused, Refusal)
    assert "videos is no list" in str(refused)
    assert content_of(refused.body, LISTS) is None


def test_a_fault_that_lacks_its_code_is_no_empty_page():
    error = {"code": "", "msg": "Something is wrong. Please try again later."}
    refused = read_data({"videos": [], "has_more": False}, error=error, status=500)
    assert isinstance(refused, Refusal)
    assert "Something is wrong" in str(refused)


STRANGE_IDS = (["8"], {"id": "8"}, True, 0, 8.5, "8\ud83d", "8\n", "8" * 1000, "", None)


@pytest.mark.parametrize("strange", STRANGE_IDS)
def test_a_search_id_that_no_request_can_carry_is_none(strange):
    assert content({"videos": [RECORD], "has_more": True, "search_id": strange}).search_id == ""


def test_a_search_id_that_is_a_number_is_sent_back_as_text():
    assert (
        content({"videos": [], "search_id": 7304000000000000001, "has_more": True}).search_id == "7304000000000000001"
    )


@pytest.mark.parametrize("cursor", [None, "soon", [1], {}, True, -1, "-1", 200.5, 2**70, "9" * 5000, "", "²"])
def test_a_cursor_that_is_no_index_is_none(cursor):
    assert content({"videos": [RECORD], "has_more": True, "cursor": cursor}).index is None


def test_a_cursor_in_quotes_is_a_number():
    assert content({"videos": [RECORD], "cursor": "200", "has_more": True}).index == 200


def test_an_error_counts_whatever_its_status_says():
    error = {"code": "internal_error", "message": "Something is wrong", "log_id": "7"}
    refused = read_data({}, error=error)
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code, refused.log_id) == (200, "internal_error", "7")


@pytest.mark.parametrize("names", [("message",), ("msg",)])
def test_the_message_of_an_error_stands_under_message_or_msg(names):
    error = {"code": "invalid_params", **dict.fromkeys(names, "Search Id 7 is invalid or expired")}
    assert read_data({}, error=error, status=400).message == "Search Id 7 is invalid or expired"
    assert read_data({}, error={"message": "", **error}, status=400).message == "Search Id 7 is invalid or expired"


@pytest.mark.parametrize("nothing", [{}, {"code": None, "message": None, "log_id": None}, {"code": "", "log_id": ""}])
def test_an_error_may_lack_any_of_its_parts(nothing):
    refused = read_data({}, error=nothing, status=429)
    assert (refused.code, refused.log_id) == ("", None)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'"ok"', b"<html></html>", b'{"data": {"v', b"\xff"])
def test_what_is_no_envelope_is_a_refusal(body):
    refused = read_reply(answer(body=body, status=504))
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.code) == (504, "")


def test_an_error_that_is_a_number_is_its_code():
    assert read_reply(answer(body=b'{"error": 7}')).code == "7"


def test_an_error_of_a_gateway_is_read_without_an_envelope():
    refused = read_reply(answer(body=b'{"code": "rate_limit_exceeded", "msg": "slowly", "log_id": "L"}', status=429))
    assert (refused.code, refused.message, refused.log_id) == ("rate_limit_exceeded", "slowly", "L")


@pytest.mark.parametrize(
    ("body", "says", "broken"),
    [
        (b'{"data": {"videos": [{"username": "someone', "42 bytes that cannot be read: Unterminated string", True),
        (b"<html>someone</html>", "20 bytes that cannot be read: HTML or XML", False),
        (b" \n", "2 bytes that cannot be read: nothing", False),
    ],
)
def test_a_body_that_cannot_be_read_is_described_and_not_quoted(body, says, broken):
    refused = read_reply(answer(body=body))
    assert says in str(refused)
    assert "someone" not in str(refused)
    assert refused.broken is broken


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"error":' * 100_000])
def test_an_answer_nested_without_end_is_a_refusal(body):
    assert isinstance(read_reply(answer(body=body)), Refusal)


@pytest.mark.parametrize(
    ("value", "leniency"),
    [
        (b'"caf\xe9"', BAD_BYTES),
        (b"9" * 5_000, TOO_LARGE),
        (b"[" * 5_000 + b"]" * 5_000, TOO_DEEP),
    ],
)
def test_one_strange_value_does_not_lose_the_page(value, leniency):
    """Issue 12, row 4: the rest of the window was lost for ever."""
    body = (
        b'{"data": {"videos": [{"id": 1, "x": ' + value + b'}, {"id": 2}], "has_more": true}, "error": {"code": "ok"}}'
    )
    came = read_reply(answer(body=body))
    assert [each["id"] for each in came.content.records] == [1, 2]
    assert came.content.leniency == (leniency,)
    assert came.body == body


@given(st.binary() | st.text(alphabet='{}[]":,0truefalsdvio').map(str.encode))
def test_no_bytes_at_all_make_the_reader_of_a_page_fail(body):
    found = content_of(body, LISTS)
    assert found is None or found.returned >= len(found.records)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from(["videos", "cursor", "has_more", "search_id", "code", "message", "msg", "log_id"])


@given(
    data=JSON | st.dictionaries(NAMES, JSON),
    error=JSON | st.dictionaries(NAMES, JSON),
    status=st.sampled_from([200, 302, 400, 401, 429, 500, 599]),
)
def test_whatever_stands_in_the_envelope_is_an_answer_or_a_refusal(data, error, status):
    came = read_data(data, error=error, status=status)
    assert isinstance(came, Answer | Refusal)
    if isinstance(came, Answer):
        assert came.content == content_of(came.body, LISTS)


def test_an_error_that_is_a_text_is_a_code_with_its_log_id():
    body = b'{"error": "access_token_invalid", "error_description": "ended", "log_id": "2026LOG"}'
    refused = read_reply(answer(body=body, status=401))
    assert (refused.code, refused.message, refused.log_id) == ("access_token_invalid", "ended", "2026LOG")


@pytest.mark.parametrize("strange", [7, 1.5, True, ["x"], {"x": 1}, "x"])
def test_what_a_refusal_says_is_text_whatever_its_type(strange):
    refused = read_data({}, error=dict.fromkeys(("code", "message", "log_id"), strange))
    assert all(isinstance(text, str) for text in (refused.code, refused.message, refused.log_id or ""))


def test_what_a_refusal_says_fits_a_line_of_a_log():
    """A message stands in logs, manifests and Airflow's database, which take no NUL and no half emoji."""
    error = {"code": "internal_error", "message": "one\ntwo\x00\ud83d" + "x" * 10_000, "log_id": "y" * 10_000}
    refused = read_data({}, error=error)
    assert refused.message.startswith("one two  x")
    assert (len(refused.message), len(refused.log_id)) == (500, 100)


def test_what_stands_among_the_records_and_is_none_is_counted_and_left_out():
    found = content({"videos": [RECORD, None, "x", 7, []], "cursor": 100, "has_more": False})
    assert (found.records, found.returned) == ([RECORD], 5)


def test_ids_above_two_to_the_53rd_keep_every_digit():
    body = b'{"data": {"videos": [{"id": 9007199254740993}, {"id": 9223372036854775807}]}, "error": {"code": "ok"}}'
    assert [each["id"] for each in content_of(body, LISTS).records] == [9007199254740993, 9223372036854775807]


def test_half_an_emoji_does_not_lose_the_page():
    body = b'{"data": {"videos": [{"id": 1, "video_description": "cut \\ud83d"}]}, "error": {"code": "ok"}}'
    assert content_of(body, LISTS).records == [{"id": 1, "video_description": "cut \ud83d"}]


def test_the_sandbox_marks_its_answers_as_synthetic():
    data = {"videos": [], "has_more": False}
    assert not read_data(data).synthetic
    assert read_reply(answer(data, **{"X-Icandid-Sandbox": "1"})).synthetic


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 01 Jun 2026 10:00:00 -0000"])
def test_the_time_of_an_answer_is_aware_whatever_the_header_says(date):
    assert read_reply(answer({"videos": [], "has_more": False}, Date=date)).received_at.tzinfo is not None
