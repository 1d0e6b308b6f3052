"""The days that were sampled to estimate what a project costs."""

import logging

from pydantic import ValidationError

from include.domain.density import Samples
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)


def read_samples(store: ProjectStore) -> Samples:
    """What was sampled; nothing where nothing was, or where it cannot be read: it can be sampled again."""
    try:
        return Samples.model_validate_json(store.objects.read(store.layout.estimate) or b"{}")
    except ValidationError:
        log.warning("the sampled days cannot be read, and do not count: %s", store.layout.estimate)
        return Samples()


def write_samples(store: ProjectStore, samples: Samples) -> None:
    """Keep what was sampled, where the next plan finds it."""
    store.objects.write(store.layout.estimate, samples.model_dump_json(indent=1).encode())
