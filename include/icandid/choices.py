"""What a deployment chooses where several ways are right, or LIBIS has not said yet which one is."""

from dataclasses import dataclass

RECORD_TYPES = ("Message", "message")
"""`@type` of a record: schema.org's word, and what the collector of 2024 wrote."""

SENDER_TYPES = ("Person", "Organization")
"""`@type` of sender, author and creator: of the collector of 2025, and of that of 2024."""

SINKS = ("tree", "index")
"""The ways in for records: files for iCANDID's loader, and its search index."""


@dataclass(frozen=True)
class Choices:
    """`tree` fills the hand-over tree. A type other than that of loaded records turns theirs into an array."""

    tree: bool = True
    record_type: str = RECORD_TYPES[0]
    sender_type: str = SENDER_TYPES[0]


DEFAULTS = Choices()
