import pytest

STATUS, DOWNLOAD = "validation_task_status/get", "validation_task/download"


def create(client, text, category="video"):
    return client.ask("validation_task/create", files={"file_data": ("ids.txt", text)}, data={"category": category})


def left(sandbox, client, text, category="video"):
    task = {"task_id": create(client, text, category).json()["data"]["task_id"]}
    sandbox.sleep(sandbox.settings.compliance_seconds)
    return [int(line) for line in client.ask(DOWNLOAD, task).text.splitlines()]


def test_deleted_private_and_unknown_videos_are_missing_from_the_download(sandbox, client):
    first, second, *others = client.search().json()["data"]["videos"]
    sandbox.delete_video(first["id"])
    sandbox.make_private(second["username"])
    ids = [video["id"] for video in (first, second, *others)]
    stay = [video["id"] for video in others if video["username"] != second["username"]]
    assert left(sandbox, client, "\n".join(map(str, [*ids, 12345]))) == stay


def test_deleted_comments_are_missing_from_the_download(sandbox, client):
    sandbox.delete_comment(7612740072409648405)
    assert left(sandbox, client, "7612740072409648405\n7612743461238844949", "comment") == [7612743461238844949]


def test_ten_thousand_ids_are_taken_and_one_more_is_refused(client):
    assert create(client, "1\n" * 10_000).status_code == 200
    answer = create(client, "1\n" * 10_001)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_file_upload")


@pytest.mark.parametrize("text", ["", "one\ntwo", "1,2,3"])
def test_a_file_that_is_no_list_of_ids_is_refused(client, text):
    assert create(client, text).json()["error"]["code"] == "invalid_file_upload"


def test_a_category_is_needed(client):
    assert create(client, "1", "user").json()["error"]["code"] == "invalid_params"


def test_a_task_that_is_not_completed_has_no_download(sandbox, client):
    task = create(client, "1").json()["data"]
    assert client.ask(DOWNLOAD, task).status_code == 400
    sandbox.switch(compliance_fails=True)
    sandbox.sleep(3)
    assert client.ask(STATUS, task).json()["data"] == {"task_status": "Failed"}
    assert client.ask(DOWNLOAD, task).status_code == 400


def test_an_unknown_task_is_invalid(client):
    assert client.ask(STATUS, {"task_id": 1}).json()["error"]["code"] == "invalid_params"


def test_a_download_costs_a_request_and_records_only_when_switched_so(sandbox, client):
    ids = "\n".join(map(str, client.ids()))
    sandbox.forget_ledger()
    left(sandbox, client, ids)
    assert [(entry.requests, entry.records) for entry in sandbox.ledger] == [(1, 0), (1, 0)]
    sandbox.switch(compliance_costs_records=True)
    assert sandbox.used()[1] < sandbox.used()[1] + len(left(sandbox, client, ids))
    assert sandbox.ledger[-1].records > 0
