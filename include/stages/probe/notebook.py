"""The notebook of a probe: how many requests it sent, and every answer, so that a killed task asks nothing twice."""

from dataclasses import dataclass, field

from pydantic import BaseModel

from include.stages.probe.reading import Reading
from include.storage.objects import Objects


class _Page(BaseModel):
    requests: int = 0
    readings: tuple[Reading, ...] = ()


@dataclass
class Notebook:
    """What is known so far, stored at `path` before each request and after each answer."""

    objects: Objects
    path: str
    requests: int = 0
    readings: dict[str, Reading] = field(default_factory=dict)

    @classmethod
    def open(cls, objects: Objects, path: str) -> "Notebook":
        """The notebook as an earlier try left it, or an empty one."""
        content = objects.read(path)
        page = _Page.model_validate_json(content) if content else _Page()
        return cls(objects, path, page.requests, {each.question: each for each in page.readings})

    def count_request(self) -> None:
        """Count a request before it goes out."""
        self.requests += 1
        self._write()

    def keep(self, reading: Reading) -> None:
        """Keep an answer, which is never asked for again."""
        self.readings[reading.question] = reading
        self._write()

    def discard(self) -> None:
        """Remove the notebook: it holds ids, which no report has."""
        self.objects.delete([self.path])

    def _write(self) -> None:
        page = _Page(requests=self.requests, readings=tuple(self.readings.values()))
        self.objects.write(self.path, page.model_dump_json().encode())
