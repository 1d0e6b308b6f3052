"""All points of a probe, in the order in which they are examined: the most important ones first."""

from include.stages.probe import days, jumps, others, records, refusals, searches, shapes

EARLY = (
    searches.FIELDS,
    others.USER_INFO,  # as early as can be: the author's name is kept in no storage
    days.END_DATE,
    days.LONGEST_WINDOW,
    days.TOO_LONG,
    jumps.IN_50,
    jumps.KNOWN_IDS,
    jumps.JUMP_AFRESH,
    searches.LAST_CURSOR,
    searches.END,
    others.JOB,
    searches.ADVANCE,
    days.ASKED_DAYS,
    searches.ORDER,
    searches.YIELD,
    jumps.JUMP_AHEAD,
    others.COMMENTS_LIST,
    refusals.UNKNOWN_SEARCH,
    refusals.UNKNOWN_FIELD,
    refusals.TWO_VALUES_OF_EQ,
    others.UNKNOWN_USER,
    shapes.KINDS_OF_VALUES,
    *shapes.SHAPES,
    shapes.ID,
    records.ID_KINDS,
    records.UPLOAD,
    records.REGION,
    records.VOICE,
    refusals.ANSWERS,
    refusals.ERRORS,
)

#: These ask an hour later.
LATE = (
    jumps.REUSE,
    others.JOB_STATUS,
    others.DOWNLOAD_FILE,
)
