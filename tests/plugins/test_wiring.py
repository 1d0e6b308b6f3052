from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from include.domain.asked import Asked
from include.domain.errors import (
    AcceptanceRefused,
    AccessEnded,
    AnswerDoubted,
    ApiResting,
    ApiUnavailable,
    CountsDiffer,
    CredentialsRejected,
    ProjectInvalid,
    QuotaExhausted,
    SearchResting,
    SettingInvalid,
    StorageUnavailable,
    WindowNotComplete,
    WindowTaken,
)
from plugins import wiring
from plugins.wiring import APART, airflow_outcomes, asked, form_of, is_run_over, next_run_id, today


def context(run_type, interval=None, **params):
    """What a task is given: the parameters of the form with their defaults, and the run."""
    form = {"start_date": None, "end_date": None, "reharvest": False} | params
    given = {"params": form, "dag_run": SimpleNamespace(run_type=run_type)}
    if interval:
        given |= {"data_interval_start": interval[0], "data_interval_end": interval[1]}
    return given


def midnight(*day):
    return datetime(*day, tzinfo=UTC)


YESTERDAY = (midnight(2026, 5, 31), midnight(2026, 6, 1))


def test_a_form_without_dates_asks_for_everything_missing():
    assert asked(context("manual")) == Asked()


def test_a_form_with_dates_asks_for_those_days():
    form = context("manual", start_date="2026-01-05", end_date="2026-01-07")
    assert asked(form) == Asked(date(2026, 1, 5), date(2026, 1, 7))


def test_a_form_may_give_one_date_alone():
    assert asked(context("manual", start_date="2026-01-05")) == Asked(start=date(2026, 1, 5))
    assert asked(context("manual", end_date="2026-01-05")) == Asked(end=date(2026, 1, 5))


def test_the_interval_that_a_form_of_the_ui_carries_along_is_not_asked_for():
    assert asked(context("manual", YESTERDAY)) == Asked()


def test_a_scheduled_run_asks_for_everything_missing():
    assert asked(context("scheduled", YESTERDAY)) == Asked()


def test_a_backfill_asks_for_the_days_of_its_interval():
    assert asked(context("backfill", YESTERDAY)) == Asked(date(2026, 5, 31), date(2026, 5, 31))


def test_a_backfill_of_a_month_ends_on_its_last_day():
    leap = context("backfill", (midnight(2024, 2, 1), midnight(2024, 3, 1)))
    assert asked(leap) == Asked(date(2024, 2, 1), date(2024, 2, 29))


def test_a_backfill_of_a_part_of_a_day_asks_for_that_day():
    hour = midnight(2026, 1, 1) + timedelta(hours=5)
    assert asked(context("backfill", (hour, hour + timedelta(hours=1)))) == Asked(date(2026, 1, 1), date(2026, 1, 1))


def test_a_backfill_of_no_time_at_all_asks_for_its_day():
    point = midnight(2026, 1, 1)
    assert asked(context("backfill", (point, point))) == Asked(date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize("run_type", ["manual", "backfill"])
def test_a_reharvest_is_passed_on(run_type):
    assert asked(context(run_type, YESTERDAY, reharvest=True)).reharvest


@pytest.mark.parametrize(
    "wanted", [Asked(), Asked(date(2026, 1, 1), date(2026, 1, 9), reharvest=True), Asked(end=date(2026, 1, 9))]
)
def test_a_form_that_one_run_fills_in_is_read_by_the_next(wanted):
    assert asked(context("operator_triggered", **form_of(wanted))) == wanted


def test_each_run_that_goes_on_has_one_id():
    second = next_run_id("scheduled__2026-06-01T00:00:00+00:00")
    assert second == "operator_triggered__scheduled__2026-06-01T00:00:00+00:00~2"
    assert next_run_id(second) == "operator_triggered__scheduled__2026-06-01T00:00:00+00:00~3"
    assert next_run_id("by~hand") == "operator_triggered__by~hand~2"


def test_dates_in_the_wrong_order_are_for_a_person():
    with pytest.raises(AirflowFailException, match="swap them"), airflow_outcomes():
        asked(context("manual", start_date="2026-01-07", end_date="2026-01-05"))


def test_today_is_a_day_of_utc():
    before = datetime.now(UTC).date()
    assert before <= today() <= datetime.now(UTC).date()


AT, LATER = midnight(2026, 6, 1), midnight(2026, 6, 1) + timedelta(hours=1)
PERSONS = [
    ProjectInvalid,
    CredentialsRejected,
    AccessEnded,
    AcceptanceRefused,
    SettingInvalid,
    CountsDiffer,
    WindowNotComplete,
]
TOMORROWS = [
    QuotaExhausted(LATER, AT, "the quota is used up"),
    ApiResting(LATER, AT, "three gateways in a row"),
    AnswerDoubted(LATER, AT, "404", "a log id"),
    SearchResting("2026-01-01 to 2026-01-30", AT, "it hangs"),
    WindowTaken("a window", LATER, AT),
]


@pytest.mark.parametrize("error", PERSONS)
def test_what_a_person_must_mend_fails_at_once_with_the_explanation(error):
    with pytest.raises(AirflowFailException, match="do this"), airflow_outcomes():
        raise error("do this")


@pytest.mark.parametrize("error", [ApiUnavailable("a gateway"), StorageUnavailable("a bucket")])
def test_what_passes_in_a_moment_is_left_to_airflows_retries(error):
    with pytest.raises(type(error)), airflow_outcomes():
        raise error


@pytest.mark.parametrize("error", TOMORROWS, ids=lambda error: type(error).__name__)
def test_what_passes_at_a_known_time_gives_the_worker_back_and_shows_the_time_on_the_label(error, monkeypatch):
    shown = {}
    monkeypatch.setattr(wiring, "get_current_context", lambda: shown)
    before = datetime.now(UTC)
    with pytest.raises(AirflowRescheduleException) as raised, airflow_outcomes():
        raise error
    until = raised.value.reschedule_date
    assert before + error.wait <= until <= datetime.now(UTC) + error.wait + APART
    assert shown == {"waits": f" (waits until {until:%Y-%m-%d %H:%M} UTC)"}


class Airflow:
    """A task that Airflow answers in this way when it is asked how many ended runs there are of an id."""

    dag_id = "harvest__x"

    def __init__(self, ended=(), error=None):
        self.ended, self.error = ended, error

    def get_dr_count(self, dag_id, run_ids, states):
        if self.error:
            raise self.error
        assert (dag_id, set(states)) == ("harvest__x", {"success", "failed"})
        return len(set(run_ids) & set(self.ended))


def test_a_run_is_over_when_airflow_knows_that_it_ended():
    assert is_run_over(Airflow(ended=["manual__1"]), "manual__1")
    assert not is_run_over(Airflow(ended=["manual__1"]), "manual__2")


def test_a_run_of_which_airflow_does_not_tell_is_not_over():
    silent = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": None}))
    assert not is_run_over(Airflow(error=silent), "manual__1")


def test_what_nobody_foresaw_is_not_hidden():
    with pytest.raises(ZeroDivisionError), airflow_outcomes():
        raise ZeroDivisionError
