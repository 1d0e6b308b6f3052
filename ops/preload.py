# ruff: noqa: F401
"""What the local Airflow imports once for all its tasks: the task runner, and other people's packages (decision 0024).

Tasks are forked from a process that has imported this. Of ours it has the model of languages only, which takes half a
second to unpack; everything else is imported by the task, so that the next one takes up a change in our folders.
"""

import gc

import airflow.dag_processing.dagbag
import airflow.executors.local_executor
import airflow.providers.http.hooks.http
import airflow.sdk.execution_time.supervisor
import airflow.sdk.execution_time.task_runner
import numpy
import obstore.store
import orjson
import py3langid
import pyarrow.compute
import pyarrow.parquet
import pycountry
import rocrate.rocrate
import zstandard

from include.icandid.language import detect

detect("De eerste zin, die het model laadt.")
gc.freeze()  # else each task's first full collection walks through, and copies, all that it shares with the others
