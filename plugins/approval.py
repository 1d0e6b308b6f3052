"""Approvals: what a person answered to a task that asked for one, as Airflow tells it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

APPROVE, REJECT = "Approve", "Reject"

#: How long a person has for an answer; none counts as Reject.
PATIENCE = timedelta(days=30)


def ask_for_approval(subject: str, body: str) -> dict[str, Any]:
    """What a task needs to ask a person; both texts are templates."""
    options = [APPROVE, REJECT]
    return {"subject": subject, "body": body, "options": options, "defaults": REJECT, "response_timeout": PATIENCE}


def is_approved(answer: Mapping[str, Any]) -> bool:
    """Whether a person answered Approve."""
    return answer["chosen_options"] == [APPROVE]


def name_approver(answer: Mapping[str, Any]) -> str:
    """The Airflow user who answered; nobody did when time ran out."""
    user = answer["responded_by_user"]
    if not user:
        return "nobody: time ran out"
    return str(user["name"]) if user["name"] == user["id"] else f"{user['name']} ({user['id']})"
