"""One running sandbox: its state, and what can be done to it from tests and through `/_admin`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.sandbox.clock import Clock
from include.sandbox.corpus import Corpus
from include.sandbox.exchange import Entry
from include.sandbox.faults import Fault, Injector
from include.sandbox.quota import Quota
from include.sandbox.searches import Searches
from include.sandbox.settings import AT_START, SandboxSettings
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET, Tokens


@dataclass(frozen=True)
class Task:
    """A batch compliance task."""

    category: str
    ids: tuple[int, ...]
    created_at: datetime


class Sandbox:
    """A synthetic TikTok, the clients that ask it, and the ledger of all they asked."""

    client_key = CLIENT_KEY
    client_secret = CLIENT_SECRET

    def __init__(self, settings: SandboxSettings | None = None, url: str = "") -> None:
        self._start = settings or SandboxSettings()
        self.url = url
        self.clock = Clock(self._start.clock_start, self._start.clock_runs)
        self.corpus = Corpus(self._start)
        self.tokens = Tokens(self._start.seed)
        self.ledger: list[Entry] = []
        self._numbers = 0
        self.reset()

    def reset(self) -> None:
        """Be as at the start: switches, faults, quota, searches, what was planted or changed. Clock and tokens stay."""
        self.settings = self._start
        self.corpus.reset(self._start)
        self.quota = Quota()
        self.searches = Searches()
        self.injector = Injector(self.settings.seed, self.settings.faults)
        self.tasks: dict[int, Task] = {}
        self.ledger.clear()

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

    def script(self, kinds: list[str | None], endpoint: str | None = None) -> None:
        """Let the next requests meet these faults, one each; None lets one pass."""
        for place, kind in enumerate(kinds, start=1):
            if kind:
                self.fault(kind, nth=place, endpoint=endpoint)

    def no_faults(self) -> None:
        self.switch(faults=(), bad_windows=())

    def forget_ledger(self) -> None:
        """Empty the ledger; what was used of the quota stays."""
        self.ledger.clear()

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

    def plant_user(self, username: str, **parts: Any) -> None:
        """Add or change a user; what is not given follows from the seed.

        `info` is what user/info shows; `followers` and `following` are lists with `followed_at`; `liked` is a list of
        `{id, liked_at}`; `pinned` and `reposted` are lists of video ids; `likes_public`, `following_public` are flags.
        """
        self.corpus.planted.users.setdefault(username, {}).update(parts)

    def plant_comments(self, parent_id: int, comments: list[dict[str, Any]]) -> None:
        """Say word for word which comments a video has, or which replies a comment."""
        self.corpus.planted.comments[parent_id] = comments

    def plant_playlist(self, playlist_id: int, facts: dict[str, Any]) -> None:
        """Add a playlist; `facts` needs `playlist_video_ids`."""
        self.corpus.planted.playlists[playlist_id] = facts

    def delete_comment(self, comment_id: int) -> None:
        self.corpus.deleted[comment_id] = self._moment()

    def close_comments(self, video_id: int) -> None:
        """Let the comments of a video no longer be disclosed."""
        self.corpus.comments[video_id] = "closed"

    def remove_comments(self, video_id: int) -> None:
        """Let a video lose its comments: the list and the cursor become null."""
        self.corpus.comments[video_id] = "removed"

    def refuse_user(self, username: str) -> None:
        """Let the API tell nothing about a user."""
        self.corpus.refused.add(username)

    def expire_tokens(self) -> None:
        """Make every token issued so far invalid."""
        self.tokens.expire()

    def used(self, client: str = CLIENT_KEY, endpoint: str = "video/query") -> tuple[int, int]:
        """Requests and records that a client has used today, in the pool of this endpoint."""
        return self.quota.used(client, endpoint, self.clock.now(), self.settings)

    def _moment(self) -> int:
        return int(self.clock.now().timestamp())
