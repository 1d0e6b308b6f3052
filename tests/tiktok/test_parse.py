import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.tiktok.parse import BAD_BYTES, CONTROLS, DEEPEST, NO_NUMBER, TOO_DEEP, TOO_LARGE, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


def depth(value):
    found, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        found += 1
        level = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
    return found


@given(VALUES)
def test_whatever_orjson_reads_is_read_equally(value):
    body = json.dumps(value).encode()
    try:
        expected = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    assert (parse(body).value, parse(body).leniency) == (expected, ())


@given(st.binary() | st.text(alphabet='[]{}",:\\ 0e-nul\ud83d').map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_at_all_raise(body):
    found = parse(body)
    assert found.problem == "" or found.value is None


def test_a_byte_that_is_no_utf8_is_a_replacement_character():
    assert parse(b'{"a": "caf\xe9", "b": 1}').value == {"a": "caf\ufffd", "b": 1}
    assert parse(b'{"a": "caf\xe9"}').leniency == (BAD_BYTES,)


@pytest.mark.parametrize("number", [b"9" * 5_000, b"-" + b"9" * 400, b"1" + b"0" * 400 + b".5", b"1e999"])
def test_a_number_of_5000_digits_is_a_text(number):
    found = parse(b'{"id": 7, "play_count": ' + number + b"}")
    assert found.value == {"id": 7, "play_count": number.decode()}
    assert found.leniency == (TOO_LARGE,)


def test_a_number_beyond_64_bits_beside_something_unreadable_keeps_its_digits():
    assert parse(b'[9223372036854775808, 18446744073709551616, "\xe9"]').value == [2**63, str(2**64), "\ufffd"]


@pytest.mark.parametrize("name", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_is_a_text(name):
    assert parse(b"[" + name + b"]").value == [name.decode()]
    assert parse(b"[" + name + b"]").leniency == (NO_NUMBER,)


@pytest.mark.parametrize("levels", [DEEPEST, 500, 1_500, 5_000])
@pytest.mark.parametrize(("left", "right"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_of_5000_levels_ends_in_a_text(levels, left, right):
    inner = left * levels + b'"]}\\"[{"' + right * levels
    found = parse(b'{"id": 7, "deep": ' + inner + b', "after": [1]}')
    assert (found.value["id"], found.value["after"], found.leniency) == (7, [1], (TOO_DEEP,))
    assert depth(found.value) == DEEPEST
    assert orjson.dumps(found.value)
    assert json.dumps(found.value)


def test_what_lies_too_deep_is_kept_word_for_word():
    text = '[ "a\\n", {"b": 1.50} ]'
    value = parse(("[" * DEEPEST + text + "]" * DEEPEST).encode()).value
    while isinstance(value, list):
        value = value[0]
    assert value == text


@given(VALUES, st.integers(1, 3))
def test_the_deepest_level_that_is_read_is_read_as_it_is(value, below):
    levels = DEEPEST - depth(value) - below
    body = b"[" * levels + json.dumps(value, allow_nan=False).encode() + b"]" * levels
    assert TOO_DEEP not in parse(body).leniency


def test_half_an_emoji_stays_half_an_emoji():
    assert parse(b'"cut \\ud83d"').value == "cut \ud83d"
    assert parse(b'"cut \\ud83d"').leniency == ()


def test_a_line_break_within_a_text_does_not_lose_the_page():
    assert parse(b'{"a": "one\ntwo\x00"}').value == {"a": "one\ntwo\x00"}
    assert parse(b'{"a": "one\ntwo"}').leniency == (CONTROLS,)


def test_a_mark_before_the_first_brace_does_not_lose_the_page():
    assert parse(b'\xef\xbb\xbf{"a": 1}').value == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"<html>", b'{"data": {"v', b'{"a": 1}}', b'{"a": 1,}', b"{'a': 1}", b"[" * 100_000, b'{"a":' * 9_999],
)
def test_what_is_cut_off_or_no_json_is_never_completed(body):
    found = parse(body)
    assert found.value is None
    assert found.problem


def test_a_problem_quotes_nothing_of_the_body():
    assert parse(b'{"username": "someone", "text": "cut').problem == "Unterminated string starting at (character 32)"


def test_a_text_without_end_costs_no_more_than_its_length():
    assert parse(b'"' + b'\\"' * 1_000_000).problem
    assert parse(b'["' + b"\\" * 999_999 + b"[" * 1_000_000).problem
