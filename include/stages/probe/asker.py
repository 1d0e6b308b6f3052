"""The asker: sends the requests of a probe, each counted before it goes out, and remembers what came."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests

from include.domain.errors import ApiUnavailable, QuotaExhausted, Tomorrow
from include.domain.quota import Meter
from include.stages.probe.form import ProbeForm
from include.stages.probe.notebook import Notebook
from include.stages.probe.question import Question
from include.stages.probe.reading import Reading, author_in, no_answer, read
from include.tiktok.client import ResearchApi
from include.tiktok.entities import VIDEOS
from include.tiktok.retries import PAUSE, Again
from include.tiktok.verdicts import Remedy
from include.tiktok.wire import post

log = logging.getLogger(__name__)

#: Requests of one probe, repeated ones included.
MOST = 25

#: Of these, kept for the questions that are asked after an hour.
KEPT_FOR_LATE = 3

#: Seconds before the same question is asked a second and a third time.
PAUSES = (15, 60)


class Unsettled(Exception):
    """A point cannot be settled, and why; the other points go on."""


class ProbeResting(Tomorrow):
    """The next question of a probe is due at a later time."""

    def __init__(self, due: datetime, at: datetime) -> None:
        super().__init__(f"The next question of the probe is due at {due:%H:%M} UTC; what came so far is kept.")
        self.wait = due - at


@dataclass
class Asker:
    """Asks the questions of one probe. `author` is a user to ask about, known to this process alone."""

    form: ProbeForm
    api: ResearchApi
    meter: Meter
    notebook: Notebook
    author: str = ""

    def answer(self, question: Question) -> Reading:
        """A good answer.

        Raises:
            Unsettled: TikTok refused, or what `ask` raises.
        """
        reading = self.ask(question)
        if not reading.answered:
            raise Unsettled(f"TikTok refused *{question.name}*: {reading.refusal}")
        return reading

    def ask(self, question: Question) -> Reading:
        """An answer or a refusal, from memory where the question was asked before.

        Raises:
            Unsettled: nothing usable came, the endpoint is out of scope, or the bound of requests is reached.
            ProbeResting: it is too early to ask.
            QuotaExhausted, ApiResting: the client's quota is used up, or its tasks rest.
            ApiUnavailable: TikTok answers nothing at all.
        """
        reading = self.notebook.readings.get(question.name) or self._refusal_of(question.path)
        reading = reading or self._ask_patiently(question)
        if reading.is_out_of_scope:
            raise Unsettled(f"out of scope for this API client: {reading.refusal}")
        if reading.passes:
            raise Unsettled(f"TikTok could not answer *{question.name}*: {reading.refusal}")
        return reading

    def knows(self, question: Question) -> bool:
        """Whether the question was asked before."""
        return question.name in self.notebook.readings

    def _refusal_of(self, path: str) -> Reading | None:
        """The answer that said that an endpoint is out of scope."""
        readings = self.notebook.readings.values()
        return next((each for each in readings if each.path == path and each.is_out_of_scope), None)

    def _ask_patiently(self, question: Question) -> Reading:
        self._wait_for(question)
        reading = self._send(question)
        for seconds in PAUSES:
            if not _deserves_another_try(question, reading) or not self._left(question):
                break
            self.api.sleep(seconds)
            reading = self._send(question)
        if not self.notebook.readings and not reading.answered and reading.helps != Remedy.PERSON:
            raise ApiUnavailable(reading.refusal, reading.log_id or None)
        self.notebook.keep(reading)
        return reading

    def _wait_for(self, question: Question) -> None:
        now = self.api.now()
        wait = (question.earliest - now) if question.earliest else timedelta()
        if wait > timedelta(seconds=PAUSE):
            raise ProbeResting(now + wait, now)
        if wait > timedelta():
            self.api.sleep(wait.total_seconds())

    def _left(self, question: Question) -> int:
        return MOST - self.notebook.requests - (0 if question.late else KEPT_FOR_LATE)

    def _send(self, question: Question, refused_token: str | None = None) -> Reading:
        """One request; one more where TikTok refuses the token."""
        if self._left(question) <= 0:
            raise Unsettled(f"the bound of {MOST} requests is reached")
        token = self._token(refused_token)
        self.meter.before_request(self.api.clock.now())
        self.notebook.count_request()
        reading = self._post(question, token)
        self.meter.after_answer(reading.returned if reading.answered else None)
        log.info(
            "probe asked=%r status=%s code=%s returned=%d requests=%d",
            question.name,
            reading.status,
            reading.code,
            reading.returned,
            self.notebook.requests,
        )
        if reading.helps == Remedy.TOMORROW:
            raise QuotaExhausted(self.meter.refused(reading.at), reading.at, "TikTok says the daily quota is used up")
        if reading.helps == Remedy.RENEW_TOKEN and refused_token is None and self._left(question):
            return self._send(question, token)
        return reading

    def _token(self, refused: str | None) -> str:
        try:
            return self.api.bearer(refused)
        except Again as again:
            raise ApiUnavailable(str(again), again.log_id) from again

    def _post(self, question: Question, token: str) -> Reading:
        headers = {"Authorization": f"Bearer {token}"}
        credentials = self.api.credentials
        try:
            reply = post(
                self.api.session,
                self.api.clock,
                credentials.base_url,
                question.path,
                headers=headers,
                **question.sent,
            )
        except requests.RequestException as error:
            log.info("probe asked=%r: nothing came: %s", question.name, type(error).__name__)
            return no_answer(question, self.api.clock.now())
        if question.path == VIDEOS.path and not self.author:
            self.author = author_in(reply.body)
        return read(question, reply, [*self.form.words, self.author, credentials.client_key, credentials.client_secret])


def _deserves_another_try(question: Question, reading: Reading) -> bool:
    return reading.passes or (question.patient and reading.helps == Remedy.SEARCH_AGAIN)
