"""Applications to TikTok for tests."""

from typing import Any

from include.domain.application import Application
from include.domain.questions import TOPICS

WORDS = " ".join(["word"] * 120)

ANSWERS: dict[str, Any] = {
    "university": "Example University, Department of Media",
    "address": "Example Street 1\n3000 Leuven",
    "university_link": "https://www.example.org",
    "department_link": "https://media.example.org/",
    "expertise": "Political communication on social media",
    "team": "Media and Climate",
    "team_access": "yes",
    "members": [{"name": "B. Colleague", "university": "Example University, Media", "title": "PhD, researcher"}],
    "past_work": ["https://doi.example.org/10.1/1", "Conference on Media 2025"],
    "topic": TOPICS[3],
    "summary": f"How cycling and climate are talked about. {WORDS}",
    "design": WORDS,
    "access_start": "2027-03-01",
    "access_end": "2029-02-28",
    "sharing": "No data are shared with third parties.",
    "data_protection": WORDS,
    "research_questions": " ".join(["Who talks to whom?"] * 6),
    "outputs": "Two articles in open access, a data report, and a talk at a conference.",
    "literature": WORDS,
    "references": ["Researcher, A. (2025). Cycling. A Journal 1(1)."],
    "title": "Cycling and climate",
    "requestor": "A. Researcher",
    "requestor_email": "researcher@example.org",
}


def application(**changes: Any) -> Application:
    return Application.model_validate(ANSWERS | changes)
