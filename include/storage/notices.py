"""Which notifications were sent: one small object for each deadline and threshold, so that each is sent once."""

from datetime import datetime

import orjson

from include.storage.layout import ProjectLayout
from include.storage.objects import Objects


def was_sent(objects: Objects, layout: ProjectLayout, deadline: str, days: int) -> bool:
    """Whether people were told that a deadline is `days` days away."""
    return objects.read(layout.notice(deadline, days)) is not None


def note_sent(objects: Objects, layout: ProjectLayout, deadline: str, days: int, at: datetime) -> None:
    """Remember that they were; to whom is nobody's business here."""
    objects.write(layout.notice(deadline, days), orjson.dumps({"sent_at": at.isoformat()}))
