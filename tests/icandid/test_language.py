from pathlib import Path

import pytest

from include.icandid.language import detect, video_language
from tests.icandid.rows import video

CAPTIONS = [
    line.split("\t")
    for line in Path(__file__).with_name("captions.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
NO_WORDS = [caption for language, caption in CAPTIONS if language == "und"]


def shares(languages):
    """Of the captions in `languages`: recognised, mistaken. Of the others: given a language they are not in."""
    own = [(language, detect(caption, languages)) for language, caption in CAPTIONS if language in languages]
    other = [(language, detect(caption, languages)) for language, caption in CAPTIONS if language not in languages]
    recognised = sum(found == language for language, found in own)
    mistaken = sum(found not in (language, "und") for language, found in own)
    return recognised / len(own), mistaken / len(own), sum(found != "und" for _, found in other) / len(other)


@pytest.mark.parametrize("languages", [("nl", "fr", "de", "en"), ("nl", "fr"), ("nl",)])
def test_nearly_all_captions_of_a_project_are_recognised_and_foreign_ones_left_alone(languages):
    recognised, mistaken, forced = shares(languages)
    assert recognised > 0.95
    assert mistaken == 0
    assert forced == 0


def test_without_named_languages_a_short_caption_is_rarely_mistaken():
    found = [(language, detect(caption)) for language, caption in CAPTIONS if language in ("nl", "fr", "de", "en")]
    assert sum(one == language for language, one in found) / len(found) > 0.85
    assert sum(one not in (language, "und") for language, one in found) / len(found) < 0.02


@pytest.mark.parametrize("caption", ["", *NO_WORDS])
def test_a_caption_without_words_is_undetermined(caption):
    assert detect(caption, ("nl", "fr")) == "und"


def test_a_language_that_the_detector_does_not_know_is_never_guessed():
    assert detect("Vandaag gaan we samen naar de markt", ("xx",)) == "und"


def test_the_transcript_counts_when_there_is_no_caption():
    row = video(video_description=None, voice_to_text="Goedemorgen allemaal, vandaag gaan we samen koken")
    assert video_language(row, ("nl", "fr")) == "nl"
