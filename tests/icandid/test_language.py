import pytest

from include.icandid.language import detect, video_language
from tests.icandid.rows import video


@pytest.mark.parametrize(
    ("caption", "language"),
    [
        ("Vandaag gaan we samen naar de markt in Leuven", "nl"),
        ("Aujourd'hui nous allons tous ensemble au marché", "fr"),
        ("Heute gehen wir alle zusammen auf den Markt", "de"),
        ("Today we are going to the market together", "en"),
    ],
)
def test_a_clear_caption_is_recognised(caption, language):
    assert detect(caption, ("nl", "fr", "de", "en")) == language
    assert detect(caption) == language


@pytest.mark.parametrize(
    "caption", ["", "🎉🎉🎉", "#fyp #foryou #viral #belgique", "@someone.else https://example.org/x", "ok 👍"]
)
def test_a_caption_without_words_is_undetermined(caption):
    assert detect(caption, ("nl", "fr")) == "und"


def test_only_the_projects_languages_are_considered():
    assert detect("Guten Morgen an alle, heute ist ein schöner Tag", ("nl", "fr")) in ("nl", "fr", "und")


def test_the_transcript_counts_when_there_is_no_caption():
    row = video(video_description=None, voice_to_text="Goedemorgen allemaal, vandaag gaan we samen koken")
    assert video_language(row, ("nl", "fr")) == "nl"
