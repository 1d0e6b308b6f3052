"""What can go wrong on the way into iCANDID, as leaves of the tree in `include/domain/errors.py`.

Moment
├── RegistryUnavailable     the Collection Registry does not answer
└── IndexUnavailable        the search index does not answer, or has no room for now
"""

from include.domain.errors import Moment


class RegistryUnavailable(Moment):
    """The Collection Registry does not answer this time."""

    def __init__(self, registry: str, reason: str) -> None:
        super().__init__(f"iCANDID's registry at {registry} did not answer: {reason}.")


class IndexUnavailable(Moment):
    """The search index does not answer, or refuses more work for the moment."""

    def __init__(self, alias: str, reason: str) -> None:
        super().__init__(f"The search index {alias} did not take all documents: {reason}. Those it took stay.")
