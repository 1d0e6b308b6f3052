"""Clients we did not write are installed from a package index: only on request, never in the default run."""

import os

collect_ignore_glob = [] if os.environ.get("ICANDID_FOREIGN_CLIENTS") else ["test_*.py"]
