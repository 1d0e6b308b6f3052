"""Which language a video is in, as far as its caption and its transcript tell."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from include.icandid.language_tag import UNDETERMINED
from include.icandid.text import clean

SURE_ENOUGH = 0.7
"""The least probability at which the detected language is believed."""

FEWEST_LETTERS = 12
"""Below this many letters no detector beats guessing."""

_NO_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|[#@][\w.]+")


def video_language(video: Mapping[str, Any], languages: Sequence[str] = ()) -> str:
    """The ISO 639-1 code of what is said and written in a video, among `languages` if any; `und` when unsure."""
    return detect(f"{clean(video.get('video_description'))}\n{clean(video.get('voice_to_text'))}", languages)


def detect(text: str, languages: Sequence[str] = ()) -> str:
    """The ISO 639-1 code of a text's language, among `languages` if any are named; `und` when unsure.

    Hashtags, mentions and addresses are not read: they are no language.
    """
    words = _NO_LANGUAGE.sub(" ", text)
    if sum(map(str.isalpha, words)) < FEWEST_LETTERS:
        return UNDETERMINED
    code, probability = _identifier(tuple(languages)).classify(words)
    return str(code) if probability >= SURE_ENOUGH else UNDETERMINED


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = copy(_model())
    known = sorted(set(languages) & set(identifier.labels))
    if known:
        identifier.set_languages(known)
    return identifier


@cache
def _model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
