"""What a registration reconciled: the dataset's rows, the records in each sink, and the size in the registry."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict


class SinkCounts(BaseModel):
    """One sink: `accepted` and `refused` records, how many it was `sent` or gave up (`withdrawn`) in this run.

    `counted` is what the sink itself says it holds; None where nobody can count it from here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sink: str
    accepted: int
    refused: int
    sent: int
    withdrawn: int
    counted: int | None = None

    def differences(self, rows: int) -> Iterator[str]:
        """What does not add up, with both numbers."""
        if rows != self.accepted + self.refused:
            yield (
                f"{self.sink}: the dataset has {rows} rows, but {self.accepted} accepted and {self.refused} refused "
                "records; they must add up"
            )
        if self.counted not in (None, self.accepted):
            yield f"{self.sink}: it holds {self.counted} records of the dataset, but accepted {self.accepted}"


class Registration(BaseModel):
    """`rows` = `accepted` + `refused` in each sink; the first ones here, and `sent`, are those of the first sink.

    `collection_size` is what the registry shall show: what the sink counted, or accepted where none can be counted.
    `registry_count` is what it shows; None where the counts differ, or iCANDID counts by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: str
    rows: int
    accepted: int
    refused: int
    sent: int
    sinks: tuple[SinkCounts, ...]
    collection_size: int
    registry_row: str
    registry_count: int | None = None
    synthetic: bool
    differences: tuple[str, ...] = ()

    def table(self) -> Iterator[str]:
        """The reconciliation, line by line."""
        yield f"{'':10}{'rows':>10}{'accepted':>10}{'refused':>10}{'counted':>10}{'sent':>10}{'withdrawn':>10}"
        for one in self.sinks:
            counts = (self.rows, one.accepted, one.refused, _shown(one.counted), one.sent, one.withdrawn)
            yield f"{one.sink:10}" + "".join(f"{each:>10}" for each in counts)
        shown = ("", self.collection_size, "", _shown(self.registry_count))
        yield f"{'registry':10}" + "".join(f"{each:>10}" for each in shown)


def _shown(count: int | None) -> int | str:
    return "-" if count is None else count
