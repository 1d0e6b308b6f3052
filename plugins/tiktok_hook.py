"""The hook that turns a connection into a client of the TikTok Research API."""

import logging
import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret
from requests import PreparedRequest, Session

from include.domain.errors import SettingInvalid
from include.tiktok.client import ResearchApi
from include.tiktok.clock import LOOPBACK
from include.tiktok.token import Credentials
from plugins.project_variables import not_found
from plugins.sandbox_time import moves_clock, pass_time

log = logging.getLogger(__name__)


class TikTokResearchHook(HttpHook):
    """A connection (host or base URL, login = client key, password = client secret) as a `ResearchApi`.

    HttpHook would send login and password as Basic authentication and every key of the extra as a header, and would
    fall back to plain http; none of the three may happen to the credentials of a research project.
    """

    default_host = "open.tiktokapis.com"

    def __init__(self, connection_id: str) -> None:
        super().__init__(method="POST", http_conn_id=connection_id, auth_type=_NoAuth)

    def research_api(self) -> ResearchApi:
        """The client of this connection, with its own session.

        Raises:
            SettingInvalid: there is no such connection, it lacks key or secret, or would send them over plain http.
            AirflowUnavailable: Airflow does not say whether there is one.
        """
        try:
            connection = self.get_connection(self.http_conn_id)
        except AirflowNotFoundException as error:
            missing = SettingInvalid(
                f"Connection {self.http_conn_id} does not exist; add it with login (client key) and password "
                "(client secret) of the project's API client."
            )
            raise not_found(missing) from error
        session = self.get_conn()
        if not connection.login or not connection.password:
            raise SettingInvalid(
                f"Connection {self.http_conn_id}: login (client key) and password (client secret) must both be filled."
            )
        mask_secret(connection.password)
        credentials = Credentials(self.base_url.rstrip("/"), connection.login, connection.password, mask_secret)
        sleep = partial(pass_time, credentials.base_url) if moves_clock() else time.sleep
        return ResearchApi(session, credentials, sleep)

    def _set_base_url(self, connection: Connection) -> None:
        if "://" not in (connection.host or "") and not connection.schema:
            connection.schema = "https"
        super()._set_base_url(connection)
        url = urlsplit(self.base_url)
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise SettingInvalid(f"Connection {self.http_conn_id}: {self.base_url} is not encrypted; use https.")

    def _configure_session_from_auth(self, session: Session, connection: Connection) -> Session:  # noqa: ARG002
        session.auth = _NoAuth()
        return session

    def _configure_session_from_extra(
        self, session: Session, connection: Connection, extra_options: dict[str, Any]
    ) -> Session:
        """Only what concerns the transport is taken from the extra."""
        extra = connection.extra_dejson
        session.verify = extra.get("verify", True)
        if not session.verify:
            log.warning(
                "connection=%s: verify is false, so whoever stands between here and TikTok can read the client secret",
                self.http_conn_id,
            )
        session.proxies.update(extra.get("proxies", {}))
        self.merged_extra = extra_options
        return session


class _NoAuth:
    """Leaves a request as it is; also keeps requests from looking into ~/.netrc."""

    def __init__(self, *_: object) -> None: ...

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request
