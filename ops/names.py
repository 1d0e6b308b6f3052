"""What an Airflow process of the stack takes for the name of its machine, so that two workers are told apart."""

import os


def process_name() -> str:
    """The name that the stack gave to this process."""
    return os.environ.get("STACK_PROCESS", "localhost")
