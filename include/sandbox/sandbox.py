"""One running sandbox: its state, and what can be done to it from tests and through `/_admin`."""

from datetime import timedelta
from typing import Any

from include.sandbox.clock import Clock
from include.sandbox.corpus import Corpus
from include.sandbox.exchange import Entry
from include.sandbox.faults import Fault, Injector
from include.sandbox.quota import Quota
from include.sandbox.searches import Searches
from include.sandbox.settings import AT_START, SandboxSettings
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET, Tokens


class Sandbox:
    """A synthetic TikTok, the clients that ask it, and the ledger of all they asked."""

    client_key = CLIENT_KEY
    client_secret = CLIENT_SECRET

    def __init__(self, settings: SandboxSettings | None = None, url: str = "") -> None:
        self.settings = settings or SandboxSettings()
        self.url = url
        self.clock = Clock(self.settings.clock_start, self.settings.clock_runs)
        self.corpus = Corpus(self.settings)
        self.tokens = Tokens(self.settings.seed)
        self.quota = Quota()
        self.searches = Searches()
        self.injector = Injector(self.settings.seed, self.settings.faults)
        self.ledger: list[Entry] = []
        self._numbers = 0

    def next_number(self) -> int:
        """1, 2, 3: what makes ids differ from each other."""
        self._numbers += 1
        return self._numbers

    def switch(self, **changes: Any) -> SandboxSettings:
        """Change settings from now on; `faults` starts counting its requests anew.

        Raises:
            ValueError: a name or value is wrong, or the setting is fixed once the sandbox runs.
        """
        if fixed := AT_START & set(changes):
            raise ValueError(f"{', '.join(sorted(fixed))}: fixed once the sandbox runs; start another with it")
        self.settings = SandboxSettings.model_validate({**dict(self.settings), **changes})
        self.corpus.settings = self.settings
        if "faults" in changes:
            self.injector = Injector(self.settings.seed, self.settings.faults)
        return self.settings

    def fault(self, kind: str, **how: Any) -> None:
        """Inject one more fault; `how` are the fields of `Fault`."""
        fault = Fault.model_validate({"kind": kind, **how})
        self.injector.add(fault)
        self.settings = self.settings.model_copy(update={"faults": self.injector.faults})

    def script(self, *kinds: str | None, endpoint: str | None = None) -> None:
        """Let the next requests meet these faults, one each; None lets one pass."""
        for place, kind in enumerate(kinds, start=1):
            if kind:
                self.fault(kind, nth=place, endpoint=endpoint)

    def no_faults(self) -> None:
        self.switch(faults=(), bad_windows=())

    def sleep(self, seconds: float) -> None:
        """Advance the clock: what a client under test may be given instead of `time.sleep`."""
        self.clock.advance(timedelta(seconds=seconds))

    def delete_video(self, video_id: int) -> None:
        self.corpus.deleted[video_id] = self._moment()

    def make_private(self, username: str) -> None:
        """Let a creator turn private: the user's videos disappear from pages, the user's endpoints refuse."""
        self.corpus.private[username] = self._moment()

    def restore_video(self, video_id: int) -> None:
        self.corpus.deleted.pop(video_id, None)

    def make_public(self, username: str) -> None:
        self.corpus.private.pop(username, None)

    def set_counts(self, video_id: int, **counts: int) -> None:
        """Fix counts of a video, for instance `view_count`, at these values."""
        self.corpus.counts.setdefault(video_id, {}).update(counts)

    def plant_video(self, record: dict[str, Any], indexed_at: int | None = None, deleted_at: int | None = None) -> None:
        """Add a video that is shown exactly as `record` (times in Unix seconds)."""
        self.corpus.planted.video(record, indexed_at, deleted_at)

    def expire_tokens(self) -> None:
        """Make every token issued so far invalid."""
        self.tokens.expire()

    def used(self, client: str = CLIENT_KEY, endpoint: str = "video/query") -> tuple[int, int]:
        """Requests and records that a client has used today, in the pool of this endpoint."""
        return self.quota.used(client, endpoint, self.clock.now(), self.settings)

    def _moment(self) -> int:
        return int(self.clock.now().timestamp())
