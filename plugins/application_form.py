"""The form of an application to TikTok, as Airflow shows it before a run."""

from typing import Any

from airflow.sdk import Param

from include.domain.questions import LINE, NAMES, QUESTIONS

OWN = {
    "title": (LINE | {"maxLength": 100}, "Title of the project", "Becomes the title of the research project."),
    "requestor": (LINE | {"maxLength": 100}, "Principal researcher", "Who applies, and asks iCANDID for the data."),
    "requestor_email": (LINE, "E-mail address", "Of the institution: TikTok takes no other."),
}
"""What TikTok's form does not ask, and the registration of the research project does."""

WITHDRAW: dict[str, Any] = {
    "type": ["null", "array"],
    "items": {"type": "string"},
    "examples": [*NAMES, *OWN],
}

PARAMS = {
    "application_id": Param(
        "",
        type="string",
        pattern="^[a-z0-9]+(_[a-z0-9]+)*$",
        maxLength=45,
        title="Application",
        description_md="A short name of your own, such as `cycling_2027`. The same name goes on with the same draft.",
    ),
    **{
        each.name: Param(None, **each.schema, title=f"{number}. {each.text}", description_md=each.hint)
        for number, each in enumerate(QUESTIONS, 1)
    },
    **{name: Param(None, **schema, title=text, description_md=said) for name, (schema, text, said) in OWN.items()},
    "withdraw": Param(
        None,
        **WITHDRAW,
        title="Take back answers",
        description_md="Answers of the draft to make empty again; a field left empty leaves its answer as it is.",
    ),
}
"""The application's name, TikTok's questions in TikTok's order, and what we ask besides."""


def answers(params: dict[str, Any]) -> dict[str, Any]:
    """What the form says, without the name of the application and what is taken back."""
    return {name: params[name] for name in (*NAMES, *OWN)}
