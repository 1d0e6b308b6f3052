import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from include.domain.piece import Piece
from include.tiktok.regions import REGION_CODES
from tests.scenarios.world import FIRST

LENGTHS = ("SHORT", "MID", "LONG", "EXTRA_LONG")
REGIONS = st.lists(st.sampled_from(["BE", "NL", "FR", "DE"]), unique=True).map(tuple)
PIECES = st.integers(1, 30).map(lambda days: Piece(start=FIRST, end=FIRST + timedelta(days=days - 1)))


def atoms(piece, regions, lengths):
    """A piece cut until nothing is left to cut."""
    halves = piece.halves(regions, lengths)
    return [atom for half in halves for atom in atoms(half, regions, lengths)] if halves else [piece]


@given(PIECES, REGIONS, st.sampled_from([(), LENGTHS]))
def test_the_pieces_of_a_window_hold_each_of_its_parts_exactly_once(piece, regions, lengths):
    held = [
        (day, region, length)
        for atom in atoms(piece, regions, lengths)
        for day in atom.window
        for region in atom.regions or regions or ("any",)
        for length in ([atom.video_length] if atom.video_length else lengths or ("any",))
    ]
    wanted = {(day, r, n) for day in piece.window for r in regions or ("any",) for n in lengths or ("any",)}
    assert sorted(held) == sorted(wanted)


@given(PIECES, REGIONS)
def test_days_are_cut_before_regions_and_regions_before_lengths(piece, regions):
    halves = piece.halves(regions, LENGTHS)
    if piece.window.days > 1:
        assert {half.regions for half in halves} == {()}
        assert len(halves) == 2
    elif len(regions) > 1:
        assert {half.video_length for half in halves} == {""}
    else:
        assert [half.video_length for half in halves] == list(LENGTHS)


@given(PIECES, REGIONS)
def test_no_two_pieces_share_a_name(piece, regions):
    names = [atom.name for atom in atoms(piece, regions, LENGTHS)]
    assert len(names) == len(set(names))


def test_the_name_of_any_piece_is_short_enough_for_a_folder():
    """A disk takes 255 bytes; the name of 79 regions was longer."""
    day = Piece(start=FIRST, end=FIRST)
    pieces = [day]
    for each in pieces:
        pieces += each.halves(tuple(sorted(REGION_CODES)), LENGTHS)
    names = [piece.name for piece in pieces]
    assert max(map(len, names)) <= 255
    assert len(set(names)) == len(names) > 2 * len(REGION_CODES)


def test_a_name_that_fits_tells_the_regions():
    piece = Piece(start=FIRST, end=FIRST, regions=("BE", "NL"), video_length="SHORT")
    assert piece.name == "2026-01-01_2026-01-01~BE-NL~SHORT"
    assert Piece(start=FIRST, end=FIRST, regions=("BE",) * 78).name.endswith("~" + "-".join(["BE"] * 78))


def test_a_long_list_of_regions_is_told_by_its_ends_and_a_hash():
    regions = tuple(sorted(REGION_CODES))[:123]
    name = Piece(start=FIRST, end=FIRST, regions=regions).name
    assert re.fullmatch(r"2026-01-01_2026-01-01~AD-to-LC-123-[0-9a-f]{12}", name)
