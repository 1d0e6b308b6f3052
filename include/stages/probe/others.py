"""Points about other endpoints: the comments of one video, one user, and a job of batch compliance."""

from itertools import pairwise

from include.stages.probe import two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.control import invented_ids
from include.stages.probe.outline import tell_kinds
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.question import COMMENTS, CREATE, DOWNLOAD, HOUR, STATUS, USER, Question
from include.stages.probe.reading import Reading
from include.tiktok.verdicts import Remedy

COMMENT_FIELDS = ("id", "video_id", "text", "like_count", "reply_count", "parent_comment_id", "create_time")
USER_FIELDS = (
    "display_name", "bio_description", "avatar_url", "is_verified", "follower_count", "following_count", "likes_count",
    "video_count", "bio_url",
)  # fmt: skip

#: No user of TikTok can have this name: it is longer than 24 characters.
NOBODY = "icandid.probe.asks.for.nobody"

#: Comments that one page can hold, some of them too new for the count of the video.
COMMENTS_A_PAGE = 80

#: Ids of a compliance job, and how many of them no video has.
IDS, INVENTED = 100, 6

STATES = ("Completed", "Processing", "Failed")


def comment_page(asker: Asker) -> Reading:
    """The comments of the first of two videos that discloses them; videos whose comments fit a page."""
    rows = [(row.comments or 0, row.key) for row in two_days.first_page(asker).handles.rows if row.key]
    fitting = sorted((row for row in rows if 0 < row[0] <= COMMENTS_A_PAGE), reverse=True)
    why = f"no video of the two days has 1 to {COMMENTS_A_PAGE} comments"
    for number, (_, key) in enumerate(fitting[:2], start=1):
        body = {"video_id": key, "max_count": 100}
        reading = asker.ask(Question(f"comments of video {number}", COMMENTS, body, COMMENT_FIELDS))
        if reading.returned:
            return reading
        why = "an empty list" if reading.answered else f"refused: {reading.refusal}"
    raise Unsettled(f"no comments came: {why}")


def _examine_comments(asker: Asker) -> Finding:
    reading = comment_page(asker)
    if reading.more is not False:
        raise Unsettled(f"{reading.returned} comments came, and has_more is {reading.more}")
    made = [row.made for row in reading.handles.rows if row.made is not None]
    figures = {
        "returned": reading.returned,
        "cursor": reading.cursor,
        "sorted_by_id": _is_sorted(reading.handles.keys),
        "sorted_by_time": _is_sorted(made),
    }
    came = f"cursor {reading.cursor} behind {reading.returned} comments; each is {_shortest(reading)}"
    return judge(reading.returned <= (reading.cursor or 0) < reading.size, came, **figures)


def _is_sorted(values: list[int]) -> bool:
    return all(a <= b for a, b in pairwise(values)) or all(a >= b for a, b in pairwise(values))


def _shortest(reading: Reading) -> str:
    return tell_kinds({name: each for record in reading.records for name, each in record.items()})


def _examine_user(asker: Asker) -> Finding:
    question = Question("user", USER, {"username": asker.author}, USER_FIELDS)
    if not asker.author and not asker.knows(question):
        raise Unsettled("no author is known any more: the task was killed before it asked; trigger the DAG again")
    reading = asker.answer(question)
    other = sorted(reading.data.keys() - set(USER_FIELDS))
    came = f"the data are {tell_kinds(reading.data)}"
    return judge(not other, came, http_status=reading.status, fields=len(reading.data), others=len(other))


def _examine_unknown_user(asker: Asker) -> Finding:
    reading = asker.ask(Question("unknown user", USER, {"username": NOBODY}, USER_FIELDS))
    if reading.answered:
        return judge(False, f"an answer: {tell_kinds(reading.data)}")
    fits = reading.status == 400 and reading.helps == Remedy.PERSON and "cannot find the user" in reading.text.lower()
    return judge(fits, f"refused: {reading.refusal}", http_status=reading.status)


def job(asker: Asker) -> Reading:
    """A job of batch compliance about the videos of the two days, and some ids that no video has; or its refusal."""
    known = two_days.first_page(asker).handles.keys[: IDS - INVENTED]
    if not known:
        raise Unsettled("no video is known")
    lines = "".join(f"{each}\n" for each in (*known, *invented_ids(known, INVENTED)))
    return asker.ask(Question("compliance job", CREATE, {"category": "video"}, file=lines.encode()))


def status(asker: Asker) -> Reading:
    """How far that job is after an hour."""
    made = job(asker)
    body, due = {"task_id": _task(made)}, made.at + HOUR
    return asker.answer(Question("compliance status", STATUS, body, earliest=due, late=True))


def _task(made: Reading) -> int | str:
    text = made.handles.task_id
    if not text:
        raise Unsettled("there is no task_id to ask for")
    return int(text) if text.isdecimal() else text


def _examine_job(asker: Asker) -> Finding:
    made = job(asker)
    if not made.answered:
        return judge(False, f"refused: {made.refusal}")
    return judge(bool(made.handles.task_id), f"the data are {tell_kinds(made.data)}", digits=len(made.handles.task_id))


def _examine_status(asker: Asker) -> Finding:
    reading = status(asker)
    told = str(reading.data.get("task_status"))
    return judge(told == "Completed", f"task_status {told if told in STATES else 'is another'} after an hour")


def _examine_download(asker: Asker) -> Finding:
    """All videos that were shown an hour ago must be in the file, and none of the others."""
    state = status(asker).data.get("task_status")
    if state != "Completed":
        raise Unsettled("the job is not completed")
    body = {"task_id": _task(job(asker))}
    reading = asker.answer(Question("compliance download", DOWNLOAD, body, late=True))
    known = set(two_days.first_page(asker).handles.keys[: IDS - INVENTED])
    found = set(reading.handles.keys)
    came = f"{len(found & known)} of {len(known)} ids that TikTok has shown, {len(found - known)} others"
    is_file = isinstance(reading.body, list)
    return judge(is_file and found == known, came if is_file else f"no list of ids: {tell_kinds(reading.body)}")


COMMENTS_LIST = Point(
    name="comments of a video",
    assumption="the last cursor of a list of comments is their number; deleted ones count",
    source="contract 3.3 and 13 (9); recorded behaviour 8 and 18",
    change="Comments need their own rule for the end of a list: a call behind it.",
    examine=_examine_comments,
)
USER_INFO = Point(
    name="user/info",
    assumption="user/info gives a flat object with the fields that were asked for, and no username",
    source="contract 3.2; recorded behaviour 17 and 19",
    change="Take the name from the answer where it has one. Other fields: docs/tiktok-research-api.md.",
    examine=_examine_user,
)
UNKNOWN_USER = Point(
    name="unknown user",
    assumption="an unknown user is refused with 400 invalid_params, *cannot find the user*",
    source="contract 7; recorded behaviour 13",
    change="A refresh must not take this for an error, nor another refusal for *not found*: add the words to TABLE in "
    "include/tiktok/verdicts.py.",
    examine=_examine_unknown_user,
)
JOB = Point(
    name="compliance job",
    assumption="batch compliance takes a file with one id on each line, and answers with a task_id",
    source="contract 3.11 and 13 (8); recorded behaviour 25",
    change="A refresh asks for records by their ids instead, 50 for a request.",
    examine=_examine_job,
)
JOB_STATUS = Point(
    name="compliance status",
    assumption="a job of 100 ids is Completed after an hour",
    source="contract 3.11 and 13 (8)",
    change="Wait longer before the result is fetched; if it failed, ask TikTok with the log_id.",
    examine=_examine_status,
)
DOWNLOAD_FILE = Point(
    name="compliance download",
    assumption="the result is a text with the ids that still exist, one on each line",
    source="contract 3.11 and 13 (8)",
    change="Read it in the shape it has, and delete nothing before videos that exist are in it.",
    examine=_examine_download,
)
