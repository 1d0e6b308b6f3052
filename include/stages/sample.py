"""Sample: a few days are asked for, one request each, so that the cost of a first harvest can be told."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from include.domain.asked import Asked
from include.domain.density import Sample, measure
from include.domain.errors import ApiUnavailable, Narrower, RequestRejected, Tomorrow
from include.domain.page import START
from include.domain.project import ResearchProject
from include.domain.slice import Slice
from include.domain.window import Window
from include.storage.ledger import Ledger
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.storage.rollup import read_rollup
from include.storage.samples import read_samples, write_samples
from include.tiktok.answer import Content
from include.tiktok.client import ResearchApi
from include.tiktok.entities import VIDEOS, Entity
from include.tiktok.query import query_id, query_of

log = logging.getLogger(__name__)

#: Days that are sampled at most.
DAYS = 5

#: A day that TikTok fails on is given up at once: a sample is not worth a second request.
TRIES = 1


def sample(project: ResearchProject, asked: Asked, api: ResearchApi, objects: Objects, today: date) -> int:
    """Sample days of those that are asked for and not covered, and store what they tell; returns how many.

    Nothing is sampled where `project.sample` is off, where more days are covered than are left, or near a day that was
    sampled before. A day that TikTok cannot serve is left out. When TikTok rests, is down, or refuses to be asked for
    one day, no further day is asked for.

    Raises:
        AccessEnded, ProjectRetired: nothing may be asked today.
        CredentialsRejected: TikTok does not accept the API client.
    """
    if not project.sample:
        return 0
    project.check_access(today)
    store, query = ProjectStore.of(objects, project.project_id), query_id(query_of(project))
    known, wanted = read_rollup(store).units.of_query(query), asked.of(project, today)
    left = wanted.without(known.covered) if wanted else []
    before = read_samples(store)
    days = days_to_sample(left, [each.day for each in before.of_query(query)])
    if not days or sum(window.days for window in left) <= known.covered_days:
        return 0
    ledger = Ledger(objects, api.client, project.daily_requests)
    try:
        found = list(_ask(project, days, api, ledger))
    finally:
        ledger.close()
    if found:
        write_samples(store, before.add(query, found))
    log.info("sampled project=%s days=%d of=%d", project.project_id, len(found), len(days))
    return len(found)


def days_to_sample(left: Sequence[Window], known: Sequence[date]) -> list[date]:
    """Days spread evenly over those that are left, without those near which a day is known.

    They fall on several days of the week: a step of whole weeks is made a day shorter.
    """
    days = [day for window in left for day in window]
    number = min(DAYS, len(days))
    step = len(days) // number if number else 0
    step -= step > 0 and step % 7 == 0
    first = (len(days) - step * (number - 1)) // 2
    spread = [days[first + step * each] for each in range(number)]
    return [day for day in spread if not any(abs(day - each) <= timedelta(days=step) / 2 for each in known)]


def read_hits(entity: Entity, day: date, content: Content) -> Sample:
    """What the first page of a day tells of all its hits.

    A last page tells them by its cursor (recorded behaviour, 8). Of more hits than a page has positions it shows the
    newest, and the time in their ids tells how fast they came.
    """
    if content.more:
        keys = (entity.identify(record) for record in content.records)
        return measure(day, entity.page_size, [entity.made_at(key) for key in keys if key is not None])
    told = content.index or 0
    return Sample(day=day, hits=told if content.returned <= told <= entity.page_size else content.returned)


def _ask(project: ResearchProject, days: Sequence[date], api: ResearchApi, ledger: Ledger) -> Iterator[Sample]:
    for day in days:
        asked_for, narrowing = VIDEOS.on_day(day)
        asked = Slice(number=1, start=asked_for.start, end=asked_for.end, narrowing=narrowing, one_day=True)
        request = VIDEOS.ask(query_of(project), asked, START)
        try:
            answer, _ = api.page(VIDEOS, request, (VIDEOS.key,), ledger, fault_tries=TRIES)
        except Narrower as error:
            log.warning("project=%s: %s cannot be sampled: %s", project.project_id, day, error)
        except (Tomorrow, ApiUnavailable, RequestRejected) as error:
            log.warning("project=%s: no day is sampled any more: %s", project.project_id, error)
            return
        else:
            yield read_hits(VIDEOS, day, answer.content)
