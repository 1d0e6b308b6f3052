"""The key of pseudonyms, from the connection icandid_pseudonyms; it is stored nowhere else."""

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from include.domain.errors import SettingInvalid
from include.domain.pseudonyms import SHORTEST_KEY, Pseudonyms

CONNECTION = "icandid_pseudonyms"


def project_pseudonyms(project_id: str) -> Pseudonyms:
    """The pseudonyms of a research project.

    Raises:
        SettingInvalid: there is no key, or one that can be guessed.
    """
    try:
        key = BaseHook.get_connection(CONNECTION).password or ""
    except AirflowNotFoundException:
        key = ""
    if len(key) < SHORTEST_KEY:
        raise SettingInvalid(
            f"Connection {CONNECTION}: give it a password of at least {SHORTEST_KEY} random characters, the key of "
            "the pseudonyms in exports. Keep it: another key makes other pseudonyms."
        )
    mask_secret(key)
    return Pseudonyms(key, project_id)
