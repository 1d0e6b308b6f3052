"""The disclosure report, and the README of an export, in words."""

from collections.abc import Iterable, Sequence

from include.domain.disclosure import TREATMENTS, Disclosure, Export, Personal, SmallCells, Treatment

SHOWN = 50
"""Small cells that a report names; the JSON beside it has them all."""

SYNTHETIC = "**Synthetic: these records come from the sandbox and are about nobody.**\n\n"


def disclosure_markdown(disclosure: Disclosure) -> str:
    """The report to go with the draft of a publication: counts only, nothing of a record."""
    personal = [each for each in TREATMENTS if each.personal is not Personal.NO]
    return (
        f"# Disclosure report: {disclosure.project_id}\n\n"
        f"Made on {disclosure.made_on}. {SYNTHETIC if disclosure.synthetic else ''}"
        f"The dataset has {disclosure.rows} videos in {disclosure.months} months, of **{disclosure.accounts} distinct "
        f"accounts**; {disclosure.without_account} videos name no account.\n\n"
        "## Small cells\n\n"
        f"Cells with fewer than {disclosure.k} accounts, which a table or figure should not show:\n\n"
        f"{_table(('Counts by', 'Cells', f'Below {disclosure.k} accounts', 'Which'), _cells(disclosure))}\n"
        f"## Verbatim texts\n\nTexts longer than {disclosure.longer_than} characters; quote none of them without a "
        "reason, since a search finds them again:\n\n"
        f"{_table(('Column', 'Texts', f'Longer than {disclosure.longer_than}'), _texts(disclosure))}\n"
        f"## Personal data\n\n{len(personal)} of {len(TREATMENTS)} columns hold personal data. The export for papers "
        "treats them so:\n\n"
        f"{_columns(personal)}"
    )


def export_markdown(disclosed: str, rows: int, months: int, key_id: str, *, synthetic: bool) -> str:
    """The README of the export of the project `disclosed`: what is in it, what is not, and what may be done with it."""
    kept = [each for each in TREATMENTS if each.export is not Export.LEFT_OUT]
    out = [each for each in TREATMENTS if each.export is Export.LEFT_OUT]
    return (
        f"# Export for papers: {disclosed}\n\n{SYNTHETIC if synthetic else ''}"
        f"{rows} videos in {months} Parquet files, one for each month.\n\n"
        "Pseudonyms are keyed (HMAC-SHA256) and the same throughout this project only; without the key, which is not "
        f"stored here, nobody can make them again. Key: {key_id}. Rows lie in the order of the videos' pseudonyms.\n\n"
        "**Pseudonymous data are personal data still.** Do not publish them, and give them to nobody who is not named "
        "in the application to TikTok; what a paper shows are aggregates. Small cells are not removed here: see the "
        "disclosure report.\n\n"
        f"## Columns\n\n{_exported(kept)}\n## Left out\n\n{_columns(out)}"
    )


def _cells(disclosure: Disclosure) -> Iterable[Sequence[object]]:
    return ((name, held.cells, len(held.small), _named(held)) for name, held in disclosure.cells.items())


def _named(held: SmallCells) -> str:
    more = f", and {len(held.small) - SHOWN} more" if len(held.small) > SHOWN else ""
    return ", ".join(held.small[:SHOWN]) + more


def _texts(disclosure: Disclosure) -> Iterable[Sequence[object]]:
    return ((f"`{name}`", held.present, held.longer) for name, held in disclosure.texts.items())


def _columns(treatments: Sequence[Treatment]) -> str:
    rows = ((f"`{each.column}`", each.personal, each.export, each.why) for each in treatments)
    return _table(("Column", "Personal", "In the export", "Why"), rows)


def _exported(treatments: Sequence[Treatment]) -> str:
    rows = ((f"`{each.exported_as}`", f"`{each.column}`", each.export) for each in treatments)
    return _table(("Column", "Of the dataset's", "What it is"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |\n" for line in lines)
