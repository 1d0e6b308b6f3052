"""What the pages of a unit hold: counts by round, the part, and what was not asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.slice import Aim, Slice
from include.domain.window import Window
from include.stages.harvest import gathering as module
from include.stages.harvest.gathering import gather
from include.storage.objects import open_storage
from include.storage.parquet import open_object
from include.tiktok.entities import VIDEOS
from tests.pages import body, page
from tests.stages.reading import LAYOUT, part, store
from tests.units import round_of, unit

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
NAME = str(WINDOW)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SEEN = datetime(2026, 6, 1, 10, tzinfo=UTC)
BY_NAME = {"and": [{"operation": "IN", "field_name": "username", "field_values": ["Synth_A"]}]}


def video(number=1, at=NOON, **changes):
    seconds = int(at.timestamp())
    return {"id": (seconds << 32) + number, "create_time": seconds, "username": "synth_a"} | changes


def stored(number, records, *, round_=1, at=0, **changes):
    """A page with these records, received so many seconds after the first."""
    received = SEEN + timedelta(seconds=at or number)
    answer = body(records, has_more=True, cursor=100)
    return page(round=round_, number=number, answer=answer, received_at=received, **changes)


@pytest.fixture
def gathering():
    with gather(VIDEOS, WINDOW, BY_NAME) as made:
        yield made


def take_in(gathering, *pages):
    return [gathering.add(each, gathering.read(each)) for each in pages]


def counts(gathering, number=1, **changes):
    return gathering.counts(round_of(WINDOW, number=number, **changes))[0]


def test_pages_are_counted_by_their_round(gathering):
    take_in(
        gathering,
        stored(1, [video(1), video(2)], requests=3),
        stored(2, [video(2), video(3)]),
        stored(3, [video(1)], round_=2, requests=5),
    )
    one, two = counts(gathering), counts(gathering, 2)
    assert (one.pages, one.requests, one.asked, one.returned, one.distinct) == (2, 4, 200, 4, 3)
    assert (two.pages, two.requests, two.returned, two.distinct) == (1, 5, 1, 1)
    assert (one.first_observed, one.last_observed) == (SEEN + timedelta(seconds=1), SEEN + timedelta(seconds=2))
    assert (gathering.pages(1), gathering.pages(2), gathering.pages(3)) == (2, 1, 0)


def test_a_page_tells_how_many_of_its_records_its_round_knew(gathering):
    first, second, other = (
        stored(1, [video(1), video(2), video(2)]),
        stored(2, [video(2), video(3)]),
        stored(1, [video(1)], round_=2),
    )
    assert take_in(gathering, first, second, other) == [2, 1, 1]


def test_a_round_without_a_page_holds_nothing(gathering):
    empty = counts(gathering)
    assert (empty.pages, empty.distinct, empty.fresh, empty.hits, empty.first_observed) == (0, 0, 0, None, None)
    assert gathering.days_of(1) == {}


# New, changed, unchanged


def test_records_are_new_changed_or_unchanged_against_all_earlier_rounds(gathering):
    take_in(
        gathering,
        stored(1, [video(1, view_count=1), video(2, view_count=1), video(3, view_count=1)]),
        stored(2, [video(4)], round_=2),
        stored(3, [video(1, view_count=1), video(2, view_count=9), video(4), video(5)], round_=3),
    )
    assert [getattr(counts(gathering, 1), name) for name in ("fresh", "changed", "unchanged")] == [3, 0, 0]
    assert [getattr(counts(gathering, 2), name) for name in ("fresh", "changed", "unchanged")] == [1, 0, 0]
    assert [getattr(counts(gathering, 3), name) for name in ("fresh", "changed", "unchanged")] == [1, 1, 2]


def test_a_record_is_compared_with_its_last_observation(gathering):
    take_in(
        gathering,
        stored(1, [video(view_count=1)]),
        stored(2, [video(view_count=5)]),
        stored(3, [video(view_count=7)], round_=2),
        stored(4, [video(view_count=5)], round_=2),
    )
    assert counts(gathering, 2).unchanged == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"region_code": "BE"}, {"region_code": "be"}),
        ({"favorites_count": 3}, {"favourites_count": 3}),
        ({"music_id": 77}, {"music_id": "77"}),
        ({"view_count": 1, "like_count": 2}, {"like_count": 2, "view_count": 1}),
    ],
)
def test_another_spelling_of_the_same_values_is_no_change(gathering, before, after):
    """Recorded behaviour, 2: on one page of a search every region was lower case, on another upper case."""
    take_in(gathering, stored(1, [video(**before)]), stored(2, [video(**after)], round_=2))
    assert (counts(gathering, 2).changed, counts(gathering, 2).unchanged) == (0, 1)


# What was not asked for


def test_foreign_hits_are_kept_marked_and_counted_once(gathering, objects):
    late, alien = video(2, at=NOON + timedelta(days=60)), video(3, username="nobody")
    take_in(gathering, stored(1, [video(1), late, alien]), stored(2, [late, alien]))
    manifest = gathering.put_part(store(objects), unit(WINDOW))
    assert (manifest.now.counts.distinct, manifest.now.counts.found, manifest.now.counts.foreign) == (3, 1, 2)
    marks = {row["id"]: row["foreign"] for row in part(objects, WINDOW)}
    assert marks == {video(1)["id"]: None, late["id"]: "day", alien["id"]: "account"}


def test_foreign_hits_are_on_none_of_the_days(gathering):
    take_in(gathering, stored(1, [video(1), video(2, username="nobody"), video(3, at=NOON + timedelta(days=1))]))
    assert gathering.days_of(1) == {date(2026, 1, 5): 1, date(2026, 1, 6): 1}
    assert gathering.counts(round_of(WINDOW))[1] == {"2026-01-05": 1, "2026-01-06": 1}


def test_names_are_compared_in_lower_case(gathering):
    take_in(gathering, stored(1, [video(1, username="SYNTH_A"), video(2, username=None)]))
    assert counts(gathering).foreign == 0


def test_a_query_without_names_has_no_foreign_accounts():
    with gather(VIDEOS, WINDOW, {"and": []}) as gathering:
        take_in(gathering, stored(1, [video(1, username="anybody")]))
        assert counts(gathering).foreign == 0


def test_records_without_an_id_are_counted_and_in_no_part(gathering, objects):
    take_in(gathering, stored(1, [video(1), {"username": "synth_a"}, None, "text", {"id": "no number"}]))
    manifest = gathering.put_part(store(objects), unit(WINDOW))
    assert (manifest.now.counts.returned, manifest.now.counts.without_id) == (5, 4)
    assert len(part(objects, WINDOW)) == 1


# Hits


def done(number, hits, **changes):
    return Slice(number=number, start=WINDOW.start, end=WINDOW.end, **changes).finish(hits, "hits")


WHOLE = Slice(number=1, start=WINDOW.start, end=WINDOW.end)


@pytest.mark.parametrize(
    ("slices", "hits"),
    [
        ([done(1, 130)], 130),
        ([WHOLE.split("500"), done(2, 30), done(3, 100)], 130),
        ([WHOLE.split("400"), done(2, 130, after=1, jump=100)], 130),
        ([WHOLE.split("400"), done(2, 30), done(3, 100, aim=Aim.VERIFY, after=1)], 130),
        ([done(1, 130), done(2, 130, aim=Aim.LOOK, after=1)], 130),
        ([done(1, 130), done(2, 90, aim=Aim.VERIFY, after=1)], 130),
        ([done(1, None)], None),
        ([WHOLE.split("500"), done(2, 30), WHOLE.model_copy(update={"number": 3}).park("500")], None),
        ([WHOLE.split("500"), done(2, 30), WHOLE.model_copy(update={"number": 3})], None),
        ([WHOLE], None),
    ],
    ids=["one", "halves", "again", "passed days", "look", "correction", "unknown", "parked", "open", "begun"],
)
def test_hits_are_those_of_every_day_once_or_unknown(gathering, slices, hits):
    take_in(gathering, stored(1, [video(1)]))
    told = counts(gathering, slices=tuple(slices))
    assert (told.hits, told.withheld) == (hits, None if hits is None else hits - 1)


# What is known besides


def test_earlier_rounds_of_the_same_query_and_of_others_are_told_apart(gathering):
    take_in(
        gathering,
        stored(1, [video(1), video(2)], query_id="ours"),
        stored(1, [video(1)], round_=2, query_id="ours"),
        stored(1, [video(1), video(3), video(4)], round_=3, query_id="another"),
        stored(1, [video(5)], round_=4, query_id="ours"),
    )
    assert (gathering.found_before(4, "ours"), gathering.found_before(1, "ours")) == (2, 0)
    assert (gathering.found_by_others("ours"), gathering.found_by_others("another")) == (3, 2)


def test_the_fields_of_a_round_and_odd_kinds_of_values_are_counted(gathering):
    take_in(gathering, stored(1, [video(1, view_count="many"), video(2, brand_new=1, view_count=None)]))
    fields, odd, records = gathering.shapes(1)
    assert (fields["brand_new"], fields["id"], records) == (1, 2, 2)
    assert odd == {"view_count": 1}


def test_what_had_to_be_read_leniently_is_counted_by_page(gathering):
    broken = body([video(1, video_description="cut")], has_more=True).replace(b"cut", b"cut \xff")
    take_in(gathering, stored(1, [video(2)]), page(number=2, answer=broken, received_at=SEEN))
    assert gathering.leniency(1).total() == 1


def test_a_stored_page_that_cannot_be_read_is_no_page_of_ours(gathering):
    with pytest.raises(ValueError, match="page 1-1-1 cannot be read any more"):
        gathering.read(page(answer=b"<html>"))


def test_a_unit_with_a_page_of_the_sandbox_is_synthetic(objects):
    for synthetic in (False, True):
        with gather(VIDEOS, WINDOW, BY_NAME) as gathering:
            take_in(gathering, stored(1, [video(1)], synthetic=False), stored(2, [video(2)], synthetic=synthetic))
            assert gathering.put_part(store(objects), unit(WINDOW)).synthetic is synthetic


# The part


def test_the_part_holds_every_round_and_the_manifest_what_is_in_it(gathering, objects):
    march = datetime(2026, 3, 1, tzinfo=UTC)
    take_in(gathering, stored(1, [video(1), video(2, view_count=1)]), stored(2, [video(2, view_count=2)], round_=2))
    take_in(gathering, stored(3, [video(3, at=march)], round_=2))
    manifest = gathering.put_part(store(objects), unit(WINDOW).with_round(round_of(WINDOW, number=2)))
    assert [row["view_count"] for row in part(objects, WINDOW)] == [None, 2, None]
    assert manifest.months == {"2026-01": 2, "2026-03": 1}
    assert (manifest.first_created, manifest.last_created) == (NOON, march)
    assert (manifest.now.counts.distinct, manifest.now.counts.fresh) == (2, 1)
    assert open_object(objects, LAYOUT.part(NAME)).schema_arrow.names == VIDEOS.schema.names


RECORDS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, min_size=1, max_size=12), st.randoms(use_true_random=False), st.integers(1, 40))
def test_the_part_is_the_same_to_the_byte_however_its_pages_came_to_be_read(tmp_path_factory, seen, random, at_once):
    """In one try or in many, in the order of their names or of time, and sorted in runs of any size."""
    pages = [
        stored(number, [video(key, view_count=count) for key, count in records], round_=1 + number % 2)
        for number, records in enumerate(seen, 1)
    ]
    objects = open_storage(f"file://{tmp_path_factory.mktemp('parts')}")
    made, kept = [], module.ROWS_AT_ONCE
    for order in (pages, random.sample(pages, len(pages))):
        with gather(VIDEOS, WINDOW, BY_NAME) as gathering:
            take_in(gathering, *order)
            made.append((gathering.put_part(store(objects), unit(WINDOW)), objects.read(LAYOUT.part(NAME))))
        module.ROWS_AT_ONCE = at_once
    module.ROWS_AT_ONCE = kept
    assert made[0] == made[1]
