"""Which fields TikTok was seen to send for a project and entity, so that people are told of each change once."""

from pydantic import BaseModel, ConfigDict

from include.storage.project_store import ProjectStore


class KnownFields(BaseModel):
    """The share of records that had each field when they were first counted, and the changes that were told of."""

    model_config = ConfigDict(frozen=True)

    shares: dict[str, float] = {}
    told: tuple[str, ...] = ()


def read_known_fields(store: ProjectStore) -> KnownFields:
    """What is known of the fields; nothing before the first unit."""
    content = store.objects.read(store.layout.drift)
    return KnownFields.model_validate_json(content) if content else KnownFields()


def write_known_fields(store: ProjectStore, known: KnownFields) -> None:
    """Remember what is known. Of two tasks at once the last one counts: a change is then told of twice."""
    store.objects.write(store.layout.drift, known.model_dump_json(indent=1).encode())
