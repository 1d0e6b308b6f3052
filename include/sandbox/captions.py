"""What videos say: captions in Dutch, French, German and English with hashtags, mentions and emoji."""

from include.sandbox.noise import noise, pick

PHRASES = {
    "nl": (
        "Avondrit langs de Leie",
        "Interview over fietspaden",
        "Wat vind jij van de verkiezingen?",
        "Zo maak je de beste wafels",
        "Klimaatmars in Brussel, duizenden mensen op straat",
        "Nieuwe trein tussen Gent en Antwerpen",
        "Het weer van morgen: buien en een beetje zon",
        "Laat geïndexeerd",
        "Eerste werkdag, ik ben zo zenuwachtig",
        "Drie tips om minder water te verbruiken",
        "",
    ),
    "fr": (
        "Balade à vélo dans les Ardennes",
        "Que pensez-vous des élections ?",
        "La meilleure recette de gaufres",
        "Marche pour le climat à Bruxelles",
        "Météo de demain : averses et éclaircies",
        "Premier jour de travail",
        "Reportage sur les pistes cyclables",
        "",
    ),
    "de": (
        "Radtour am Rhein",
        "Was haltet ihr von der Wahl?",
        "Das beste Waffelrezept",
        "Klimademo in Köln, tausende auf der Straße",
        "Das Wetter von morgen: Schauer und Sonne",
        "Mein erster Arbeitstag",
        "",
    ),
    "en": (
        "Evening ride along the river",
        "What do you think of the election?",
        "Best waffle recipe ever",
        "Climate march in the city, thousands of people",
        "Tomorrow's weather: showers and some sun",
        "First day at work",
        "Three tips to save water",
        "",
    ),
}
EMOJI = ("🚲", "🌍", "😂", "🔥", "❤️", "👩‍🚒", "🇧🇪", "✨", "")

_COMMON = ((), (), (), ("fyp",), ("voorjou", "fyp"), ("viral",), ("dance", "music"), ("food",), ("travel", "fyp"))
_DUTCH = (
    ("fietsen",),
    ("fietsen",),
    ("fietsen", "gent"),
    ("wielrennen", "fietsen"),
    ("klimaat",),
    ("klimaat", "natuur"),
    ("koken",),
    ("voetbal",),
    ("nieuws", "belgië"),
    ("verkiezingen", "belgie"),
    ("school",),
    ("antwerpen",),
)
TAGS = {
    "nl": (*_DUTCH, *_COMMON, *_COMMON),
    "fr": (("velo",), ("climat",), ("élections",), ("recette",), ("bruxelles", "climat"), ("foot",), *_COMMON),
    "de": (("fahrrad",), ("klima",), ("wahl",), ("rezept",), ("köln", "klima"), ("fussball",), *_COMMON),
    "en": (("cycling",), ("climate",), ("election",), ("recipe",), ("football",), ("news",), *_COMMON),
}
"""The hashtags of a video, by language; repetition is weight."""


def phrase(language: str, key: int) -> str:
    """What a creator says: also the transcript of the video."""
    return pick(key, 21, PHRASES[language])


def caption(language: str, key: int, tags: tuple[str, ...], mention: str | None) -> str:
    """Phrase, mention, emoji and hashtags in one line, as creators write them; now and then nothing at all."""
    words = [
        phrase(language, key),
        f"@{mention}" if mention else "",
        pick(key, 22, EMOJI),
        *(f"#{tag}" for tag in tags),
    ]
    text = " ".join(filter(None, words))
    return text + " " if noise(key, 23) % 8 == 0 else text
