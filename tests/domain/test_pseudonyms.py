import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.pseudonyms import Pseudonyms

KEY = "k" * 32
OURS = Pseudonyms(KEY, "tiktok_query_0000005")


def test_a_pseudonym_is_the_same_wherever_its_project_is():
    assert OURS.of("account", "anna") == Pseudonyms(KEY, "tiktok_query_0000005").of("account", "anna")


@pytest.mark.parametrize(
    "other",
    [
        OURS.of("account", "Anna"),
        OURS.of("video", "anna"),
        Pseudonyms(KEY, "tiktok_query_0000006").of("account", "anna"),
        Pseudonyms("K" * 32, "tiktok_query_0000005").of("account", "anna"),
    ],
    ids=["value", "kind", "project", "key"],
)
def test_another_value_kind_project_or_key_is_another_pseudonym(other):
    assert OURS.of("account", "anna") != other


def test_the_key_id_tells_keys_apart_and_is_no_pseudonym():
    assert OURS.key_id != Pseudonyms("K" * 32, "tiktok_query_0000005").key_id
    assert KEY not in OURS.key_id


@given(st.text(), st.text())
def test_two_names_have_two_pseudonyms(one, two):
    assert (OURS.of("account", one) == OURS.of("account", two)) == (one == two)
