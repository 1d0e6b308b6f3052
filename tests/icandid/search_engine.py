"""A small stand-in for the search engine: the REST calls that we use, in memory, under iCANDID's strict mapping.

It knows what the tests ask of an engine: item-level answers, sequence numbers, refresh, aliases. Faults to come are
put into `faults`, one for each bulk request: a status for all of it, or statuses by id. What is to happen between a
read and the write that follows is put into `between`.
"""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from include.icandid.index_merge import datasets
from include.icandid.mapping import mapping_faults

INJECTED = {"type": "injected", "reason": "a test asked for it"}
SHARDS = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
ROUTES = [
    (r"(POST|PUT) /(?P<alias>\w+)/_bulk", "bulk", True),
    (r"POST /(?P<alias>\w+)/_mget", "mget", True),
    (r"GET /(?P<alias>\w+)/_doc/(?P<one>\w+)", "get", True),
    (r"PUT /(?P<alias>\w+)/_doc/(?P<one>\w+)", "index", True),
    (r"POST /(?P<alias>\w+)/_refresh", "refresh", True),
    (r"POST /(?P<alias>\w+)/_count", "count", True),
    (r"POST /(?P<alias>\w+)/_search", "search", True),
    (r"(POST|DELETE) /_search/scroll", "scroll", False),
    (r"(GET|HEAD) /_alias/(?P<alias>\w+)", "behind", False),
    (r"PUT /_index_template/(?P<alias>\w+)", "template", False),
    (r"PUT /(?P<alias>\w+)", "create", False),
]


class Engine:
    """Documents with their sequence numbers; a search sees what was there at the last refresh."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.documents: dict[str, tuple[int, dict[str, Any]]] = {}
        self.searchable: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, list[str]] = {}
        self.templates: dict[str, Any] = {}
        self.faults: list[dict[str, int] | int] = []
        self.between: list[Any] = []
        self.writes = 0

    def bulk(self, body: bytes, **_: Any) -> tuple[int, Any]:
        fault = self.faults.pop(0) if self.faults else {}
        if isinstance(fault, int):
            return fault, {"error": INJECTED, "status": fault}
        items, rest = [], map(json.loads, body.splitlines())
        for action in rest:
            ((verb, meta),) = action.items()
            source = next(rest) if verb != "delete" else None
            status, error = (fault[meta["_id"]], INJECTED) if meta["_id"] in fault else self._one(verb, meta, source)
            items.append({verb: {"_id": meta["_id"], "status": status} | ({"error": error} if error else {})})
        return 200, {"took": 1, "errors": any("error" in next(iter(item.values())) for item in items), "items": items}

    def _one(self, verb: str, meta: dict[str, Any], source: Any) -> tuple[int, Any]:
        now = self.documents.get(meta["_id"])
        conflict = 409, {"type": "version_conflict_engine_exception", "reason": "somebody else wrote"}
        if (verb == "create" and now) or ("if_seq_no" in meta and (now is None or now[0] != meta["if_seq_no"])):
            return conflict
        if verb == "delete":
            del self.documents[meta["_id"]]
            return 200, None
        if wrong := mapping_faults(source, "strict"):
            return 400, {"type": "mapper_parsing_exception", "reason": f"{wrong[0].path} {wrong[0].reason}"}
        self.writes += 1
        self.documents[meta["_id"]] = (self.writes, source)
        return (200 if now else 201), None

    def mget(self, body: bytes, **_: Any) -> tuple[int, Any]:
        found = {"docs": [self._get(one) for one in json.loads(body)["ids"]]}
        if self.between:
            self.between.pop(0)(self)
        return 200, found

    def get(self, one: str, **_: Any) -> tuple[int, Any]:
        found = self._get(one)
        return (200 if found["found"] else 404), found

    def _get(self, one: str) -> dict[str, Any]:
        if one not in self.documents:
            return {"_id": one, "found": False}
        number, source = self.documents[one]
        return {"_id": one, "found": True, "_seq_no": number, "_primary_term": 1, "_source": source}

    def index(self, one: str, body: bytes, **_: Any) -> tuple[int, Any]:
        status, error = self._one("index", {"_id": one}, json.loads(body))
        return status, {"_id": one, "error": error, "status": status}

    def refresh(self, **_: Any) -> tuple[int, Any]:
        self.searchable = {one: source for one, (_, source) in self.documents.items()}
        return 200, {}

    def count(self, body: bytes, **_: Any) -> tuple[int, Any]:
        return 200, {"count": len(self._found(body))}

    def search(self, body: bytes, **_: Any) -> tuple[int, Any]:
        return 200, {
            "_scroll_id": "s",
            "_shards": SHARDS,
            "hits": {"hits": [{"_id": one} for one in self._found(body)]},
        }

    def scroll(self, **_: Any) -> tuple[int, Any]:
        return 200, {"_scroll_id": "s", "_shards": SHARDS, "hits": {"hits": []}, "succeeded": True}

    def _found(self, body: bytes) -> list[str]:
        wanted = json.loads(body)["query"]["term"]["isBasedOn.isPartOf.@id"]
        return [one for one, source in self.searchable.items() if wanted in datasets(source)]

    def behind(self, alias: str, **_: Any) -> tuple[int, Any]:
        names = self.aliases.get(alias)
        return (200, {name: {"aliases": {alias: {}}} for name in names}) if names else missing(alias)

    def template(self, alias: str, body: bytes) -> tuple[int, Any]:
        self.templates[alias] = json.loads(body)
        return 200, {"acknowledged": True}

    def create(self, alias: str, body: bytes) -> tuple[int, Any]:
        for name in json.loads(body)["aliases"]:
            self.aliases.setdefault(name, []).append(alias)
        return 200, {"acknowledged": True}

    def answer(self, verb: str, path: str, body: bytes) -> tuple[int, Any]:
        for known, call, needs_alias in ROUTES:
            if found := re.fullmatch(known, f"{verb} {path}"):
                named = found.groupdict()
                if needs_alias and named["alias"] not in self.aliases:
                    return missing(named["alias"])
                return getattr(self, call)(body=body, **named)
        return 400, {"error": {"type": "illegal_argument_exception", "reason": f"{verb} {path}"}, "status": 400}


def missing(alias: str) -> tuple[int, Any]:
    return 404, {"error": {"type": "index_not_found_exception", "reason": alias}, "status": 404}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client
    engine: Engine

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        path = self.path.partition("?")[0]
        with self.engine.lock:
            status, answer = self.engine.answer(self.command, path, body)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815


@contextmanager
def stand_in() -> Iterator[tuple[str, Engine]]:
    """The URL of a fresh stand-in on a free loopback port, and its inside."""
    engine = Engine()
    handler = type("Handler", (_Handler,), {"engine": engine})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", engine
    finally:
        server.shutdown()
        server.server_close()
