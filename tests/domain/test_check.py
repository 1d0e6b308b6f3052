"""A check: a verdict with its figures."""

from include.domain.check import Check, Verdict, check


def test_a_check_without_a_reason_passed_whatever_it_would_have_been():
    assert check("hits", found=3) == Check(name="hits", verdict=Verdict.PASSED, figures={"found": 3}, reason="")
    assert check("hits", verdict=Verdict.WARNING).verdict is Verdict.PASSED


def test_a_check_with_a_reason_failed_unless_it_only_warns():
    assert check("hits", "too few").failed
    warning = check("hits", "some are foreign", verdict=Verdict.WARNING)
    assert (warning.failed, warning.verdict, warning.reason) == (False, Verdict.WARNING, "some are foreign")


def test_a_check_is_read_back_as_it_was_written():
    made = check("hits", "too few", found=3, expected=4.5, canary=None, proof="hits")
    assert Check.model_validate_json(made.model_dump_json()) == made
