"""What can go wrong in a harvest, and who acts.

    HarvestError
    ├── Moment                  nobody: the same call again in a moment
    │   ├── ApiUnavailable          TikTok answered with a passing fault, or not at all
    │   ├── StorageUnavailable      the object store does not answer
    │   ├── AirflowUnavailable      Airflow's API server does not answer
    │   └── NoticeNotSent           a notification did not leave
    ├── Tomorrow                nobody: go on at a known time
    │   ├── QuotaExhausted          the client's requests or records of this UTC day are used up
    │   ├── ApiResting              TikTok could not answer another task of this client lately, or oddly
    │   ├── AnswerDoubted           an odd answer of TikTok, which is believed only when it comes again
    │   ├── SearchResting           TikTok fails on a search that came some way: it rests before it is cut
    │   └── WindowTaken             another task holds the lease of the window, or of the dataset
    ├── Narrower                nobody: ask for less at a time
    │   ├── SearchTooBroad          TikTok fails on this search again and again
    │   ├── SearchLost              TikTok does not know the id of this search any more
    │   ├── AnswerUnreadable        TikTok's answer cannot be read
    │   ├── SearchStuck             a search brings nothing new, however often it is asked
    │   ├── JumpRefused             a fresh search does not go on where a lost one was
    │   └── BudgetSpent             a unit has spent its share of the day without a new record
    └── Person                  a person: nothing changes until somebody acts
        ├── ProjectInvalid          the configuration of a research project
        ├── ApplicationInvalid      the answers of an application to TikTok
        ├── DatasetMissing          there is no dataset yet
        ├── CredentialsRejected     the API client of a research project
        ├── RequestRejected         TikTok refuses this request for good
        ├── AccessEnded             today lies outside the approved access dates
        ├── ProjectRetired          the research project is retired
        ├── PurgeRefused            a purge that would not do what was approved
        ├── AcceptanceRefused       a window that cannot be accepted as it is
        ├── SettingInvalid          a setting of this deployment
        ├── WindowNotComplete       a window is parked as incomplete or suspect, with its reason
        └── CountsDiffer            what was merged and what was registered do not reconcile

`plugins/wiring.py` turns each branch into an Airflow outcome: retry, wait, fail.
"""

from datetime import datetime, timedelta


class HarvestError(Exception):
    """Anything this harvester raises on purpose."""


class Moment(HarvestError):
    """Passes by itself: repeat the same call in a moment."""


class Tomorrow(HarvestError):
    """Passes at a known time: `wait` for it."""

    wait: timedelta


class Narrower(HarvestError):
    """Passes when less is asked for at a time."""


class Person(HarvestError):
    """Passes only when a person acts; the message says how."""


class ApiUnavailable(Moment):
    """TikTok could not answer this time."""

    def __init__(self, reason: str, log_id: str | None = None) -> None:
        super().__init__(f"The TikTok Research API could not answer: {reason} (log_id={log_id}).")
        self.log_id = log_id


class StorageUnavailable(Moment):
    """The object store could not answer this time."""


class AirflowUnavailable(Moment):
    """Airflow's API server could not answer this time."""


class NoticeNotSent(Moment):
    """A notification could not be sent this time."""


class QuotaExhausted(Tomorrow):
    """The client's quota is used up, or what a project may take of it; go on at `resets_at`, known at `at`."""

    def __init__(self, resets_at: datetime, at: datetime, why: str) -> None:
        super().__init__(f"{why}; going on at {resets_at:%Y-%m-%d %H:%M} UTC, at the page after the last stored one.")
        self.resets_at = resets_at
        self.wait = resets_at - at


class ApiResting(Tomorrow):
    """No task of this client asks before `resets_at`, since TikTok could not answer one of them, or answered oddly."""

    def __init__(
        self, resets_at: datetime, at: datetime, why: str = "TikTok could not answer a task of this API client"
    ) -> None:
        super().__init__(f"{why}; all of them ask again at {resets_at:%H:%M} UTC.")
        self.resets_at = resets_at
        self.wait = resets_at - at


class AnswerDoubted(Tomorrow):
    """An answer of TikTok that would stop the harvest: believed only when it is still there at `resets_at`."""

    def __init__(self, resets_at: datetime, at: datetime, refusal: str, log_id: str | None = None) -> None:
        super().__init__(
            f"TikTok's answer is not believed yet: {refusal} (log_id={log_id}); asking again at {resets_at:%H:%M} UTC."
        )
        self.resets_at = resets_at
        self.wait = resets_at - at


class SearchResting(Tomorrow):
    """TikTok fails on a search that has given pages; it rests for some minutes before less is asked for at a time."""

    wait = timedelta(minutes=5)

    def __init__(self, piece: str, at: datetime, why: str) -> None:
        self.resets_at = at + self.wait
        super().__init__(f"The search of {piece} rests until {self.resets_at:%H:%M} UTC: {why}.")


class WindowTaken(Tomorrow):
    """Another task works on this window, or on the dataset; its lease ends at `resets_at` unless it is renewed."""

    def __init__(self, what: str, resets_at: datetime, at: datetime) -> None:
        super().__init__(f"Another run is at work on {what}; looking again at {resets_at:%H:%M} UTC.")
        self.resets_at = resets_at
        self.wait = resets_at - at


class SearchTooBroad(Narrower):
    """TikTok fails on this search again and again."""


class AnswerUnreadable(Narrower):
    """TikTok's answer cannot be read, however leniently; `what` is its status, its length and what is wrong with it."""

    def __init__(self, what: str, log_id: str | None = None) -> None:
        super().__init__(f"TikTok's answer cannot be read: {what} (log_id={log_id}).")


class SearchLost(Narrower):
    """TikTok does not know the id of this search any more."""


class SearchStuck(SearchLost):
    """A search says that there is more, and brings nothing new."""


class JumpRefused(SearchLost):
    """A fresh search cannot be continued where a lost one was."""


class BudgetSpent(Narrower):
    """A unit has spent its share of the day's requests without a new record; what is left of it is parked."""


class ProjectInvalid(Person):
    """A research project's configuration cannot be used."""


class ApplicationInvalid(Person):
    """An application to TikTok cannot be saved as it was filled in, or is not there."""


class DatasetMissing(Person):
    """A research project has no dataset yet."""


class CredentialsRejected(Person):
    """TikTok does not accept the API client of a research project."""


class RequestRejected(Person):
    """TikTok refuses this request, and would refuse it again; `remedy` says what a person can do about it."""

    CORRECT = "Correct the research project's query, fields or period; quote the log_id when you write to TikTok."

    def __init__(self, refusal: str, log_id: str | None, remedy: str = CORRECT) -> None:
        super().__init__(f"TikTok refused the request: {refusal} (log_id={log_id}). {remedy}")


class AccessEnded(Person):
    """Today lies outside the access dates that TikTok approved."""


class ProjectRetired(Person):
    """The research project is retired: nothing more is harvested for it."""


class PurgeRefused(Person):
    """A purge would not do what was approved: a harvest is running, or something else is there than was counted."""


class AcceptanceRefused(Person):
    """A window cannot be accepted: it is not there, needs no acceptance, or is not what a person was shown."""


class SettingInvalid(Person):
    """A setting of this deployment (connection, storage, registry) cannot be used."""


class WindowNotComplete(Person):
    """A window is parked: not all of it could be harvested, or what came cannot be believed."""


class CountsDiffer(Person):
    """Two counts that must reconcile do not."""
