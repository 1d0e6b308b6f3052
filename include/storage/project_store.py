"""The store of one research project and one entity of it: where its objects are, and by which paths."""

from dataclasses import dataclass

from include.domain.errors import SettingInvalid
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects


@dataclass(frozen=True)
class ProjectStore:
    """The objects of a deployment, and the layout of one project in it."""

    objects: Objects
    layout: ProjectLayout

    @classmethod
    def of(cls, objects: Objects, project_id: str, entity: str = "videos") -> "ProjectStore":
        return cls(objects, ProjectLayout(project_id, entity))

    @property
    def units(self) -> list[str]:
        """The names of all units that have anything stored, with a manifest or without."""
        return self.objects.folders(self.layout.units)

    def check_layout(self) -> None:
        """Nothing is harvested beside data that an earlier version has stored in another layout.

        Raises:
            SettingInvalid: such data are there.
        """
        if self.objects.folders(self.layout.earlier_layout):
            raise SettingInvalid(
                f"{self.layout.earlier_layout} was written by a version from before 2026-12, whose windows this one "
                "does not read. Move it out of the storage, or purge the project, and harvest again."
            )
