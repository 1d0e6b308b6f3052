import pytest

from include.tiktok.verdicts import TABLE, Remedy, remedy

OBSERVED = [
    (401, "access_token_invalid", "The access token is invalid or not found in the request.", Remedy.RENEW_TOKEN),
    (401, "scope_not_authorized", "The user did not authorize the scope required", Remedy.PERSON),
    (401, "scope_permission_missed", "", Remedy.PERSON),
    (401, "", "", Remedy.RENEW_TOKEN),
    (401, "user_disabled", "", Remedy.RENEW_TOKEN),
    (302, "", "to elsewhere.example", Remedy.SECOND_LOOK),
    (308, "", "", Remedy.SECOND_LOOK),
    (400, "invalid_params", "Search Id 7614080229432337488 is invalid or expired", Remedy.SEARCH_AGAIN),
    (400, "invalid_params", "Invalid count or cursor", Remedy.SEARCH_AGAIN),
    (400, "invalid_params", "end_date must be within 30 days of start_date", Remedy.PERSON),
    (400, "invalid_params", "User name synth_nobody is invalid: cannot find the user", Remedy.PERSON),
    (400, "internal_error", "Something went wrong. Please try again later.", Remedy.SMALLER_WINDOW),
    (400, "", "Something is wrong. Please try again later.", Remedy.SMALLER_WINDOW),
    (403, "invalid_params", "This user's liked videos information cannot be returned", Remedy.SECOND_LOOK),
    (404, "", "", Remedy.SECOND_LOOK),
    (405, "invalid_request", "", Remedy.SECOND_LOOK),
    (429, "daily_quota_limit_exceeded", "Daily quota limit exceeded.", Remedy.TOMORROW),
    (429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.", Remedy.MOMENT),
    (429, "", "", Remedy.MOMENT),
    (500, "internal_error", "Server Internal Error", Remedy.SMALLER_WINDOW),
    (500, "", "", Remedy.SMALLER_WINDOW),
    (502, "", "", Remedy.MOMENT),
    (503, "", "", Remedy.MOMENT),
    (504, "timeout", "Request timed out.", Remedy.SMALLER_WINDOW),
    (504, "", "", Remedy.SMALLER_WINDOW),
    (200, "", "", Remedy.UNREADABLE),
    (200, "internal_error", "Something is wrong. Please try again later.", Remedy.SMALLER_WINDOW),
]


@pytest.mark.parametrize(("status", "code", "message", "helps"), OBSERVED)
def test_every_observed_refusal_has_its_remedy(status, code, message, helps):
    assert remedy(status, code, message) is helps


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_the_code_decides_between_the_two_kinds_of_429_whatever_the_status(status):
    assert remedy(status, "daily_quota_limit_exceeded", "") is Remedy.TOMORROW
    assert remedy(status, "rate_limit_exceeded", "") is Remedy.MOMENT


def test_an_answer_nobody_has_seen_has_no_remedy_yet():
    assert remedy(418, "teapot", "short and stout") is None


def test_no_line_of_the_table_stands_in_the_shadow_of_another():
    """Each line is the first to fit something."""
    for row in TABLE:
        seen = [(s, c) for s in row.status or (599,) for c in row.code or ("",)]
        assert any(next(each for each in TABLE if each.fits(s, c, row.says)) is row for s, c in seen), row


def test_a_refusal_cut_off_before_its_code_is_not_taken_for_a_rejected_request():
    """Seed 4 of the chaos run: a refused search id whose body was truncated ended the window for good."""
    assert remedy(400, "", "") is None
