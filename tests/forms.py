"""The registration form as somebody fills it in."""

from typing import Any

FORM: dict[str, Any] = {
    "project_id": "tiktok_query_0000042",
    "title": "Cycling and climate",
    "description": "How cycling\nand climate are talked about.",
    "requestor": "A. Researcher",
    "requestor_email": "researcher@example.org",
    "accounts": "@synth_nieuws_be, https://www.tiktok.com/@synth_journal_be?lang=nl\n@Synth_Nieuws_BE",
    "hashtags": "#fietsen #klimaat",
    "region_codes": ["BE", "NL"],
    "period": "20260101 – 20260331",
    "access_start": "2026-01-01",
    "access_end": "2027-12-31",
    "license": "For the approved research only",
}


def form(**changes: Any) -> dict[str, Any]:
    return FORM | changes
