"""What a registration reconciled: the dataset's rows, the records made of them, and the registry row."""

from pydantic import BaseModel, ConfigDict


class Registration(BaseModel):
    """`rows` = `accepted` + `refused`; `sent` counts the records put by this run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: str
    rows: int
    accepted: int
    refused: int
    sent: int
    registry_row: str
    synthetic: bool
