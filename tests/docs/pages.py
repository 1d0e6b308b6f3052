"""The documents of the repository, and what can be read out of them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def links(document: Path) -> list[str]:
    """The relative links of a document, images included."""
    found = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(document: Path) -> set[str]:
    """The headings of a document as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def first_cells(document: str, after: str) -> list[str]:
    """The first cells of the first table after a heading, without its header."""
    table = re.search(r"(?:^\|.*\n)+", document[document.index(after) :], re.MULTILINE)
    assert table, f"no table after {after!r}"
    rows = table.group().splitlines()[2:]
    return [row.split("|")[1].strip().strip("`") for row in rows]
