"""Every switch of the sandbox: what it does, its default, and whether it can be changed while the sandbox runs."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from include.sandbox.endpoints import Endpoint
from include.sandbox.faults import BadWindow, Fault, Poison

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]

_CORPUS = ("seed", "videos_per_day", "daily_variation", "creators", "first_day", "last_day", "index_lag_hours")
_MORE = ("cached_videos", "clock_start", "clock_runs", "removed_share", "null_characters")
_SHARES = ("withheld_share", "scheduled_share")
AT_START = frozenset((*_CORPUS, *_MORE, *_SHARES))
"""Settings that shape the corpus or the clock, fixed once the sandbox runs."""


class SandboxSettings(BaseModel):
    """How this sandbox behaves. Numbers in brackets are the emulator rules of the contract with TikTok's API."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(1, description="the corpus follows from it; also in the `X-Icandid-Sandbox` header")
    videos_per_day: Count = Field(200, description="videos created on an average day; 0: planted ones only")
    daily_variation: Share = Field(0.2, description="how far a day may lie from that average; 0 makes every day equal")
    creators: Annotated[int, Field(ge=20)] = Field(2000, description="size of the population of creators")
    first_day: date = Field(date(2018, 1, 1), description="no video was created before this day")
    last_day: date | None = Field(None, description="no video is created after this day; none: the corpus has no end")
    index_lag_hours: Annotated[float, Field(ge=0, le=48)] = Field(
        48, description="a video becomes searchable 0 to this many hours after its creation"
    )
    cached_videos: Annotated[int, Field(ge=1)] = Field(
        200_000, description="videos kept in memory; days beyond it are forgotten and made again when asked for"
    )
    clock_start: datetime | None = Field(
        None, description="what the sandbox's clock says at the start; none: the real time"
    )
    clock_runs: bool = Field(True, description="false: the clock stands still until it is set or advanced")
    removed_share: Share = Field(
        0.05,
        description="share of videos deleted some day, which leave gaps in pages; 0: no creator turns private either",
    )
    withheld_share: Share = Field(
        0.3, description="share of videos that count as hits of a search and that no page ever shows"
    )
    scheduled_share: Share = Field(
        0.01, description="share of videos created on a full minute 6 hours to 10 days after their upload"
    )
    missing_keys: bool = Field(
        True, description="records leave out keys here and there; false: every key that has a value"
    )
    null_characters: bool = Field(True, description="some texts hold NUL characters, nested ones too")
    region_spelling: Literal["mixed", "upper"] = Field(
        "mixed", description="mixed: on one page in three every region_code is lower case"
    )
    fuzzy_matching: bool = Field(
        False, description="keyword and hashtag_name ignore accents too, which gives extra hits"
    )

    clients: dict[str, str] = Field({}, description="client key to client secret, besides `sandbox-client`")
    token_seconds: Seconds = Field(7200, description="life of an access token")
    revoke_older_tokens: bool = Field(False, description="[13] a new token makes the client's older ones invalid")
    bad_credentials_status: Literal[200, 401] = Field(200, description="HTTP status of a refused token request")
    refused_endpoints: tuple[Endpoint, ...] = Field(
        (), description="endpoints outside the client's scope: 401 `scope_error`"
    )
    scope_error: Literal["scope_not_authorized", "scope_permission_missed"] = Field(
        "scope_not_authorized", description="error code of an endpoint outside the client's scope"
    )

    requests_per_day: Count = Field(
        1000, description="requests per client and UTC day, all endpoints but the follow graph"
    )
    records_per_day: Count = Field(100_000, description="[2] records per client and UTC day, same endpoints")
    graph_requests_per_day: Count = Field(20_000, description="requests per day to followers and following")
    graph_records_per_day: Count = Field(2_000_000, description="records per day from followers and following")
    errors_cost_requests: bool = Field(True, description="[1] false: answers with a 4xx status cost nothing")
    reset_delay_seconds: Seconds = Field(0, description="[12] the quota is renewed this long after 00:00 UTC")
    rate_limit: Count = Field(
        0, description="requests per `rate_limit_seconds` before 429 rate_limit_exceeded; 0: no limit"
    )
    rate_limit_seconds: Seconds = Field(1, description="length of the short-term limit's sliding window")
    rate_limit_retry_after: int | None = Field(
        None, description="`Retry-After` of the short-term limit; none: no header"
    )

    search_ready_seconds: Seconds = Field(
        5, description="[4] a new search_id is refused for this long; 0: usable at once"
    )
    search_life_seconds: Seconds = Field(3600, description="[4] a search_id expires after this long")
    search_refusals: Count = Field(0, description="each search_id is refused this many times before it works")
    search_dies_after_pages: int | None = Field(
        None, description="a search_id is refused for good after this many pages"
    )
    search_id_changes: bool = Field(False, description="every page carries a new search_id; older ones stay usable")
    empty_search_id: Literal["missing", "empty"] = Field(
        "missing", description="what a search without hits has for search_id"
    )
    last_cursor: Literal["hits", "advance"] = Field(
        "hits", description="cursor of a search's last page: the number of hits, or max_count further"
    )
    cursor_jumps: bool = Field(
        False, description="true: a search takes any cursor; false: those it gave and multiples of max_count it reached"
    )
    stalled_cursor: bool = Field(False, description="[11] the cursor stays where it was and has_more stays true")
    cursor_circles_after: Annotated[int, Field(ge=1)] | None = Field(
        None, description="after this many pages the cursor goes back to 0, and has_more stays true"
    )
    same_page: bool = Field(False, description="every page of a search is its first; the cursor moves on for ever")
    ends_after_pages: Annotated[int, Field(ge=1)] | None = Field(
        None, description="every search says has_more=false on this page, its cursor as if it went on"
    )
    end_is_final: bool = Field(False, description="true: past `ends_after_pages` there is nothing but empty pages")
    has_more_as: Literal["bool", "text", "number"] = Field(
        "bool", description='how has_more is written: true, "true" or 1'
    )
    silent_zero: bool = Field(False, description="[10] queries with a keyword condition find nothing, without an error")
    silent_zero_all: bool = Field(False, description="every query finds nothing, without an error")
    foreign_days: Share = Field(0, description="share of pages that also carry a video of a day outside those asked")
    foreign_accounts: Share = Field(
        0, description="share of pages that also carry a video of another account, where the query names usernames"
    )
    repeated_videos: Count = Field(0, description="videos of earlier pages that each later page repeats")
    end_date_inclusive: bool = Field(True, description="[6] false: end_date is the first day that is not searched")
    end_date_alternates: bool = Field(
        False, description="end_date is searched when the ordinal of start_date is even, and not when it is odd"
    )
    longest_window_days: Count = Field(30, description="[7] largest difference between end_date and start_date")
    default_max_count: Annotated[int, Field(ge=1, le=100)] = Field(
        20, description="page size of a search without max_count"
    )
    accept_favourites: bool = Field(False, description="[8] the spelling favourites_count is a known field too")

    user_status: Literal[200, 500] = Field(
        200, description="HTTP status of good answers about users; 500: without `error` too"
    )
    user_info_username: bool = Field(False, description="user/info names the user too, as one documented example does")
    likes_refused_status: Literal[403, 400] = Field(403, description="HTTP status when a user's likes are not public")
    reposted_key: Literal["reposted_videos", "user_reposted_videos"] = Field(
        "reposted_videos", description="key of the list of reposted videos: the documentation has both"
    )
    reachable_follows: Count = Field(5000, description="followers or followings a list goes back to")
    reachable_comments: Count = Field(1000, description="[14] comments of a video that can be reached")
    comments_refused_share: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.02, description="share of videos whose comments are not disclosed, and of those whose list is null"
    )
    playlist_status: Literal[500, 200] = Field(
        500, description="HTTP status of playlist/info although complete; 500: without `error` too"
    )
    compliance_seconds: Seconds = Field(3, description="[15] how long a batch compliance task is Processing")
    compliance_fails: bool = Field(False, description="[15] batch compliance tasks end as Failed")
    compliance_ids: Count = Field(10_000, description="[15] ids in one batch compliance task; more are refused")
    compliance_costs_records: bool = Field(False, description="a download costs one record per id in it")

    bad_windows: tuple[BadWindow, ...] = Field((), description="[9] searches that always fail unless they are narrowed")
    faults: tuple[Fault, ...] = Field((), description="[9] faults to inject, see the table of fault kinds")
    poison: dict[int, Poison] = Field(
        {}, description="video id to the fault that spoils every page with this video, for ever"
    )
    vary_shapes: bool = Field(
        True, description="alternate between the documented and the observed shapes of an envelope"
    )
    sparse_errors: Share = Field(
        0.05, description="share of errors that lack code, text or log_id, or have it empty or null (`vary_shapes`)"
    )
    error_member: Literal["ok", "missing", "OK", "0"] = Field(
        "ok", description="`error.code` of good answers: this text, the number 0, or no `error` at all"
    )
    id_key: Literal["id", "video_id"] = Field("id", description="the name of the id in the record of a video")
    without_id: Share = Field(0, description="share of videos whose record lacks the id")
    extra_field: str = Field("", description="a field of this name, with a text, in the record of every video")
    drop_field: str = Field("", description="a field that no record of a video has any more")
    retype_field: str = Field("", description="a field whose numbers have become texts, or its texts numbers")
