"""Examine: what a proposed research project asks TikTok, whether TikTok would answer, and what it would cost."""

from collections.abc import Iterator, Sequence
from datetime import date

from include.domain.asked import Asked
from include.domain.density import Density
from include.domain.difference import told
from include.domain.errors import AccessEnded, SearchLost, SearchTooBroad, Tomorrow
from include.domain.page import START
from include.domain.project import ResearchProject
from include.domain.slice import Slice
from include.domain.units import QueryUnits, Units
from include.domain.window import Window, join
from include.stages.estimate import estimate
from include.stages.plan import cut_windows, read_densities
from include.stages.proposal import Proposal
from include.stages.sample import sample
from include.storage.ledger import Ledger
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.storage.rollup import read_rollup
from include.tiktok.client import ResearchApi
from include.tiktok.entities import VIDEOS
from include.tiktok.query import query_id, query_of
from include.tiktok.query_words import condition, long_lists, sentence


def examine(proposal: Proposal, api: ResearchApi, objects: Objects, today: date, *, probe: bool) -> dict[str, str]:
    """What an engineer has to know before the project is written, as texts that Airflow shows.

    With a `probe` TikTok is asked: for one record, and where it took the query, for days that tell what the harvest
    will cost. Nothing is written here but these requests and days.

    Raises:
        CredentialsRejected: TikTok does not accept the API client.
        RequestRejected: TikTok refuses the query for good.
        ApiUnavailable: TikTok could not answer this time.
    """
    project = proposal.project
    query, store = query_of(project), ProjectStore.of(objects, project.project_id)
    months = read_rollup(store).months
    known, name = Units.sum(months.values()), query_id(query)
    api.check_credentials()
    probed = _probed(project, api, objects, today) if probe else "not asked for"
    density = read_densities(store, months, name, project.wanted(today))
    return {
        "project_id": project.project_id,
        "state": proposal.state,
        "changes": told(proposal.changes),
        "asks": sentence(query, _days(project)),
        "condition": condition(query),
        "query_id": name,
        "generation": generation(proposal, known),
        "connection": f"{project.connection_id}: TikTok gave a token",
        "probe": probed,
        "cost": cost(project, known.of_query(name), density, today),
        "notes": "\n".join([*long_lists(query), *_notes(project, today)]) or "none",
    }


def generation(proposal: Proposal, known: Units) -> str:
    """What a changed query means for a project that holds data already."""
    after = query_id(query_of(proposal.project))
    if not known.queries.keys() - {after}:
        return "goes on: the query stays as it is" if known.queries else "the first of this project"
    before = query_id(query_of(proposal.earlier)) if proposal.earlier else "unknown"
    if before == after:
        return "goes on: the query stays as it is; some windows are of an earlier one"
    again = sum(window.days for window in _days_again(known, after))
    return (
        f"A NEW GENERATION STARTS: the query changes from {before} to {after}. {again} days that complete windows of "
        "another query cover will be asked again. What is stored stays: the column query_id of the dataset says which "
        "query found a record last."
    )


def cost(project: ResearchProject, known: QueryUnits, density: Sequence[Density], today: date) -> str:
    """What the first harvest would take; requests stay unknown until a day of the query is sampled or covered."""
    wanted = project.wanted(today)
    if wanted is None:
        return f"nothing yet: no day of the period is {project.settle_days} days old"
    windows = cut_windows(project, wanted.without(known.covered), density)
    taken = estimate(windows, density, project.daily_requests, today)
    parts = [str(taken), f"it may take {project.daily_requests} requests a day"]
    if taken.requests is None:
        parts.insert(1, f"at least {len(windows)}, one for each window")
    if project.period.end is None:
        parts.append("more as days pass: its period is open")
    return "; ".join(parts)


def _probed(project: ResearchProject, api: ResearchApi, objects: Objects, today: date) -> str:
    """Ask for one record of the newest settled days; the request is counted like any other."""
    wanted = project.wanted(today)
    try:
        project.check_access(today)
    except AccessEnded:
        return f"not sent: access is approved from {project.access.start} to {project.access.end}"
    if wanted is None:
        return "not sent: no day of the period is old enough"
    days = Window(max(wanted.start, wanted.end - (project.window_days - 1) * (date.resolution)), wanted.end)
    request = VIDEOS.ask(query_of(project), Slice(number=1, start=days.start, end=days.end), START) | {"max_count": 1}
    ledger = Ledger(objects, api.client, project.daily_requests)
    try:
        answer, requests = api.page(VIDEOS, request, (VIDEOS.key,), ledger)
    except Tomorrow as error:
        return f"not answered: {error}"
    except (SearchTooBroad, SearchLost) as error:
        return f"TikTok failed on {_said(days)}, harvest will cut it into less; think of a smaller window_days: {error}"
    finally:
        ledger.close()
    more = "there is more to page through" if answer.content.more else "nothing"
    found = "a video was found" if answer.content.returned else more
    sampled = sample(project, Asked(), api, objects, today)
    asked = f"{requests} request" + (f", and {sampled} for days to estimate the cost" if sampled else "")
    return f"TikTok accepts the query ({asked}); in {_said(days)}: {found}"


def _days_again(known: Units, after: str) -> list[Window]:
    """Days that complete windows of other queries cover, and none of this one."""
    others = join(window for query, units in known.queries.items() if query != after for window in units.covered)
    return [days for window in others for days in window.without(known.of_query(after).covered)]


def _notes(project: ResearchProject, today: date) -> Iterator[str]:
    if today < project.access.start:
        yield f"access begins on {project.access.start}; until then every run stops at its plan"
    if today > project.access.end:
        yield f"access ended on {project.access.end}; every run stops at its plan"
    if project.schedule:
        yield f"its schedule {project.schedule} begins by itself as soon as the DAG is there"
    if project.pool is None:
        yield "it has no pool: its windows take turns, but not with those of other projects of the same API client"


def _days(project: ResearchProject) -> str:
    return f"created from {project.period.start} " + (f"to {project.period.end}" if project.period.end else "on")


def _said(days: Window) -> str:
    return f"{days.start} to {days.end}"
