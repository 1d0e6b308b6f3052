"""The form of a research project: what each field asks, in the words of those who fill it in."""

from typing import Any

from airflow.sdk import Param

from include.domain.project import LONGEST_ACCESS, PRESETS
from include.domain.quota import REQUESTS_A_DAY
from include.domain.window import LONGEST
from include.tiktok.regions import REGION_CODES

QUERY = "In TikTok's own query language"
HARVEST = "How to harvest"
COLLECTION = "The collection in iCANDID"

PASTED: dict[str, Any] = {"type": ["null", "string", "array"], "format": "multiline"}
DAY: dict[str, Any] = {"type": ["null", "string"], "format": "date"}
TEXT: dict[str, Any] = {"type": ["null", "string"]}
NEEDED = "*Needed, here or in the application.*"
EXAMPLE = '`{"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE"]}]}`'


def _asked(title: str, help_text: str, default: Any = None, **schema: Any) -> Param:
    return Param(default, title=title, description_md=help_text, **schema)


def _needed(title: str, help_text: str, **schema: Any) -> Param:
    return Param(title=title, description_md=help_text, type="string", minLength=1, **schema)


PARAMS = {
    "project_id": _needed(
        "Project id",
        "The id of the dataset in iCANDID, such as *tiktok_query_0000042*: small letters, digits, underscores.",
        maxLength=60,
    ),
    "application_id": _asked(
        "Application",
        "The id of the application to TikTok (*prepare_application*): its answers fill title, description, requestor, "
        "e-mail and access where these are empty here. Access must be what TikTok approved: check it.",
        **TEXT,
    ),
    "title": _asked("Title", f"The name of the collection in iCANDID; at most 100 characters. {NEEDED}", **TEXT),
    "description": _asked(
        "Description", f"What the collection is and what it is for; at most 255 characters. {NEEDED}", **TEXT
    ),
    "requestor": _asked("Requestor", f"The researcher who asked for the dataset. {NEEDED}", **TEXT),
    "requestor_email": _asked("Requestor's e-mail", f"How to reach the researcher. {NEEDED}", **TEXT),
    "accounts": _asked(
        "Accounts",
        "Usernames as you have them: *name*, *@name* or the address of a profile; one per line, or with commas.",
        **PASTED,
    ),
    "hashtags": _asked("Hashtags", "With or without #; one per line, or with commas.", **PASTED),
    "keywords": _asked(
        "Keywords", "Words or phrases in the text of a video; one per line, or with commas.", **PASTED
    ),
    "region_codes": _asked(
        "Regions",
        "Countries in which the creators registered. Accounts, hashtags and keywords are alternatives; "
        "regions narrow all of them.",
        type=["null", "array", "string"],
        examples=sorted(REGION_CODES),
    ),
    "period": _asked(
        "Period, pasted",
        "The days to study: *20260101 – 20260331*; *20260101 –* stays open and goes on as days pass. "
        "Or leave it empty and pick the days below.",
        **TEXT,
    ),
    "period_start": _asked("Period, first day", "Instead of a pasted period.", **DAY),
    "period_end": _asked("Period, last day", "Empty: the period stays open.", **DAY),
    "access_start": _asked(
        "Access start",
        f"The first day of the access that TikTok approved; nothing is harvested before. {NEEDED}",
        **DAY,
    ),
    "access_end": _asked(
        "Access end",
        f"Its last day; at most two years ({LONGEST_ACCESS.days} days) later. Nothing is harvested after it. {NEEDED}",
        **DAY,
    ),
    "schedule": _asked(
        "Schedule",
        "When to harvest what is new: *@daily*, *@weekly*, or a cron expression of five parts. "
        "Empty: only when triggered. **A project with a schedule starts by itself.**",
        **TEXT,
        examples=list(PRESETS),
    ),
    "replace": _asked(
        "Replace a registered project",
        "On: a project with this id is changed to what this form says; its earlier version is kept. "
        "Off: a project id that exists is refused, and the XCom *changes* of check_project shows the difference.",
        False,
        type="boolean",
    ),
    "check_only": _asked(
        "Check only", "Examine everything and show the difference; write nothing.", False, type="boolean"
    ),
    "probe": _asked(
        "Ask TikTok",
        "Send one request for one record, to see that TikTok takes the query, and then those of *Sample days*.",
        True,
        type="boolean",
    ),
    "query": _asked(
        "Query",
        "TikTok's query object, passed on as it is; instead of accounts, hashtags, keywords and regions. "
        f"Such as:\n\n{EXAMPLE}",
        type=["null", "object"],
        section=QUERY,
    ),
    "canary_queries": _asked(
        "Canary queries",
        "Queries that always find something, asked when a window comes back empty.",
        type=["null", "array"],
        items={"type": "object"},
        section=QUERY,
    ),
    "connection_id": _asked(
        "Connection",
        "The Airflow connection with TikTok's client key and secret. Empty: *tiktok_* and the project id.",
        section=HARVEST,
        **TEXT,
    ),
    "use_pool": _asked(
        "Take turns in a pool",
        "Searches of one API client run one at a time, also of several projects. The pool is made when missing.",
        True,
        section=HARVEST,
        type="boolean",
    ),
    "pool": _asked("Pool", "Its name. Empty: that of the connection.", section=HARVEST, **TEXT),
    "window_days": _asked(
        "Days in a window", f"Empty: {LONGEST}. Fewer where TikTok often fails.", section=HARVEST,
        type=["null", "integer"], minimum=1, maximum=LONGEST,
    ),
    "settle_days": _asked(
        "Days to settle", "How old a day must be to be harvested. Empty: 3; TikTok shows videos up to 48 h late.",
        section=HARVEST, type=["null", "integer"], minimum=0, maximum=30,
    ),
    "order": _asked(
        "Order", "Which windows go first.", "oldest_first", section=HARVEST,
        type=["null", "string"], enum=["oldest_first", "newest_first"],
        values_display={"oldest_first": "the oldest first", "newest_first": "the newest first"},
    ),
    "daily_requests": _asked(
        "Requests a day", f"What it may take of the API client's {REQUESTS_A_DAY}. Empty: all.", section=HARVEST,
        type=["null", "integer"], minimum=1, maximum=REQUESTS_A_DAY,
    ),
    "sample": _asked(
        "Sample days", "Registration and dry runs ask TikTok for up to five days, a request each, to tell what a first "
        "harvest will cost.", True, section=HARVEST, type="boolean",
    ),
    "fields": _asked(
        "Fields", "What to ask of each video. Empty: everything. *id* must be among them.", section=HARVEST, **PASTED,
    ),
    "languages": _asked(
        "Languages", "Languages expected in the texts; the first that iCANDID can search is the default.",
        section=COLLECTION, type=["null", "array", "string"], examples=["nl", "fr", "de", "en"],
    ),
    "license": _asked(
        "License", "Shown in the registry; at most 255 characters.", "For the approved research only",
        section=COLLECTION, **TEXT,
    ),
    "labels": _asked("Labels", "One per line; also the tags of the DAG.", section=COLLECTION, **PASTED),
    "hidden": _asked(
        "Hidden", "Hide the collection from people without access to the dataset.", True,
        section=COLLECTION, type="boolean",
    ),
}  # fmt: skip
