"""What can go wrong in a harvest, and who acts.

    HarvestError
    ├── Moment                  nobody: the same call again in a moment
    │   ├── ApiUnavailable          TikTok answered with a passing fault, or not at all
    │   └── StorageUnavailable      the object store does not answer
    ├── Tomorrow                nobody: go on after the quota is renewed
    │   └── QuotaExhausted          the client's requests or records of this UTC day are used up
    └── Person                  a person: nothing changes until somebody acts
        ├── ProjectInvalid          the configuration of a research project
        ├── CredentialsRejected     the API client of a research project
        ├── RequestRejected         TikTok refuses this request for good
        ├── AccessEnded             today lies outside the approved access dates
        ├── SettingInvalid          a setting of this deployment
        ├── HarvestStalled          TikTok's paging does not come to an end
        └── CountsDiffer            what was merged and what was registered do not reconcile

`plugins/wiring.py` turns each branch into an Airflow outcome: retry, wait, fail.
"""

from datetime import datetime


class HarvestError(Exception):
    """Anything this harvester raises on purpose."""


class Moment(HarvestError):
    """Passes by itself: repeat the same call in a moment."""


class Tomorrow(HarvestError):
    """Passes at a known time: wait for it."""


class Person(HarvestError):
    """Passes only when a person acts; the message says how."""


class ApiUnavailable(Moment):
    """TikTok could not answer this time."""

    def __init__(self, reason: str, log_id: str | None = None) -> None:
        super().__init__(f"The TikTok Research API could not answer: {reason} (log_id={log_id}).")
        self.log_id = log_id


class StorageUnavailable(Moment):
    """The object store could not answer this time."""


class QuotaExhausted(Tomorrow):
    """The client's quota of this UTC day is used up; it is renewed at `resets_at`."""

    def __init__(self, resets_at: datetime, log_id: str | None = None) -> None:
        super().__init__(
            f"This API client has used its daily quota; it resets at {resets_at:%Y-%m-%d %H:%M} UTC (log_id={log_id})."
        )
        self.resets_at = resets_at


class ProjectInvalid(Person):
    """A research project's configuration cannot be used."""


class CredentialsRejected(Person):
    """TikTok does not accept the API client of a research project."""


class RequestRejected(Person):
    """TikTok refuses this request, and would refuse it again."""

    def __init__(self, status: int, code: str, message: str, log_id: str | None) -> None:
        super().__init__(
            f"TikTok refused the request: HTTP {status} {code}: {message} (log_id={log_id}). "
            "Correct the research project's query, fields or period; quote the log_id when you write to TikTok."
        )
        self.code = code


class AccessEnded(Person):
    """Today lies outside the access dates that TikTok approved."""


class SettingInvalid(Person):
    """A setting of this deployment (connection, storage, registry) cannot be used."""


class HarvestStalled(Person):
    """TikTok's paging does not advance, or does not end."""


class CountsDiffer(Person):
    """Two counts that must reconcile do not."""
