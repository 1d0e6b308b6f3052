from plugins.approval import APPROVE, REJECT, ask_for_approval, is_approved, name_approver


def test_no_answer_counts_as_a_rejection():
    asked = ask_for_approval("May it go?", "A thing")
    assert (asked["options"], asked["defaults"]) == ([APPROVE, REJECT], REJECT)
    assert not is_approved({"chosen_options": [REJECT]})
    assert not is_approved({"chosen_options": []})
    assert is_approved({"chosen_options": [APPROVE]})


def test_whoever_answered_is_named_by_what_people_know_and_what_airflow_knows():
    assert name_approver({"responded_by_user": {"id": "ada", "name": "ada"}}) == "ada"
    assert name_approver({"responded_by_user": {"id": "7", "name": "Ada"}}) == "Ada (7)"
    assert name_approver({"responded_by_user": None}) == "nobody: time ran out"
