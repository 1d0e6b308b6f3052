from include.sandbox.corpus import EVERYTHING
from tests.sandbox.client import day

MARCH = (day("2026-03-01"), day("2026-03-02"))


def test_a_reset_sandbox_is_as_at_the_start(sandbox, client):
    before = client.ids()
    now = sandbox.clock.now()
    sandbox.delete_video(before[0])
    sandbox.plant_video({"id": 7 << 60, "create_time": 1772366400})
    sandbox.make_private("synth_guest")
    sandbox.switch(requests_per_day=1)
    sandbox.fault("timeout")
    sandbox.reset()
    assert sandbox.ledger == []
    assert client.ids() == before
    assert sandbox.used()[0] == len(sandbox.ledger) == 1
    assert sandbox.clock.now() == now


def test_sleeping_advances_the_clock(sandbox):
    before = sandbox.clock.now()
    sandbox.sleep(90)
    assert (sandbox.clock.now() - before).total_seconds() == 90


def test_planting_an_id_again_replaces_the_video(empty):
    for views in (1, 2):
        empty.plant_video({"id": 7 << 60, "create_time": 1772366400, "view_count": views})
    [video] = empty.corpus.search(EVERYTHING, *MARCH)
    assert video.planted["view_count"] == 2
