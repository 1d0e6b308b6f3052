# The harvester's image: Airflow's own, with our locks and our folders. Never built yet: the build machines have no Docker.
ARG AIRFLOW_IMAGE=apache/airflow:3.3.2-python3.12
FROM ${AIRFLOW_IMAGE}

COPY requirements.txt /opt/icandid/requirements.txt
COPY requirements-stack.txt /opt/icandid/requirements-stack.txt
RUN pip install --no-cache-dir --require-hashes \
    -r /opt/icandid/requirements.txt -r /opt/icandid/requirements-stack.txt

COPY dags /opt/icandid/dags
COPY plugins /opt/icandid/plugins
COPY include /opt/icandid/include
COPY ops/bucket.py /opt/icandid/ops/bucket.py
ENV PYTHONPATH=/opt/icandid \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/icandid/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/icandid/plugins
