"""Batch compliance: which of up to 10,000 ids still exist. Create a task, ask for its status, download the ids."""

from datetime import timedelta

from include.sandbox.exchange import Answer, Call, number
from include.sandbox.noise import noise
from include.sandbox.refusals import file_refused, invalid
from include.sandbox.sandbox import Sandbox, Task


def create_task(sandbox: Sandbox, call: Call) -> Answer:
    """Take a text file with one id per line (the layout is invented) and answer with a task id above int64."""
    body = call.body or {}
    category, file = body.get("category"), body.get("file_data")
    if category not in ("video", "comment"):
        raise invalid("category must be video or comment")
    ids = _ids(file)
    if len(ids) > sandbox.settings.compliance_ids:
        raise file_refused(f"more than {sandbox.settings.compliance_ids} ids")
    # The documented example exceeds int64; this stays within 64 bits without sign.
    task_id = (
        10_000_000_000_000_000_000 + noise(sandbox.settings.seed, sandbox.next_number()) % 8_000_000_000_000_000_000
    )
    sandbox.tasks[task_id] = Task(category, ids, sandbox.clock.now())
    return Answer({"task_id": task_id}, batch=True)


def task_status(sandbox: Sandbox, call: Call) -> Answer:
    """Processing, then Completed, or Failed when switched so."""
    return Answer({"task_status": _status(sandbox, _task(sandbox, call))}, batch=True)


def download_task(sandbox: Sandbox, call: Call) -> Answer:
    """The ids that still exist, one per line, as text."""
    task = _task(sandbox, call)
    if (status := _status(sandbox, task)) != "Completed":
        raise invalid(f"the task is {status}")
    left = [video_id for video_id in task.ids if _exists(sandbox, task.category, video_id)]
    records = len(left) if sandbox.settings.compliance_costs_records else 0
    return Answer(None, records, text="".join(f"{video_id}\n" for video_id in left))


def _ids(file: object) -> tuple[int, ...]:
    text = file.decode("utf-8", "replace") if isinstance(file, bytes) else file
    lines = text.split() if isinstance(text, str) else []
    if not lines or not all(line.isascii() and line.isdecimal() for line in lines):
        raise file_refused("it must hold one id per line")
    return tuple(map(int, lines))


def _task(sandbox: Sandbox, call: Call) -> Task:
    task_id = number(call.body or {}, "task_id")
    if task_id not in sandbox.tasks:
        raise invalid(f"task_id {task_id} does not exist")
    return sandbox.tasks[task_id]


def _status(sandbox: Sandbox, task: Task) -> str:
    if sandbox.clock.now() < task.created_at + timedelta(seconds=sandbox.settings.compliance_seconds):
        return "Processing"
    return "Failed" if sandbox.settings.compliance_fails else "Completed"


def _exists(sandbox: Sandbox, category: str, record_id: int) -> bool:
    corpus, now = sandbox.corpus, int(sandbox.clock.now().timestamp())
    if category == "comment":
        # Which comments exist follows from their video, which the id does not name: a plausible id counts.
        return 0 < record_id >> 32 <= now and record_id not in corpus.deleted
    video = corpus.video(record_id)
    return video is not None and video.create_time <= now and corpus.available(video, now)
