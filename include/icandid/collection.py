"""What iCANDID knows about a collection: the facts that its records and its registry row share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from include.domain.project import ResearchProject
from include.icandid.choices import DEFAULTS, Choices
from include.icandid.language_tag import default_tag

_LONGEST_NAME = 100
"""Characters in the registry's `name` column."""

SYNTHETIC = "Synthetic data from the sandbox, not from TikTok. "
"""How the description of a collection begins that must never be taken for real data."""

DESCRIPTION_LENGTH = 255

OPEN_END = date(2060, 12, 31)
"""The `until` of a collection that goes on being harvested (iCANDID's registry table)."""


@dataclass(frozen=True)
class Collection:
    """One dataset as iCANDID shows it; `dataset_id` joins its records to its registry row.

    `default_tag` is the language tag of texts whose language iCANDID declares no search field for; `record_type` and
    `sender_type` are choices of the deployment. `synthetic` says that any record came from the sandbox.
    """

    dataset_id: str
    name: str
    description: str
    license: str
    query: Mapping[str, Any]
    requestor: str
    requestor_email: str
    published_from: date
    published_until: date
    languages: tuple[str, ...]
    labels: tuple[str, ...]
    hidden: bool
    default_tag: str
    provider: str = "TikTok"
    record_type: str = "Message"
    sender_type: str = "Person"
    synthetic: bool = False

    @classmethod
    def of(
        cls,
        project: ResearchProject,
        query: Mapping[str, Any],
        choices: Choices = DEFAULTS,
        *,
        synthetic: bool = False,
    ) -> "Collection":
        """The collection that a research project fills with what `query`, TikTok's condition object, finds."""
        collection = cls(
            dataset_id=project.project_id,
            name=project.title,
            description=project.description,
            license=project.license,
            query=query,
            requestor=project.requestor,
            requestor_email=project.requestor_email,
            published_from=project.period.start,
            published_until=project.period.end or OPEN_END,
            languages=project.languages,
            labels=project.labels,
            hidden=project.hidden,
            default_tag=default_tag(project.languages),
            record_type=choices.record_type,
            sender_type=choices.sender_type,
        )
        return collection._marked_synthetic() if synthetic else collection

    def of_comments(self, dataset_id: str) -> "Collection":
        """The collection of the comments on this one's videos: a dataset of its own, so that a size stays a count of
        videos. Its id is assigned like that of any other dataset.
        """
        ending = " (comments)"
        return replace(self, dataset_id=dataset_id, name=self.name[: _LONGEST_NAME - len(ending)] + ending)

    def _marked_synthetic(self) -> "Collection":
        """The same when any record came from the sandbox: its row and every record say so, and it is hidden."""
        return replace(
            self, description=(SYNTHETIC + self.description)[:DESCRIPTION_LENGTH], hidden=True, synthetic=True
        )
