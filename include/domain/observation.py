"""What the harvester adds to each record: an observation is one record as seen at one moment."""

OBSERVED_AT = "observed_at"
"""When TikTok answered with this record."""

FIRST_SEEN = "first_seen"
"""The earliest observation of the same record that the dataset has known."""

QUERY_ID = "query_id"
"""Which query asked: the first twelve hex digits of the SHA-256 of the query's canonical JSON."""

RAW = "raw"
"""The record as TikTok sent it: JSON with its keys in alphabetical order."""

FOREIGN = "foreign"
"""Why a hit is not what was asked for: `day`, published on another one; `account`, by another one; else null."""
