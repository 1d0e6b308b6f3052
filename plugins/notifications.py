"""Notifications to people, by mail through Airflow's SmtpNotifier; off where the connection smtp_default is missing.

They say what happened to which project and what to do, and never hold anything of a record.
"""

import html
import os
import re
import smtplib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseHook, BaseNotifier, conf
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from include.domain.errors import NoticeNotSent, SettingInvalid
from include.domain.project import ResearchProject

if TYPE_CHECKING:
    from airflow.sdk import Context

CONNECTION = "smtp_default"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def operators() -> list[str]:
    """The addresses in ICANDID_NOTIFY: those who keep the harvester running."""
    addresses = re.split(r"[,;\s]+", os.environ.get("ICANDID_NOTIFY", ""))
    return [address for address in addresses if address]


def tell(project: ResearchProject, text: str) -> bool:
    """Tell a project's requestor, and the operators; False when mail is not configured.

    Raises:
        NoticeNotSent: the mail server did not take it.
        SettingInvalid: the connection names no sender, or would send its password unencrypted.
    """
    subject = f"TikTok research project {project.project_id}: {project.title}"
    return send({project.requestor_email: None, **dict.fromkeys(operators())}, subject, text)


def send(to: Iterable[str], subject: str, text: str) -> bool:
    """Send one mail; False when there is nobody to send it to, or no connection to send it with.

    Raises:
        NoticeNotSent: the mail server did not take it.
        SettingInvalid: the connection names no sender, or would send its password unencrypted.
    """
    if not (to := list(to)) or not _configured():
        return False
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    body = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines())
    notifier = SmtpNotifier(to=to, subject=" ".join(subject.split()), html_content=body, smtp_conn_id=CONNECTION)
    try:
        notifier.notify({})  # not called as a callback is: that would render titles as Jinja templates
    except ValueError as error:
        raise SettingInvalid(f"Connection {CONNECTION}: give it `from_email` in its extra. ({error})") from error
    except (smtplib.SMTPException, OSError, AirflowException) as error:
        raise NoticeNotSent(f"A mail could not be sent: {type(error).__name__}.") from error
    return True


def failure_notifiers() -> list[BaseNotifier]:
    """What a DAG calls when one of its runs fails; empty where ICANDID_NOTIFY names nobody.

    `DAG(on_failure_callback=failure_notifiers() or None)` sends one mail for a run, however many of its tasks failed.
    It is read while the DAG file is parsed, so that it asks the environment only.
    """
    return [RunFailed()] if operators() else []


class RunFailed(BaseNotifier):
    """Tells the operators that a run failed, and where to look; why stays in Airflow's logs."""

    def render_template_fields(self, *_: Any, **__: Any) -> None:
        """Nothing of it is a template; Airflow would ask a DAG for one that does not always know templates."""

    def notify(self, context: "Context") -> None:
        values: dict[str, Any] = dict(context)
        dag_id, run_id = _ids(values)
        text = f"Run {run_id} of {dag_id} failed. The DAG's documentation says what to do.\n{_page(dag_id, run_id)}"
        if not send(operators(), f"{dag_id} failed", text):
            self.log.info("no notification: connection %s is not configured", CONNECTION)


def _ids(context: dict[str, Any]) -> tuple[str, str]:
    """DAG and run from the context of a task, or from the poorer one of a DAG."""
    if "dag_run" in context:
        return context["dag_run"].dag_id, context["dag_run"].run_id
    return context["dag"].dag_id, context.get("run_id", "unknown")


def _page(dag_id: str, run_id: str) -> str:
    base = conf.get("api", "base_url", fallback="") or ""
    return f"{base.rstrip('/')}/dags/{quote(dag_id)}/runs/{quote(run_id)}"


def _configured() -> bool:
    try:
        connection = BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        return False
    open_line = all(connection.extra_dejson.get(name) for name in ("disable_ssl", "disable_tls"))
    if open_line and connection.password and connection.host not in LOOPBACK:
        raise SettingInvalid(
            f"Connection {CONNECTION}: its password would be sent unencrypted; disable either ssl (port 587) or tls "
            "(port 465), not both."
        )
    return True
