"""Harvest: one unit from its first request to its manifest.

A unit is a list of slices, each one search: `search` follows it page by page, `slices` splits what fails, `rounds`
tells one time through the unit from the next, `checks` judges whether what came can be believed. The door is `harvest`.
"""

from include.stages.harvest.work import harvest

__all__ = ["harvest"]
