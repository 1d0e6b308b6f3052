"""A person at Airflow's API, in this process: sees what waits for an answer, and answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any


class Person:
    """Answers what is asked for in a run of the DAG, once; `asked` is what was shown."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.asked: dict[str, Any] = {}
        self.told: Any = None

    def answer(self, dag_id: str, option: str, first: Callable[[], None]) -> bool:
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        waiting = self.client.get(f"{path}/~/hitlDetails", params={"response_received": False}).json()["hitl_details"]
        parked = [each for each in waiting if each["task_instance"]["state"] == "awaiting_input"]
        if not parked:
            return False
        self.asked, task = parked[0], parked[0]["task_instance"]
        first()
        where = f"{path}/{task['dag_run_id']}/taskInstances/{task['task_id']}/{task['map_index']}/hitlDetails"
        self.told = self.client.patch(where, json={"chosen_options": [option]})
        return True


@contextmanager
def answering(client: Any, dag_id: str, option: str, first: Callable[[], None] = lambda: None) -> Iterator[Person]:
    """While the block runs, a person answers with this option; `first` happens just before."""
    person, over = Person(client), Event()

    def work() -> None:
        while not over.is_set() and not person.answer(dag_id, option, first):
            over.wait(0.1)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield person
    finally:
        over.set()
        thread.join(10)
