"""Runs in a virtual environment that holds tiktok_research_api_helper: harvests from the URL in its first argument.

The client has TikTok's host in its code: requests to it are sent to the sandbox instead, nothing else is changed.
Arguments: base URL, credentials file, query as JSON, first day, last day, "users" to fetch user info too.
"""

import json
import sys
from datetime import date
from pathlib import Path

import requests
from tiktok_research_api_helper.api_client import ApiClientConfig, TikTokApiClient, VideoQueryConfig

BASE, CREDENTIALS, QUERY, START, END, *MORE = sys.argv[1:]
sent = requests.Session.request


def redirected(session, method, url, **more):
    return sent(session, method, url.replace("https://open.tiktokapis.com", BASE), **more)


requests.Session.request = redirected
client = TikTokApiClient.from_config(ApiClientConfig(api_credentials_file=Path(CREDENTIALS)))
found = client.fetch_all(
    VideoQueryConfig(
        query=QUERY,
        start_date=date.fromisoformat(START),
        end_date=date.fromisoformat(END),
        fetch_user_info="users" in MORE,
        fetch_comments="comments" in MORE,
    )
)
sys.stdout.write(
    json.dumps(
        {
            "ids": [video["id"] for video in found.videos],
            "users": sorted(user["username"] for user in found.user_info or [] if user),
            "comments": len(found.comments or []),
            "requests": client.num_api_requests_sent,
        }
    )
)
