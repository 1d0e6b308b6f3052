"""Records of videos whose schema has changed since the documentation was written."""

import json
from typing import Any
from zlib import crc32

from include.sandbox.noise import share
from include.sandbox.settings import SandboxSettings


def drift(shown: dict[str, Any], video_id: int, settings: SandboxSettings) -> dict[str, Any]:
    """`shown` with the fields that the settings write in another type, drop, add or rename."""
    if settings.retype_field in shown:
        shown[settings.retype_field] = _retype(shown[settings.retype_field])
    if settings.drop_field:
        shown.pop(settings.drop_field, None)
    if settings.extra_field:
        shown[settings.extra_field] = f"synthetic {video_id % 1000}"
    if settings.without_id and share(video_id, 35) < settings.without_id:
        shown.pop("id", None)
    if settings.id_key != "id":
        return {settings.id_key if name == "id" else name: found for name, found in shown.items()}
    return shown


def _retype(found: Any) -> Any:
    if isinstance(found, str):
        return int(found) if found.isdecimal() and len(found) < 19 else crc32(found.encode())
    return json.dumps(found)
