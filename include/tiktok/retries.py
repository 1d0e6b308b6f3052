"""How often and how long a call is repeated, for each remedy; always the identical call.

Waits follow what public clients found: a fresh search id is refused for some 5 to 25 seconds, a rate limit passes in
10 to 60, a server fault in 30 to 120 (see docs/tiktok-research-api.md).
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter, wait_incrementing
from tenacity.wait import wait_base

from include.tiktok.refusal import Refusal
from include.tiktok.verdicts import Remedy

log = logging.getLogger(__name__)

Result = TypeVar("Result")

#: Calls with a search id that TikTok refuses: a fresh one may not be ready for some seconds.
SEARCH_TRIES = 6

#: Calls that TikTok fails on, or answers with what cannot be read, before less is asked for at a time.
FAULT_TRIES = 5

#: Calls that may meet each kind of refusal, the first call included; None is whatever the table does not know.
TRIES: dict[Remedy | None, int] = {
    Remedy.MOMENT: 6,
    Remedy.RENEW_TOKEN: 3,
    Remedy.SMALLER_WINDOW: FAULT_TRIES,
    Remedy.UNREADABLE: FAULT_TRIES,
    Remedy.SEARCH_AGAIN: SEARCH_TRIES,
    Remedy.SECOND_LOOK: 3,
    None: 3,
}

#: Calls in all for one page, whatever the mix of refusals; one more when the token has to be renewed.
MOST = 8

_SOON = wait_exponential_jitter(multiplier=5, max=60, jitter=5)

#: A second and a third look, one minute and three minutes after the first.
_LATER = wait_incrementing(start=60, increment=60, max=120)

WAITS: dict[Remedy | None, wait_base] = {
    Remedy.MOMENT: _SOON,
    Remedy.RENEW_TOKEN: _LATER,
    Remedy.SMALLER_WINDOW: wait_exponential_jitter(multiplier=10, max=120, jitter=10),
    Remedy.UNREADABLE: _SOON,
    Remedy.SEARCH_AGAIN: wait_incrementing(start=5, increment=5, max=25),
    Remedy.SECOND_LOOK: _LATER,
    None: _LATER,
}

#: Seconds that a page may wait in all.
LONGEST = 15 * 60

#: Seconds of the longest wait between two calls, which the lease outlives; a longer one gives the worker back.
PAUSE = 2 * 60

#: Remedies for which what is asked matters: a long pause would put off that less is asked for.
LESS_HELPS = (Remedy.SMALLER_WINDOW, Remedy.UNREADABLE)


class Again(Exception):
    """One refusal that a repetition may cure. `retry_after` are the seconds that TikTok asked for.

    `for_good` is set when the patience with refusals of this kind is used up, not only that with the page.
    """

    def __init__(self, remedy: Remedy | None, refusal: Refusal | None, what: str, retry_after: float = 0) -> None:
        super().__init__(what)
        self.remedy = remedy
        self.refusal = refusal
        self.retry_after = retry_after
        self.for_good = False

    @property
    def log_id(self) -> str | None:
        """TikTok's name for the answer, where there was one."""
        return self.refusal.log_id if self.refusal else None


def repeat(
    call: Callable[[], Result], sleep: Callable[[float], None], tries: Mapping[Remedy | None, int] = TRIES
) -> Result:
    """What `call` returns in the end; `tries` is how often it may meet each kind of refusal.

    Raises:
        Again: the last refusal, when patience is used up.
    """
    met: Counter[Remedy | None] = Counter()

    def enough(state: RetryCallState) -> bool:
        again = _refusal_of(state)
        met[again.remedy] += 1
        again.for_good = met[again.remedy] >= tries[again.remedy]
        too_long = state.upcoming_sleep > PAUSE or state.idle_for + state.upcoming_sleep > LONGEST
        return again.for_good or too_long or state.attempt_number >= MOST

    retry = retry_if_exception_type(Again)
    return Retrying(retry=retry, stop=enough, wait=_pause, sleep=sleep, before_sleep=_log, reraise=True)(call)


def _log(state: RetryCallState) -> None:
    """Each call that is made again stands in the log: they cost requests."""
    log.info(
        "asking again in %.0f s, after call %d: %s", state.upcoming_sleep, state.attempt_number, _refusal_of(state)
    )


def _pause(state: RetryCallState) -> float:
    """The longer of what TikTok asks for and our own wait; a search that fails is cut rather than put off for long."""
    again = _refusal_of(state)
    asked = min(again.retry_after, PAUSE) if again.remedy in LESS_HELPS else again.retry_after
    return max(asked, WAITS[again.remedy](state))


def _refusal_of(state: RetryCallState) -> Again:
    error = state.outcome and state.outcome.exception()
    if not isinstance(error, Again):
        raise TypeError("only asked after a call that failed")
    return error
