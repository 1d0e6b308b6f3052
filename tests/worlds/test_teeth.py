"""Each invariant bites: where the harvest is made wrong on purpose, some world complains of just that."""

from collections import Counter

import pytest

from include.domain.manifest import UnitManifest
from include.domain.unit_line import UnitLine
from include.stages.harvest.meter import UnitMeter
from include.stages.harvest.progress import Progress
from include.stages.harvest.slices import Splitter
from include.stages.harvest.unit import Unit
from include.storage.ledger import Ledger
from include.storage.rollup import Rollup
from tests.worlds.world import run_world


def complaints(*seeds):
    return Counter(each.kind for seed in seeds for each in run_world(seed).violations)


@pytest.fixture
def wrong(monkeypatch):
    """Puts something wrong in the place of a method."""
    return lambda owner, name, wrongly: monkeypatch.setattr(owner, name, wrongly)


def test_a_reserve_that_nobody_keeps(wrong):
    wrong(Ledger, "_check", lambda *_: None)
    assert complaints(3)["reserve"]


def test_an_end_that_is_believed_at_once(wrong):
    wrong(Progress, "_tells_hits", lambda *_: True)
    wrong(Splitter, "look_again", lambda *_, **__: [])
    assert complaints(13, 43)["not complete"]


def test_pages_that_are_forgotten(wrong):
    wrong(Unit, "take_in_stored", lambda *_: None)
    assert complaints(12)["wasted"]


def test_a_unit_that_spends_without_end(wrong):
    wrong(UnitMeter, "bound", property(lambda _: 10**6))
    assert complaints(3)["budget"]


def test_a_suspect_unit_that_is_bought_every_day(wrong):
    wrong(UnitLine, "is_due", lambda self, _today: not self.covers)
    wrong(UnitLine, "waits_for_person", False)
    wrong(UnitLine, "again_on", None)
    assert complaints(3)["rest"]


def test_a_complete_round_that_is_unmade(wrong):
    begin = UnitManifest.with_round
    wrong(UnitManifest, "with_round", lambda self, now: begin(self, now).model_copy(update={"stands": None}))
    assert complaints(10_033, 10_040, 10_043, 10_058)["unmade"]


def test_a_merge_that_leaves_one_unit_out(wrong):
    parts = Rollup.parts
    wrong(Rollup, "parts", lambda self, month: dict(list(parts(self, month).items())[1:]))
    assert complaints(1, 2, 3)["dataset"]
