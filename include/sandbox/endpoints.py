"""The names of the endpoints: their paths without `/v2/research/`, and `token`."""

from typing import Literal

Endpoint = Literal[
    "token",
    "video/query",
    "video/comment/list",
    "user/info",
    "user/liked_videos",
    "user/pinned_videos",
    "user/reposted_videos",
    "user/followers",
    "user/following",
    "playlist/info",
    "validation_task/create",
    "validation_task_status/get",
    "validation_task/download",
]
