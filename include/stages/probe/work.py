"""One probe, from its form to its report; it can be killed at any moment, and rests without a worker."""

import logging
from contextlib import closing
from datetime import datetime

from include.domain.quota import REQUESTS_A_DAY
from include.stages.probe.asker import Asker
from include.stages.probe.form import ProbeForm
from include.stages.probe.notebook import Notebook
from include.stages.probe.point import Finding, Outcome, Point
from include.stages.probe.points import EARLY, LATE
from include.stages.probe.report import Report, make_report
from include.storage.layout import ProbeLayout
from include.storage.ledger import Ledger
from include.storage.objects import Objects
from include.tiktok.client import ResearchApi

log = logging.getLogger(__name__)


def probe(form: ProbeForm, api: ResearchApi, objects: Objects, at: datetime) -> Report:
    """Ask TikTok what the contract leaves open, and store the report; a later try goes on with the probe of that time.

    Raises:
        ProbeResting: an hour must pass before the next question.
        QuotaExhausted, ApiResting: the client's quota is used up, or its tasks rest.
        ApiUnavailable: TikTok answers nothing at all.
        CredentialsRejected: TikTok does not accept the API client.
    """
    layout = ProbeLayout(form.connection_id, at)
    notebook = Notebook.open(objects, layout.notebook)
    if content := objects.read(layout.report):
        notebook.discard()
        return Report.model_validate_json(content)
    api.now()
    api.check_credentials()
    with closing(Ledger(objects, api.client, REQUESTS_A_DAY)) as ledger:
        asker = Asker(form, api, ledger, notebook)
        findings = settle(asker)
    report = make_report(form, findings.items(), notebook.readings.values(), at, notebook.requests)
    objects.write(layout.report_text, report.markdown().encode())
    objects.write(layout.report, report.model_dump_json(indent=1).encode())
    notebook.discard()
    _tell(report)
    return report


def settle(asker: Asker) -> dict[Point, Finding]:
    """The finding of every point. What was left open for want of something that a later answer had gets a second go."""
    findings = {point: point.settle(asker) for point in EARLY}
    findings |= {point: point.settle(asker) for point in EARLY if findings[point].outcome is Outcome.OPEN}
    return findings | {point: point.settle(asker) for point in LATE}


def _tell(report: Report) -> None:
    for each in report.points:
        if each.outcome is Outcome.FAILS:
            log.warning("probe point=%r does not hold: %s. %s", each.name, each.came, each.change)
    log.info("probed connection=%s requests=%d: %s", report.connection, report.requests, report.summary)
