"""Purge: remove all data of a research project, from what the public sees inwards, and certify it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from include.domain.certificate import Approval, Certificate, Change, Inventory
from include.domain.errors import CountsDiffer, PurgeRefused, SettingInvalid, WindowTaken
from include.icandid.registry import Registrar
from include.icandid.sink import Index
from include.stages.inventory import entities, inventory
from include.stages.leftovers import after_purge
from include.storage import certificates, configurations
from include.storage.layout import LEASES, ProjectLayout
from include.storage.leases import LENGTH, Lease, take
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """A purge that was asked for and approved: of what was counted in `approved`, by the run `run`."""

    approved: Inventory
    approval: Approval
    asked_by: str
    reason: str
    run: str
    left_to_do: tuple[str, ...] = ()

    @property
    def layout(self) -> ProjectLayout:
        return ProjectLayout(self.approved.project_id)


def purge(
    order: Order, objects: Objects, registry: Registrar, indices: Sequence[Index], now: Callable[[], datetime]
) -> Certificate:
    """Remove the registry row, the documents, the hand-over tree, the dataset, the parts, the pages and the rest.

    What was there is counted and kept before anything goes. Killed at any moment and called again, by this run or by
    another, it removes what is left, and certifies all of it.

    Raises:
        PurgeRefused: a harvest is at work, or more is there than was approved; as a rule nothing was removed yet.
        CountsDiffer: something is there again after everything was removed.
    """
    layout = order.layout
    earlier = certificates.read(objects, layout)
    if earlier and earlier[-1].finished_at and order.approval in earlier[-1].approvals:
        return earlier[-1]
    with _alone(objects, layout, order.run, now) as keep:
        certificate = _begun(order, earlier, objects, inventory(layout, objects, registry, indices, now()), now())
        registry.purge(layout.project_id)
        _withdraw(layout.project_id, indices, keep, now())
        unlisted = _remove(objects, layout, keep)
    return _finished(order, certificate, objects, inventory(layout, objects, registry, indices, now()), unlisted, now())


def _begun(order: Order, earlier: list[Certificate], objects: Objects, there: Inventory, at: datetime) -> Certificate:
    """The certificate to come, with what there was before the first attempt."""
    if more := there.more_than(order.approved):
        raise PurgeRefused(
            f"Research project {there.project_id}: there is more now than was approved ({', '.join(more)}). Nothing "
            "was removed; clear count_data, so that the new counts are approved."
        )
    if earlier and earlier[-1].finished_at is None:
        before, approvals = earlier[-1], dict.fromkeys((*earlier[-1].approvals, order.approval))
        update = {"before": before.before.or_more(there), "approvals": tuple(approvals)}
        certificate = before.model_copy(update=update)
    else:
        certificate = Certificate(
            project_id=there.project_id,
            reason=order.reason,
            asked_by=order.asked_by,
            approvals=(order.approval,),
            begun_at=at,
            before=there,
            changes=_changes(objects, order.layout),
        )
    certificates.write(objects, order.layout, certificate)
    return certificate


def _changes(objects: Objects, layout: ProjectLayout) -> tuple[Change, ...]:
    """Who changed the configuration when; a version that cannot be read must not keep the data from being removed."""
    try:
        return tuple(Change(by=each.by, at=each.at) for each in configurations.versions(objects, layout))
    except SettingInvalid:
        log.warning("the versions of the configuration cannot be read project=%s", layout.project_id)
        return ()


def _withdraw(project_id: str, indices: Sequence[Index], keep: Callable[[], None], at: datetime) -> None:
    for index in indices:
        for _ in index.withdraw(project_id, index.ids(project_id), at):
            keep()


def _remove(objects: Objects, layout: ProjectLayout, keep: Callable[[], None]) -> int:
    """Remove everything below the project; the leases go last. Returns how many files no listing had shown."""
    for place in _places(objects, layout):
        for some in objects.stored(place):
            keep()
            objects.delete_together([each.path for each in some if layout.kind_of(each.path) != LEASES])
    for some in objects.stored(layout.everything):
        objects.delete_together([each.path for each in some if layout.kind_of(each.path) == LEASES])
    return objects.sweep(layout.everything)


def _places(objects: Objects, layout: ProjectLayout) -> Iterator[str]:
    """From what iCANDID takes to what everything else can be made from again."""
    harvested = entities(objects, layout)
    yield from layout.handed_out
    yield from (each.dataset for each in harvested)
    for each in harvested:
        units = ProjectStore(objects, each).units
        objects.delete_together([each.part(unit) for unit in units])
        yield from (each.unit(unit) for unit in units)
    yield layout.everything


def _finished(
    order: Order, certificate: Certificate, objects: Objects, after: Inventory, unlisted: int, at: datetime
) -> Certificate:
    if not after.empty:
        raise CountsDiffer(
            f"Research project {after.project_id}: everything was removed, but {after.total.objects} objects and "
            f"{sum(after.documents.values())} documents are there, registry row: {after.registry_row}. Something "
            "writes there, or an index refuses; end that, then clear purge_data."
        )
    left = (*order.left_to_do, *after_purge(certificate.before, after))
    update = {"finished_at": at, "after": after, "unlisted": unlisted, "left_to_do": left}
    done = certificate.model_copy(update=update)
    certificates.write(objects, order.layout, done)
    log.info("purged project=%s objects=%d remaining=0", done.project_id, done.before.total.objects)
    return done


@contextmanager
def _alone(
    objects: Objects, layout: ProjectLayout, run: str, now: Callable[[], datetime]
) -> Iterator[Callable[[], None]]:
    """Hold the lease of every dataset and window of the project; what is yielded renews them, when it is time."""
    held: list[Lease] = []

    def keep() -> None:
        at = now()
        for lease in held:
            if at >= lease.until - LENGTH / 2:
                lease.renew(at)

    try:
        for each in entities(objects, layout):
            prefixes = (each.harvest, *(each.unit(unit) for unit in ProjectStore(objects, each).units))
            held.extend(take(objects, prefix, run, now()) for prefix in prefixes)
        yield keep
    except WindowTaken as error:
        raise PurgeRefused(
            f"Research project {layout.project_id}: a harvest is at work ({error}) Let it end, or mark its run as "
            "failed and wait ten minutes; then clear this task."
        ) from error
    finally:
        for lease in held:
            lease.release(now())
