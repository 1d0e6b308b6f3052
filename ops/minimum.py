"""The least that a harvest of the sandbox can cost."""

from datetime import datetime

from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.sandbox.sandbox import Sandbox


def least_requests(sandbox: Sandbox, window: Window, at: datetime) -> int:
    """What a window of everything costs where nothing fails: its pages, and one more call where the last one is full.

    Records that TikTok withholds take their room on the pages. A cursor that ends a full page does not tell whether it
    is the number of hits.
    """
    return sandbox.corpus.hits(EVERYTHING, window.start, window.end, at) // 100 + 1
