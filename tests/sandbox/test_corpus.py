from datetime import UTC, datetime, timedelta
from itertools import pairwise

from include.sandbox import days
from include.sandbox.corpus import EVERYTHING, Corpus
from include.sandbox.days import day_of, make_day, midnight
from include.sandbox.ids import LONGEST_GAP, VIDEO, kind_of
from include.sandbox.query import compile_query
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import value
from tests.sandbox.client import condition, day

MARCH = (day("2026-03-01"), day("2026-03-30"))
DEMO = {
    "and": [condition("region_code", "BE", "NL")],
    "or": [
        condition("username", "synth_nieuws_be", "synth_journal_be"),
        condition("hashtag_name", "fietsen", "klimaat"),
    ],
}


def test_the_same_seed_gives_the_same_videos_and_another_seed_others():
    first, again, other = (Corpus(SandboxSettings(seed=seed)).days[MARCH[0]] for seed in (1, 1, 2))
    assert first == again
    assert not {video.id for video in first} & {video.id for video in other}


def test_a_day_is_the_same_whichever_days_were_made_before_it():
    settings = SandboxSettings(videos_per_day=50)
    fresh, worn = Corpus(settings), Corpus(settings)
    worn.search(EVERYTHING, *MARCH)
    assert make_day(MARCH[1], settings, fresh.population) == worn.days[MARCH[1]]


def test_the_demo_query_finds_ten_to_thirty_videos_a_day():
    assert 10 * 30 < len(Corpus().search(DEMO, *MARCH)) < 30 * 30


def test_a_corpus_can_have_an_exact_size():
    few = Corpus(SandboxSettings(videos_per_day=10, daily_variation=0, first_day=MARCH[0], last_day=MARCH[0]))
    assert len(few.search(EVERYTHING, day("2020-01-01"), MARCH[1])) == 10
    many = Corpus(SandboxSettings(videos_per_day=200, daily_variation=0))
    assert len(many.search(EVERYTHING, *MARCH)) == 6000


def test_memory_is_bounded_however_many_videos_there_are():
    corpus = Corpus(SandboxSettings(videos_per_day=3000, daily_variation=0, cached_videos=10_000))
    assert sum(1 for _ in corpus.search(EVERYTHING, MARCH[0], MARCH[0] + timedelta(days=5))) == 18_000
    assert corpus.days.kept <= 10_000


def test_ids_are_descending_snowflakes_a_little_older_than_their_videos():
    videos = Corpus(SandboxSettings(scheduled_share=0)).search(EVERYTHING, *MARCH)
    ids = [video.id for video in videos]
    assert ids == sorted(set(ids), reverse=True)
    assert min(ids) > 1 << 53
    assert {kind_of(some_id) for some_id in ids} == {VIDEO}
    gaps = sorted(video.create_time - (video.id >> 32) for video in videos)
    assert gaps[0] == 20
    assert gaps[len(gaps) * 98 // 100] < 90 < gaps[-1] <= LONGEST_GAP
    times = [video.create_time for video in videos]
    assert times != sorted(times, reverse=True)


def test_every_video_lies_on_its_utc_day_and_is_found_by_its_id():
    corpus = Corpus(SandboxSettings(videos_per_day=2000))
    for video in corpus.days[MARCH[0]]:
        assert day_of(video.create_time) == MARCH[0]
        assert corpus.video(video.id) is video
    assert corpus.video(video.id + 1) is None
    assert corpus.video(-1) is corpus.video(1 << 70) is None


def test_a_scheduled_post_is_created_on_a_full_minute_long_after_its_upload():
    corpus = Corpus()
    videos = corpus.search(EVERYTHING, *MARCH)
    scheduled = [video for video in videos if video.create_time - (video.id >> 32) > LONGEST_GAP]
    assert 0.005 < len(scheduled) / len(videos) < 0.015
    assert all(video.create_time % 60 == 0 for video in scheduled)
    waits = [video.create_time - (video.id >> 32) for video in scheduled]
    assert 6 * 3600 <= min(waits) < 2 * 86_400 < 8 * 86_400 < max(waits) <= 10 * 86_400
    assert all(corpus.video(video.id) == video for video in scheduled)


def test_a_scheduled_post_stands_in_a_search_where_it_was_uploaded():
    videos = Corpus().search(EVERYTHING, *MARCH)
    ids = [video.id for video in videos]
    assert ids == sorted(ids, reverse=True)
    created = [day_of(video.create_time) for video in videos]
    assert set(created) == {MARCH[0] + timedelta(days=n) for n in range(30)}
    assert any(later - before >= timedelta(days=2) for before, later in pairwise(created))
    assert videos[-1].id >> 32 < midnight(MARCH[0]) - 86_400, "uploaded days before the first day that is searched"


def test_a_long_search_makes_each_day_once_scheduled_posts_or_not(monkeypatch):
    made = []
    monkeypatch.setattr(days, "make_day", lambda day, *more: made.append(day) or make_day(day, *more))
    corpus = Corpus(SandboxSettings(videos_per_day=500, cached_videos=2000))
    for video in corpus.indexed(compile_query(EVERYTHING), *MARCH):
        assert corpus.video(video.id) is video
    assert len(made) == len(set(made)) <= 31


def test_what_is_scheduled_changes_no_other_video():
    plain, some = (Corpus(SandboxSettings(scheduled_share=share)).days[MARCH[0]] for share in (0, 0.2))
    kept = {video.id for video in plain} & {video.id for video in some}
    assert 0.7 < len(kept) / len(plain) < 0.9


def test_withheld_videos_are_hits_that_nobody_sees():
    corpus, later = Corpus(SandboxSettings(removed_share=0)), datetime(2026, 6, 1, tzinfo=UTC)
    hits, shown = corpus.hits(EVERYTHING, *MARCH, later), corpus.search(EVERYTHING, *MARCH, later)
    assert hits == corpus.hits(EVERYTHING, *MARCH) == len(corpus.search(EVERYTHING, *MARCH))
    assert 0.68 < len(shown) / hits < 0.72
    assert not any(corpus.withheld(video) for video in shown)


def test_creators_are_registered_before_their_videos():
    corpus = Corpus()
    for start in ("2018-01-01", "2021-06-01", "2026-03-01"):
        assert all(video.creator.registered <= video.create_time for video in corpus.days[day(start)])
    assert len({video.creator.username for video in corpus.days[day("2026-03-01")]}) > 50


def test_videos_are_indexed_within_48_hours():
    delays = [video.indexed_at - video.create_time for video in Corpus().search(EVERYTHING, *MARCH)]
    assert min(delays) >= 0
    assert 40 * 3600 < max(delays) <= 48 * 3600


def test_some_videos_are_deleted_later_and_none_when_switched_so():
    videos = Corpus().search(EVERYTHING, *MARCH)
    deleted = [video for video in videos if video.deleted_at is not None]
    assert 0.03 < len(deleted) / len(videos) < 0.07
    assert all(video.deleted_at > video.create_time for video in deleted)
    whole = Corpus(SandboxSettings(removed_share=0, withheld_share=0))
    assert len(whole.search(EVERYTHING, *MARCH, datetime(2030, 1, 1, tzinfo=UTC))) == len(
        whole.search(EVERYTHING, *MARCH)
    )


def test_counts_settle_over_ten_days_and_then_stand_still():
    corpus = Corpus()
    video = max(corpus.days[MARCH[0]], key=lambda video: value(video, "view_count", 1 << 40))
    seen = [value(video, "view_count", video.create_time + n * 86_400) for n in range(14)]
    assert seen == sorted(seen)
    assert seen[0] == 0 < seen[1] < seen[5] < seen[10] == seen[13]


def test_counts_have_a_heavy_tail_beyond_31_bits():
    views = sorted(value(video, "view_count", 1 << 40) for video in Corpus().search(EVERYTHING, *MARCH))
    assert views[len(views) // 2] < 1000
    assert views[-1] > 1 << 31


def test_texts_are_in_four_languages_with_hashtags_mentions_emoji_and_null_characters():
    corpus = Corpus()
    videos = corpus.search(EVERYTHING, *MARCH)
    captions = [value(video, "video_description", 0) for video in videos]
    for text in ("Avondrit", "Balade", "Radtour", "Evening ride", "#fietsen", "@synth_guest", "🚲"):
        assert any(text in caption for caption in captions)
    assert "" in captions
    assert any("\x00" in caption for caption in captions)
    assert any("\x00" in video.creator.username for video in videos)
    assert {video.creator.language for video in videos} == {"nl", "fr", "de", "en"}


def test_null_characters_can_be_switched_off():
    corpus = Corpus(SandboxSettings(null_characters=False))
    assert not [creator for creator in corpus.population.creators if "\x00" in creator.username]


def test_one_video_in_five_has_a_transcript():
    videos = Corpus().search(EVERYTHING, *MARCH)
    spoken = sum(value(video, "voice_to_text", 0) is not None for video in videos)
    assert 0.15 < spoken / len(videos) < 0.25


def test_ids_stay_in_order_across_midnight(empty):
    """A video made just after midnight may have a lower id than one made just before it."""
    midnight = 1772409600
    after, before = (midnight + 5 - 48) << 32, (midnight - 2 - 18) << 32
    empty.plant_video({"id": after, "create_time": midnight + 5})
    empty.plant_video({"id": before, "create_time": midnight - 2})
    found = empty.corpus.search(EVERYTHING, day("2026-03-01"), day("2026-03-02"))
    assert [video.id for video in found] == [before, after]
    assert empty.corpus.video(after).create_time == midnight + 5
