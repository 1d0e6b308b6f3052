"""What a harvest asks of S3: how often it lists, and that a longer window makes no listing longer or more frequent."""

import re
from collections import Counter
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.stages.harvest import harvest
from tests.projects import project
from tests.storage.faulty import faulty

FIRST = date(2026, 1, 1)


@pytest.fixture
def asked(moto, api):
    """Harvests a window of so many days, and counts what S3 was asked, by kind and place."""

    def asked(days):
        window = Window(FIRST, FIRST + timedelta(days=days - 1))
        nothing = dict.fromkeys(("accounts", "hashtags", "region_codes"))
        with faulty(moto.endpoint) as proxy:
            objects = moto.storage(endpoint=proxy.endpoint)
            manifest = harvest(project(**nothing, query=EVERYTHING), window, api, objects, "run")
        return manifest.now.counts.pages, Counter(map(kind, proxy.seen))

    return asked


def kind(request):
    """`LIST lease`, `PUT pages`, …"""
    url = urlsplit(request.path)
    prefix = parse_qs(url.query).get("prefix")
    method = "LIST" if prefix else request.method
    place = re.search(r"/(pages|manifests|lease|quota|answers|part|drift)\b", f"{prefix[0] if prefix else url.path}")
    return f"{method} {place.group(1) if place else 'other'}"


def test_a_longer_window_lists_no_more_and_a_page_costs_a_fixed_number_of_calls(asked):
    few, short = asked(2)
    many, long = asked(9)
    assert many >= 4 * few
    assert long["LIST pages"] == short["LIST pages"]
    assert long["LIST manifests"] == short["LIST manifests"]
    each = (long.total() - short.total()) / (many - few)
    assert each <= 8, {kind: long[kind] - short[kind] for kind in long}
