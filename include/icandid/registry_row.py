"""What iCANDID's Collection Registry keeps of a collection, and within which limits."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from include.domain.errors import ProjectInvalid
from include.icandid.collection import Collection
from include.icandid.query_text import query_text
from include.icandid.text import clean


def _text(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


class RegistryRow(BaseModel):
    """The columns of the registry that a collection decides; the names are those of the table.

    The limits are those of the table, and every text is mandatory. `hidden` is what the project wants once the
    counts reconcile; until then the row is hidden anyway.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, _text(100)]
    internalident: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=45)]
    description: Annotated[str, _text(255)]
    requestor: Annotated[str, _text(100)]
    requestoremail: Annotated[str, _text(200)]
    published_from: date
    published_until: date
    query: Annotated[str, _text(1000)]
    provider: Annotated[str, _text(45)]
    license: Annotated[str, _text(255)]
    available: bool = True
    hidden: bool = True
    languages: tuple[Annotated[str, _text(5)], ...] = ()
    labels: tuple[Annotated[str, _text(45)], ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.published_until < self.published_from:
            raise ValueError(f"published_until {self.published_until} lies before published_from; swap them")
        return self

    @classmethod
    def of(cls, collection: Collection) -> "RegistryRow":
        """The row of a collection.

        Raises:
            ProjectInvalid: names every column that the registry would refuse, its value and the limit.
        """
        try:
            return cls(
                name=clean(collection.name),
                internalident=collection.dataset_id,
                description=clean(collection.description),
                requestor=clean(collection.requestor),
                requestoremail=collection.requestor_email,
                published_from=collection.published_from,
                published_until=collection.published_until,
                query=query_text(collection.query),
                provider=collection.provider,
                license=clean(collection.license),
                hidden=collection.hidden,
                languages=collection.languages,
                labels=collection.labels,
            )
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'period'} = {str(one['input'])[:80]!r}: {one['msg']}"
                for one in error.errors()
            )
            raise ProjectInvalid(
                f"iCANDID's registry refuses {collection.dataset_id}: {wrong}. Correct the research project."
            ) from None
