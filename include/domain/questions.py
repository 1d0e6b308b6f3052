"""The questions of TikTok's application form for the Research API, in its order (iCANDID help page).

The lengths in words are our advice: TikTok publishes no limits.
"""

from dataclasses import dataclass
from typing import Any

TOPICS = (
    "Consumer trends, behavioral science, community and culture, education",
    "Radicalization, misinformation, disinformation, hate speech, violent extremism, influence operations",
    "Human rights",
    "Civic engagement and activism",
    "Algorithm",
    "Mental health",
    "Youth safety & well-being",
    "Other",
)

LINE: dict[str, Any] = {"type": ["null", "string"]}
TEXT = LINE | {"format": "multiline"}
LINK = LINE | {"examples": ["https://"]}
DAY = LINE | {"format": "date"}
LINES: dict[str, Any] = {"type": ["null", "array"], "items": {"type": "string"}}
MEMBERS: dict[str, Any] = {
    "type": ["null", "array"],
    "items": {"type": "object", "properties": {name: {"type": "string"} for name in ("name", "university", "title")}},
}


@dataclass(frozen=True)
class Question:
    """One question: its name among the answers, its words, the JSON schema of its answer, and how long it should be."""

    name: str
    text: str
    schema: dict[str, Any]
    help: str = ""
    words: tuple[int, int] | None = None

    @property
    def hint(self) -> str:
        """What the form says below the field."""
        length = f"About {self.words[0]} to {self.words[1]} words." if self.words else ""
        return " ".join(filter(None, (self.help, length)))


MEMBER_HELP = (
    'One entry for each: `[{"name": "…", "university": "university and department", "title": "title and role"}]`. '
    "TikTok accepts nine beside the principal researcher; each needs a developer account first."
)

QUESTIONS = (
    Question("university", "Name of university and department", LINE),
    Question("address", "Address of university and department", TEXT),
    Question("university_link", "Link to the university's website", LINK),
    Question("department_link", "Link to the department's website", LINK),
    Question("expertise", "Area of expertise", TEXT, words=(5, 100)),
    Question("team", "Name of the research team", LINE),
    Question("team_access", "May a research team also need access?", LINE | {"enum": [None, "yes", "no"]}),
    Question("members", "Members of the research team", MEMBERS, MEMBER_HELP),
    Question("past_work", "Links to past publications or attended conferences", LINES, "One to a line."),
    Question("topic", "Research topic category", LINE | {"enum": [None, *TOPICS]}),
    Question("summary", "Summary of the project", TEXT,
             "Outline of the research project including context, importance and potential findings.", (100, 500)),
    Question("design", "Description of the research design", TEXT, words=(100, 500)),
    Question("access_start", "Access start date", DAY, "TikTok takes three to four weeks to review an application."),
    Question("access_end", "Access end date", DAY, "The longest access one can apply for is two years."),
    Question("sharing", "Plans to share data with third parties", TEXT, "Say so when there are none.", (5, 200)),
    Question("data_protection", "Data protection plans", TEXT,
             "Terms of research data and privacy governance.", (50, 500)),
    Question("research_questions", "Hypotheses or research questions", TEXT, words=(20, 300)),
    Question("outputs", "Expected outputs", TEXT, words=(10, 200)),
    Question("literature", "Summary of the literature review", TEXT, words=(100, 500)),
    Question("references", "References or citations", LINES, "One to a line."),
)  # fmt: skip

NAMES = tuple(question.name for question in QUESTIONS)
