"""What is known of a harvested dataset, from counts and manifests: the input of its descriptions."""

from dataclasses import dataclass
from datetime import datetime

from include.icandid.codebook import VIDEO_COLUMNS, Column
from include.icandid.collection import Collection


@dataclass(frozen=True)
class DatasetFile:
    """One file of the dataset; `path` is relative to the description's."""

    path: str
    bytes: int
    rows: int
    sha256: str


@dataclass(frozen=True)
class Harvested:
    """A dataset at the moment `at`.

    `asked` and `returned` count records over all pages of all requests. `wanted_days` are the days of the period that
    are settled, `covered_days` those in complete windows; `missing`, `suspect` and `incomplete` name windows, `earlier`
    counts those of queries that the project had before. `first_created` and
    `last_created` are the publication of the oldest and the newest video. `software` is name and version.
    """

    collection: Collection
    files: tuple[DatasetFile, ...]
    rows: int
    first_created: datetime | None
    last_created: datetime | None
    wanted_days: int
    covered_days: int
    missing: tuple[str, ...]
    suspect: tuple[str, ...]
    windows: int
    requests: int
    asked: int
    returned: int
    fields: tuple[str, ...]
    settle_days: int
    software: str
    at: datetime
    synthetic: bool = False
    incomplete: tuple[str, ...] = ()
    earlier: int = 0
    columns: tuple[Column, ...] = VIDEO_COLUMNS


def limits(harvested: Harvested) -> list[str]:
    """What the dataset does not hold, in sentences: no description of it claims completeness."""
    said = [
        "TikTok's Research API is known to omit public videos, so that no harvest of it is complete; counts below say "
        "what the API returned, not what exists.",
        f"{harvested.covered_days} of {harvested.wanted_days} days of the period are covered by complete windows.",
        f"A day is harvested {harvested.settle_days} days after it; videos that TikTok indexes later are missing.",
        f"The API was asked for {harvested.asked} records in {harvested.requests} requests and returned "
        f"{harvested.returned}: it leaves out records that it filters afterwards.",
        "Videos that were deleted or made private before the harvest are not in the dataset.",
    ]
    if harvested.missing:
        said.append(f"Not covered: {', '.join(harvested.missing)}.")
    if harvested.suspect:
        said.append(f"Suspect windows, in which records seem to be missing: {', '.join(harvested.suspect)}.")
    if harvested.incomplete:
        said.append(f"Windows whose harvest is not finished: {', '.join(harvested.incomplete)}.")
    if harvested.earlier:
        said.append(
            f"{harvested.earlier} windows were harvested with an earlier query of the project; the column query_id "
            "tells the videos apart."
        )
    if harvested.synthetic:
        said.insert(0, "The videos are synthetic: they come from a test server, not from TikTok.")
    return said
