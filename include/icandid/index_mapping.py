"""The search index that we make where iCANDID's own is out of reach: the published mapping, with a strict root.

Built from the facts file, so that the checker and a development index never disagree. Analysers are the engine's own
for each language; those of iCANDID are not in the facts.
"""

from typing import Any

from include.icandid.mapping import facts

_ANALYSERS = {
    "bg": "bulgarian", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian",
    "it": "italian", "lt": "lithuanian", "lv": "latvian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "sv": "swedish",
}  # fmt: skip

_IGNORE_ABOVE = 256
"""Characters; what iCANDID's mapping gives keywords that are not in the list of limited ones."""


def index_template(alias: str) -> dict[str, Any]:
    """The template of the indices `<alias>_<epoch>`."""
    return {"index_patterns": [f"{alias}_*"], "template": {"settings": facts()["$settings"], "mappings": mappings()}}


def mappings() -> dict[str, Any]:
    """The whole mapping: declared fields and the language fields that the user interface searches."""
    root: dict[str, Any] = {"dynamic": "strict", "properties": {}}
    for path, kind in sorted((path, kind) for path, kind in facts().items() if not path.startswith("$")):
        *parents, name = path.split(".")
        node = root
        for parent in parents:
            node = node["properties"][parent]
        node.setdefault("properties", {})[name] = _field(path, kind)
    for tag, names in facts()["$language_subfields"]["declared"].items():
        text = {"type": "text", "analyzer": _ANALYSERS[tag.partition("-")[0]]}
        root["properties"] |= {f"{tag}_{name}": text for name in names}
    return root


def _field(path: str, kind: str) -> dict[str, Any]:
    if path in facts()["$enabled_false"]:
        return {"type": "object", "enabled": False}
    if kind == "object":
        dynamic = facts()["$dynamic"][path]["explicit"]
        return {"dynamic": dynamic} if dynamic else {"type": "object"}
    field = {"type": kind} | _subfields(path) | _length_limit(path, kind)
    if formats := facts()["$date_formats"].get(path):
        field |= {} if formats.endswith("(ES default)") else {"format": formats}
    if path in facts()["$ignore_malformed"]:
        field["ignore_malformed"] = True
    if path in facts()["$not_indexed"]:
        field["index"] = False
    return field


def _subfields(path: str) -> dict[str, Any]:
    twins = {name: kind for name in ("keyword", "standard") if (kind := facts()["$multi_fields"].get(f"{path}.{name}"))}
    fields = {name: {"type": kind} | _length_limit(f"{path}.{name}", kind) for name, kind in twins.items()}
    return {"fields": fields} if fields else {}


def _length_limit(name: str, kind: str) -> dict[str, Any]:
    unlimited = name in facts()["$keyword_max_32766_utf8_bytes"]
    return {"ignore_above": _IGNORE_ABOVE} if kind == "keyword" and not unlimited else {}
