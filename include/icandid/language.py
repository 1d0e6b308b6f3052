"""Which language a video is in, as far as its caption and its transcript tell."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from include.icandid.language_tag import UNDETERMINED
from include.icandid.text import clean

SURE_ENOUGH = 0.5
"""The least probability, among the languages considered, at which the likeliest one is believed."""

FEWEST_LETTERS = 8
"""Below this many letters no detector beats guessing."""

_NO_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|[#@][\w.]+")


def video_language(video: Mapping[str, Any], languages: Sequence[str] = ()) -> str:
    """The ISO 639 code of what is said and written in a video, among `languages` if any; `und` when unsure."""
    return detect(f"{clean(video.get('video_description'))}\n{clean(video.get('voice_to_text'))}", languages)


def detect(text: str, languages: Sequence[str] = ()) -> str:
    """The ISO 639 code of a text's language, among `languages` if any are named; `und` when unsure.

    Hashtags, mentions and addresses are not read: they are no language. A text that is likeliest in a language which
    is not named is undetermined, rather than forced into one that is.
    """
    words = _NO_LANGUAGE.sub(" ", text)
    if sum(map(str.isalpha, words)) < FEWEST_LETTERS:
        return UNDETERMINED
    best, probability = _model().classify(words)
    if languages and best not in languages:
        return UNDETERMINED
    if languages and probability < SURE_ENOUGH:  # ranking all languages takes as long again, so only where it decides
        probability /= sum(one for code, one in _model().rank(words) if code in languages)
    return best if probability >= SURE_ENOUGH else UNDETERMINED


@cache
def _model() -> LanguageIdentifier:
    """All languages of the model, with probabilities; it is in memory once per process (4.5 MB, 0.3 s)."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
