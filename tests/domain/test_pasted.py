from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from include.domain.pasted import Unclear, accounts, codes, hashtags, keywords, languages, line, names, period
from include.domain.project import Account, Distinct, Hashtag, Keyword, Period

MODELS = {
    accounts: TypeAdapter(Distinct[Account]),
    hashtags: TypeAdapter(Distinct[Hashtag]),
    keywords: TypeAdapter(Distinct[Keyword]),
}
PIECES = st.text(max_size=12) | st.sampled_from(
    [
        "@name",
        "＠name",
        "#klimaat",
        "#a#b",
        "https://www.tiktok.com/@name?lang=nl",
        "tiktok.com/tag/klimaat",
        "''",
        "“x”",
    ]
)
PASTED = st.lists(st.tuples(PIECES, st.sampled_from([",", "\n", "; ", " ", "\u200b", "\u00a0"]))).map(
    lambda pairs: "".join(piece + between for piece, between in pairs)
)


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("name", ("name",)),
        ("@name", ("name",)),
        ("https://www.tiktok.com/@name?lang=nl", ("name",)),
        ("http://m.tiktok.com/@vrt.nws/", ("vrt.nws",)),
        ("www.TikTok.com/@name", ("name",)),
        ("https://www.tiktok.com/%40name", ("name",)),
        ("@a, @b;c\n@d\r\n\r\n", ("a", "b", "c", "d")),
        ("@a @b https://www.tiktok.com/@c", ("a", "b", "c")),
        ("\ufeff@name\u00a0\u200b", ("name",)),
        (["@a", "b, c"], ("a", "b", "c")),
        ("@name, NAME, https://www.tiktok.com/@Name", ("name",)),
        ("", ()),
        (" ,\n", ()),
        (None, ()),
    ],
)
def test_accounts_are_read_as_they_are_pasted(pasted, read):
    assert accounts(pasted) == read


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("Jan Janssens", "'Jan Janssens' is no username: letters, digits, points and underscores only"),
        ("https://www.tiktok.com/@name/video/7300000000000000000", "is not the address of a profile"),
        ("https://www.tiktok.com/tag/klimaat", "is not the address of a profile, https://www.tiktok.com/@name"),
        ("https://vm.tiktok.com/ZMabc/", "is not the address of a profile"),
        ("https://www.instagram.com/name", "is no username"),
        ("someone@example.org", "is no username"),
        ("@", "is no username"),
    ],
)
def test_an_account_that_is_none_is_refused_with_the_reason(pasted, said):
    with pytest.raises(Unclear) as caught:
        accounts(pasted)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("#klimaat", ("klimaat",)),
        ("#klimaat #fietsen", ("klimaat", "fietsen")),
        ("#klimaat#fietsen", ("klimaat", "fietsen")),
        ("klimaat, ＃Klimaat", ("klimaat",)),
        ("https://www.tiktok.com/tag/klimaat?lang=nl-NL", ("klimaat",)),
        ("https://www.tiktok.com/tag/caf%C3%A9", ("café",)),
    ],
)
def test_hashtags_are_read_as_they_are_pasted(pasted, read):
    assert hashtags(pasted) == read


@pytest.mark.parametrize("pasted", ["klimaat mars", "#", "@name", "a/b", "https://www.tiktok.com/@name"])
def test_a_hashtag_that_is_none_is_refused(pasted):
    if pasted == "#":
        assert hashtags(pasted) == ()
    else:
        with pytest.raises(Unclear):
            hashtags(pasted)


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("klimaat mars\nverkiezingen", ("klimaat mars", "verkiezingen")),
        ("“klimaat  mars”, 'x'", ("klimaat mars", "x")),
        ("'t stad, 's avonds", ("'t stad", "'s avonds")),
        ('""', ()),
        ("Klimaat, klimaat", ("Klimaat",)),
    ],
)
def test_keywords_are_read_as_they_are_pasted(pasted, read):
    assert keywords(pasted) == read


def test_codes_get_the_letters_they_are_written_with():
    assert codes("be, nl\nBE fr") == ("BE", "NL", "FR")
    assert languages("NL fr") == ("nl", "fr")
    assert names("politics, local news\npolitics") == ("politics", "local news")


def test_a_text_of_several_lines_becomes_one():
    assert line(" How they\n talk\u200b ") == "How they talk"


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("20260101 – 20260331", (date(2026, 1, 1), date(2026, 3, 31))),
        ("20260101-20260331", (date(2026, 1, 1), date(2026, 3, 31))),
        ("2026-01-01 - 2026-03-31", (date(2026, 1, 1), date(2026, 3, 31))),
        ("2026-01-01/2026-03-31", (date(2026, 1, 1), date(2026, 3, 31))),
        ("2026/01/01 tot 2026/03/31", (date(2026, 1, 1), date(2026, 3, 31))),
        ("20260101 — ", (date(2026, 1, 1), None)),
        ("", None),
        (None, None),
    ],
)
def test_a_period_is_read_as_it_is_pasted(pasted, read):
    assert period(pasted) == read


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("20260101", "write both days, 20260101 – 20260331, or '20260101 –'"),
        ("01/01/2026 - 31/03/2026", "write both days"),
        ("2026", "write both days"),
        ("– 20260331", "write both days"),
        ("20260101 20260201 20260301", "write both days"),
        ("2026010120260331", "write both days"),
        ("20260101 or 20260331", "write both days"),
        ("20260231 – 20260331", "there is no day 20260231"),
    ],
)
def test_a_period_that_can_be_read_in_two_ways_or_none_is_refused(pasted, said):
    with pytest.raises(Unclear, match=said[:20]):
        period(pasted)


@pytest.mark.parametrize("read", MODELS)
@given(pasted=PASTED | st.lists(PIECES, max_size=4))
def test_what_is_read_is_valid_and_reads_the_same_again(read, pasted):
    try:
        values = read(pasted)
    except Unclear:
        return
    assert MODELS[read].validate_python(list(values)) == values
    assert read(values) == values
    assert read("\n".join(values)) == values
    assert len({value.casefold() for value in values}) == len(values)


@given(pasted=PASTED)
def test_other_lists_and_lines_read_the_same_again(pasted):
    for read in (names, codes, languages, line):
        assert read(read(pasted)) == read(pasted)


@given(start=st.dates(min_value=date(1000, 1, 1)), end=st.none() | st.dates(min_value=date(1000, 1, 1)))
def test_a_period_that_is_read_is_that_of_the_model(start, end):
    for day in ("%Y%m%d", "%Y-%m-%d"):
        text = f"{start:{day}} – " + (f"{end:{day}}" if end else "")
        assert period(text) == (start, end)
        if end is None or end >= start:
            assert Period(start=start, end=end).start == start


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_refused(text):
    try:
        period(text)
    except Unclear as error:
        assert str(error)
