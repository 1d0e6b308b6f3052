"""What a client has used of its daily quota and of the short-term limit."""

from collections import defaultdict, deque
from datetime import date, datetime, timedelta

from include.sandbox.refusals import daily_quota, rate_limit
from include.sandbox.settings import SandboxSettings

FOLLOW_GRAPH = ("user/followers", "user/following")
"""Endpoints with a pool of their own (TikTok docs, FAQ)."""


class Quota:
    """Requests and records of each client, pool and UTC day."""

    def __init__(self) -> None:
        self._requests: defaultdict[tuple, int] = defaultdict(int)
        self._records: defaultdict[tuple, int] = defaultdict(int)
        self._recent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def check(self, client: str, endpoint: str, now: datetime, settings: SandboxSettings) -> None:
        """Let a request through.

        Raises:
            Refusal: 429 of the short-term limit or of the daily quota.
        """
        self._check_rate(client, now, settings)
        graph = endpoint in FOLLOW_GRAPH
        most_requests = settings.graph_requests_per_day if graph else settings.requests_per_day
        most_records = settings.graph_records_per_day if graph else settings.records_per_day
        requests, records = self.used(client, endpoint, now, settings)
        if requests >= most_requests or records >= most_records:
            raise daily_quota()

    def charge(
        self, client: str, endpoint: str, now: datetime, cost: tuple[int, int], settings: SandboxSettings
    ) -> None:
        """Count a request that was answered, and the records in its answer."""
        key = _key(client, endpoint, now, settings)
        self._requests[key] += cost[0]
        self._records[key] += cost[1]

    def used(self, client: str, endpoint: str, now: datetime, settings: SandboxSettings) -> tuple[int, int]:
        """Requests and records the client has used, in the endpoint's pool, since the last reset."""
        key = _key(client, endpoint, now, settings)
        return self._requests[key], self._records[key]

    def _check_rate(self, client: str, now: datetime, settings: SandboxSettings) -> None:
        if not settings.rate_limit:
            return
        recent = self._recent[client]
        while recent and recent[0] <= now - timedelta(seconds=settings.rate_limit_seconds):
            recent.popleft()
        if len(recent) >= settings.rate_limit:
            raise rate_limit()
        recent.append(now)


def _key(client: str, endpoint: str, now: datetime, settings: SandboxSettings) -> tuple[str, bool, date]:
    day = (now - timedelta(seconds=settings.reset_delay_seconds)).date()
    return client, endpoint in FOLLOW_GRAPH, day
