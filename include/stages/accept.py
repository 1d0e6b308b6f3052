"""Accept: a person takes a window as it is, although it could not be completed, and its days count as covered."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from include.domain.check import Check, Figure, Verdict
from include.domain.errors import AcceptanceRefused
from include.domain.manifest import State, UnitManifest
from include.domain.pasted import period
from include.domain.project import ResearchProject
from include.domain.units import QueryUnits
from include.domain.window import Window
from include.storage.leases import hold_lease
from include.storage.manifests import read_unit, write_unit
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.storage.rollup import read_rollup
from include.tiktok.query import query_id, query_of

log = logging.getLogger(__name__)

#: Windows that a refusal names.
NAMED = 10

#: The order in which a person reads checks.
GRAVEST_FIRST = (Verdict.FAILED, Verdict.WARNING, Verdict.PASSED)


@dataclass(frozen=True)
class Decision:
    """What a person decided: which window, which round of it they were shown, who decided, and why."""

    window: Window
    shown: str
    by: str
    why: str


def read_window(text: str) -> Window:
    """The window that a person means by `2026-01-01 to 2026-01-30`, as the label of its task has it.

    Raises:
        AcceptanceRefused: the text does not name two days in their order.
    """
    with suppress(ValueError):
        start, end = period(text.replace("_", " ")) or (None, None)
        if start and end:
            return Window(start, end)
    raise AcceptanceRefused(f"window = {text!r}: write its first and last day, such as 2026-01-01 to 2026-01-30.")


def find_window(project: ResearchProject, window: Window, objects: Objects) -> UnitManifest:
    """The manifest of a window that can be accepted.

    Raises:
        AcceptanceRefused: there is no such window, or there is nothing to accept about it; says what to do instead.
    """
    store = ProjectStore.of(objects, project.project_id)
    manifest, query = read_unit(store, str(window)), query_id(query_of(project))
    refusal = _refusal(manifest, query)
    if manifest is None or refusal:
        which = f"Research project {project.project_id}, window {_days(window)}: {refusal}."
        raise AcceptanceRefused(f"{which} {_choice(read_rollup(store).units.of_query(query))}")
    return manifest


def version_of(manifest: UnitManifest) -> str:
    """Names the end of the latest round, so that nothing is accepted but what was shown."""
    return f"round {manifest.now.number}, which ended at {manifest.now.ended_at}"


def describe_window(manifest: UnitManifest) -> str:
    """How a window stands, as Markdown: its state with the reason, what was counted, and every check."""
    now = manifest.now
    tries = f"{manifest.tries} {'try' if manifest.tries == 1 else 'tries'}"
    state = f"It is **{now.state}** after {tries}; the last one ended on {now.ended_at:%Y-%m-%d %H:%M} UTC."
    return "\n\n".join((state, f"Why: {now.reason}", _table(_counts(manifest)), _table(_checks(now.checks))))


def accept(
    project: ResearchProject, decision: Decision, objects: Objects, run: str, now: Callable[[], datetime]
) -> UnitManifest:
    """Note in the manifest of a window that a person takes it as it is, and return the manifest.

    Raises:
        AcceptanceRefused: it cannot be accepted, or it is not what the person was shown any more.
        WindowTaken: a harvest is at work on it.
    """
    find_window(project, decision.window, objects)  # so that no lease is left where there is no window
    store = ProjectStore.of(objects, project.project_id)
    with hold_lease(objects, store.layout.unit(str(decision.window)), run, now) as lease:
        manifest = find_window(project, decision.window, objects)
        _check_unchanged(manifest, decision)
        accepted = manifest.accept(decision.by, decision.why, now())
        lease.renew(now())
        write_unit(store, accepted)
    log.info("accepted project=%s %s", project.project_id, sum_up(accepted))
    return accepted


def sum_up(manifest: UnitManifest) -> str:
    """One line about an acceptance: the window, what there is of it, who accepted it, and why."""
    counts, accepted = manifest.now.counts, manifest.accepted
    by = f"accepted by {accepted.by}: {accepted.why}" if accepted else "not accepted"
    withheld = "" if counts.withheld is None else f", {counts.withheld:,} withheld by TikTok"
    return f"window {_days(manifest.window)} ({manifest.now.state}, {counts.found:,} records found{withheld}) {by}"


def _refusal(manifest: UnitManifest | None, query: str) -> str:
    """Why a window cannot be accepted; nothing where it can."""
    if manifest is None:
        return "there is no such window"
    if manifest.query_id != query:
        return "it was harvested with an earlier query; the next run asks its days again with the query of today"
    if manifest.stands:
        return f"it is complete since {manifest.stands.ended_at:%Y-%m-%d}, so that there is nothing to accept"
    if manifest.accepted:
        return f"it was accepted on {manifest.accepted.at:%Y-%m-%d} already, by {manifest.accepted.by}"
    if manifest.now.state is State.OPEN:
        return (
            f"its round, begun by run {manifest.now.begun_by}, has not ended; let that run end, or the next one, which "
            "goes on with it, and accept what that leaves"
        )
    return ""


def _choice(known: QueryUnits) -> str:
    """Which windows can be accepted."""
    waiting = [each for each in known.unsettled if not each.covers and each.now is not State.OPEN]
    if not waiting:
        return "No window of the project can be accepted."
    named = ", ".join(f"{_days(each.window)} ({each.now})" for each in waiting[:NAMED])
    return f"These can be accepted: {named}{f', and {len(waiting) - NAMED} more' if waiting[NAMED:] else ''}."


def _check_unchanged(manifest: UnitManifest, decision: Decision) -> None:
    if version_of(manifest) != decision.shown:
        raise AcceptanceRefused(
            f"Window {_days(manifest.window)} has changed since its checks were shown: they were those of "
            f"{decision.shown}, and now there is {version_of(manifest)}. Trigger accept_window again, and have the new "
            "checks approved."
        )


def _counts(manifest: UnitManifest) -> Iterator[tuple[str, ...]]:
    counts = manifest.now.counts
    yield "Counts", ""
    yield "records found", f"{counts.found:,}"
    yield "new, changed, unchanged", f"{counts.fresh:,}, {counts.changed:,}, {counts.unchanged:,}"
    yield "hits that TikTok told of", _number(counts.hits)
    yield "hits that it withheld", _number(counts.withheld)
    yield "foreign hits", f"{counts.foreign:,}"
    yield "records without an id", f"{counts.without_id:,}"
    yield "pages, requests", f"{counts.pages:,}, {counts.requests:,}"
    yield "days with records", f"{len(manifest.now.days)} of {manifest.window.days}"


def _checks(checks: Sequence[Check]) -> Iterator[tuple[str, ...]]:
    yield "Check", "Verdict", "Figures", "Reason"
    for each in sorted(checks, key=lambda check: GRAVEST_FIRST.index(check.verdict)):
        figures = ", ".join(f"{name} {_number(value)}" for name, value in each.figures.items())
        yield each.name, f"**{each.verdict}**" if each.failed else each.verdict, figures, each.reason


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown; its first row is the head."""
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    """A text that stays in its cell, whatever TikTok wrote."""
    return " ".join(text.replace("|", "\\|").split())


def _number(value: Figure) -> str:
    if value is None:
        return "unknown"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else value


def _days(window: Window) -> str:
    """A window as the label of its task has it."""
    return f"{window.start} to {window.end}"
