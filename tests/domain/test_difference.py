from include.domain.difference import counted, difference, told

BEFORE = {"title": "Old", "accounts": ["a"], "period": {"start": "2026-01-01", "end": None}, "hidden": True}


def test_only_what_differs_is_told():
    after = BEFORE | {"accounts": ["a", "b"], "period": {"start": "2026-01-01", "end": "2026-03-31"}}
    assert difference(BEFORE, after) == {
        "accounts": {"was": ["a"], "is": ["a", "b"]},
        "period.end": {"was": None, "is": "2026-03-31"},
    }
    assert difference(BEFORE, BEFORE) == {}


def test_a_field_that_comes_or_goes_was_or_is_nothing():
    assert difference({"pool": "x"}, {"schedule": "@daily"}) == {
        "pool": {"was": "x", "is": None},
        "schedule": {"was": None, "is": "@daily"},
    }


def test_absent_and_empty_are_no_difference():
    assert difference({}, {"labels": [], "schedule": None, "query": {}, "period": {"end": None}}) == {}
    assert difference({"settle_days": 3}, {"settle_days": 0}) == {"settle_days": {"was": 3, "is": 0}}


def test_a_query_is_compared_as_one():
    assert list(difference({"query": {"and": []}}, {"query": {"or": []}})) == ["query"]


def test_a_tuple_is_the_list_it_was_written_as():
    assert difference({"labels": ("x",)}, {"labels": ["x"]}) == {}


def test_a_log_counts_and_does_not_quote():
    changes = difference(
        {"accounts": ["secretive"], "hidden": True, "query": {"and": []}},
        {"accounts": [], "hidden": False, "description": "A long description of it", "schedule": "@daily"},
    )
    assert list(counted(changes)) == [
        "accounts: 1 listed -> nothing",
        "hidden: True -> False",
        "query: an object -> nothing",
        "description: nothing -> 24 characters",
        "schedule: None -> @daily",
    ]


def test_people_read_one_line_for_each_field():
    changes = difference({"accounts": ["a"], "schedule": "@daily"}, {"accounts": ["a", "b"], "hidden": False})
    assert told(changes) == "accounts: a -> a, b\nschedule: @daily -> nothing\nhidden: nothing -> False"
    assert told({}) == "nothing"
