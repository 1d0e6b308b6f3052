import json

from include.icandid.serialise import document_bytes


def test_a_document_is_one_compact_line_of_utf8():
    assert document_bytes({"name": "été 🎉", "n": 1}) == '{"name":"été 🎉","n":1}'.encode()


def test_line_separators_that_break_the_loader_are_removed():
    data = document_bytes({"name": "a\u2028b\u2029c\x85d\u2027e\xc2"})
    assert json.loads(data)["name"] == "abcd\u2027e\xc2"


def test_a_new_line_in_a_caption_does_not_break_the_line():
    assert document_bytes({"name": "a\nb"}) == b'{"name":"a\\nb"}'
