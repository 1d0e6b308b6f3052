"""How documents of the search index change: read, decide, write on condition that nobody else wrote in between."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoAnswer
from opensearchpy.exceptions import TransportError
from opensearchpy.helpers import streaming_bulk

from include.domain.errors import SettingInvalid
from include.icandid.errors import IndexUnavailable
from include.icandid.sink import Outcome, Verdict

ATTEMPTS = 6
"""How often a document is tried that collides, or that the index puts off; the pauses add up to half a minute."""

MOST_BYTES = 10 * 1024 * 1024
"""Bytes in one request; engines refuse more than 100 MB."""


@dataclass(frozen=True)
class Change:
    """What is to become of a document: the outcome, and the source to put; no source deletes or leaves it alone."""

    outcome: Outcome
    source: dict[str, Any] | None = None


Decide = Callable[[str, dict[str, Any] | None], Change]
"""From an id and what is stored under it, what is to change."""


def write(
    client: OpenSearch, alias: str, ids: Sequence[str], decide: Decide, pause: Callable[[float], None]
) -> Iterator[Verdict]:
    """Bring the documents to what `decide` says; a verdict for each, as soon as it stands.

    Raises:
        IndexUnavailable: the index goes on answering 429 or 5xx, or not at all.
        SettingInvalid: the index refuses us: rights, a missing alias, a write block.
    """
    left, why = list(ids), ""
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(2 ** (attempt - 1))
        actions, outcomes = [], []
        for one, found in _read(client, alias, left):
            change = decide(one, found and found["_source"])
            action = _action(one, found, change)
            if action is None:
                yield Verdict(one, change.outcome)
            else:
                actions.append(action)
                outcomes.append(change.outcome)
        left = []
        for action, outcome, (status, reason) in zip(actions, outcomes, _send(client, alias, actions), strict=True):
            if status == "taken":
                yield Verdict(action["_id"], outcome)
            elif status == "refused":
                yield Verdict(action["_id"], "refused", reason)
            else:
                left.append(action["_id"])
                why = reason
        if not left:
            return
    raise IndexUnavailable(alias, f"{len(left)} documents were put off {ATTEMPTS} times, last because of {why}")


def _read(client: OpenSearch, alias: str, ids: list[str]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    with translated(alias):
        answer = client.mget(body={"ids": ids}, index=alias)
    for document in answer["docs"]:
        if "error" in document:
            raise SettingInvalid(
                f"The search index {alias} cannot be read: {document['error'].get('type')}. Its alias must point to "
                "one index."
            )
        yield document["_id"], document if document.get("found") else None


def _action(one: str, found: dict[str, Any] | None, change: Change) -> dict[str, Any] | None:
    """The bulk action of a change, None when there is nothing to do."""
    if change.source is None and change.outcome != "deleted":
        return None
    if found is None:
        return {"_op_type": "create", "_id": one, "_source": change.source}
    unchanged_since = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
    if change.source is None:
        return {"_op_type": "delete", "_id": one, **unchanged_since}
    return {"_op_type": "index", "_id": one, "_source": change.source, **unchanged_since}


def _send(client: OpenSearch, alias: str, actions: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """For each action: taken, refused or put off, and why."""
    sent = streaming_bulk(
        client,
        actions,
        index=alias,
        chunk_size=len(actions) or 1,
        max_chunk_bytes=MOST_BYTES,
        raise_on_error=False,
        raise_on_exception=False,
    )
    for taken, item in sent:
        ((_, answer),) = item.items()
        yield ("taken", "") if taken else _sorted_out(alias, answer)


def _sorted_out(alias: str, answer: dict[str, Any]) -> tuple[str, str]:
    """Whether a failed action is worth another attempt; a status that is no number means that nobody answered."""
    status, error = answer["status"], answer.get("error")
    reason = f"{error.get('type')}: {error.get('reason')}" if isinstance(error, dict) else str(error)
    if not isinstance(status, int) or status in (409, 429) or status >= 500:
        return "put off", f"{status} {reason}"
    if status in (401, 403, 404):
        raise SettingInvalid(
            f"The search index {alias} refuses to be written: {status} {reason}. Check the connection's user, "
            "the alias, and whether the index is read-only because its disk is full."
        )
    return "refused", reason


@contextmanager
def translated(alias: str) -> Iterator[None]:
    """Turn the client's errors into ours.

    Raises: as `write`.
    """
    try:
        yield
    except NoAnswer as error:
        raise IndexUnavailable(alias, type(error).__name__) from None
    except TransportError as error:
        said = f"{error.status_code} {error.error}"
        if error.status_code == 429 or int(error.status_code) >= 500:
            raise IndexUnavailable(alias, said) from None
        raise SettingInvalid(
            f"The search index {alias} refuses a request: {said}. Check the connection's user and the alias."
        ) from None
