"""How the search index is reached, and made where it is ours to make."""

import logging
from datetime import datetime
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ImproperlyConfigured, RequestError

from include.domain.errors import SettingInvalid
from include.icandid.index_mapping import index_template
from include.icandid.index_write import translated

QUIET = ("opensearch", "opensearchpy.trace")
"""The client's loggers, which would quote whole documents at DEBUG."""


def search_client(url: str, user: tuple[str, str] | None = None, ca_certs: str | None = None) -> OpenSearch:
    """A client for `http(s)://host:port`, without connecting yet; certificates are checked.

    `user` is name and password, `ca_certs` a file of certificates to trust instead of the public ones.

    Raises:
        SettingInvalid: this is no such URL.
    """
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    if not url.startswith(("http://", "https://")):
        raise SettingInvalid("The search index's connection must be a URL that starts with http:// or https://.")
    given: dict[str, Any] = {"http_auth": user, "ca_certs": ca_certs}
    settings = {name: value for name, value in given.items() if value}
    try:
        return OpenSearch([url], http_compress=True, timeout=60, max_retries=3, retry_on_timeout=True, **settings)
    except (ImproperlyConfigured, ValueError) as error:
        raise SettingInvalid(f"The search index's connection cannot be used: {error}.") from None


def prepare(client: OpenSearch, alias: str, at: datetime, *, own: bool) -> str:
    """The name of the one index behind `alias`; when there is none and it is ours to make, it is made.

    A new index is `<alias>_<epoch>` with iCANDID's published mapping and a strict root, from a template of the same
    name as the alias. An index that exists is left as it is.

    Raises:
        SettingInvalid: there is no index and it is not ours to make, or the alias points to several.
        IndexUnavailable: the engine does not answer.
    """
    with translated(alias):
        if not client.indices.exists_alias(name=alias):
            if not own:
                raise SettingInvalid(f"The search engine has no alias {alias!r}; correct the connection's index.")
            _make(client, alias, f"{alias}_{int(at.timestamp())}")
        behind = sorted(client.indices.get_alias(name=alias))
    if len(behind) > 1:
        raise SettingInvalid(f"The alias {alias!r} points to {', '.join(behind)}; leave one index behind it.")
    return str(behind[0])


def _make(client: OpenSearch, alias: str, name: str) -> None:
    client.indices.put_index_template(name=alias, body=index_template(alias))
    try:
        client.indices.create(index=name, body={"aliases": {alias: {}}})
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
