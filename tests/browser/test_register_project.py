"""A data engineer registers a research project in the Airflow UI, with a browser."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.browser.conftest import PASSWORD, PROJECT_ID, USER
from tests.forms import FORM

TODAY = datetime.now(UTC).date()
FIELDS = {
    **{name: FORM[name] for name in ("title", "description", "requestor", "requestor_email", "accounts", "hashtags")},
    "project_id": PROJECT_ID,
    "period": FORM["period"],
    "access_start": str(TODAY),
    "access_end": str(TODAY + timedelta(days=365)),
}
APPEARS = 60
"""Seconds in which the DAG of a new project must be there: twice Airflow's default interval between two parses."""


def picture(page, name):
    """What the engineer sees, where ICANDID_PICTURES names a folder."""
    if folder := os.environ.get("ICANDID_PICTURES"):
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(folder) / f"{name}.png")


def log_in(page):
    page.goto("/")
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("text=Dags")


def open_form(page):
    page.goto("/dags/register_project")
    page.click("[data-testid=trigger-dag-button]")
    page.wait_for_selector("#element_project_id")


def fill(page, fields):
    for name, value in fields.items():
        page.fill(f"#element_{name}", value)


def choose_regions(page, *codes):
    for code in codes:
        page.locator("#element_region_codes input[role=combobox]").fill(code)
        page.keyboard.press("Enter")


def trigger(page):
    """Press the button of the form; returns once the form is gone."""
    page.get_by_role("dialog").get_by_role("button", name="Trigger").click()
    page.wait_for_selector("#element_project_id", state="detached")


def wait_for_run(page, state):
    page.goto("/dags/register_project/runs")
    page.wait_for_selector(f"tbody tr:first-child:has-text('{state}')", timeout=180_000)


def wait_for_dag(page, dag_id):
    """The DAG has to appear by itself, while everything goes on running."""
    deadline = time.monotonic() + APPEARS
    while not page.request.get(f"/api/v2/dags/{dag_id}").ok:
        assert time.monotonic() < deadline, f"{dag_id} did not appear within {APPEARS} s"
        page.wait_for_timeout(500)


def again(page):
    """Open the form of the newest run once more, filled in as it was."""
    run_id = page.request.get("/api/v2/dags/register_project/dagRuns?order_by=-run_after").json()["dag_runs"][0]
    page.goto(f"/dags/register_project/runs/{run_id['dag_run_id']}")
    page.click("[data-testid=trigger-dag-button]")
    page.get_by_role("menuitem").nth(1).click()
    page.wait_for_selector("#element_project_id")


def test_a_project_is_registered_and_changed_in_the_ui_and_its_dag_appears(page):
    log_in(page)
    open_form(page)
    fill(page, FIELDS)
    choose_regions(page, "BE", "NL")
    page.locator("#element_accounts").evaluate("field => field.scrollIntoView({block: 'start'})")
    picture(page, "form")
    trigger(page)
    wait_for_run(page, "Success")
    wait_for_dag(page, f"harvest__{PROJECT_ID}")
    page.goto(f"/dags/harvest__{PROJECT_ID}")
    page.wait_for_selector("text=harvest_window")
    picture(page, "dag")

    again(page)
    assert page.input_value("#element_accounts") == FIELDS["accounts"]
    page.fill("#element_title", "Another title")
    trigger(page)
    wait_for_run(page, "Failed")
    picture(page, "refused")
