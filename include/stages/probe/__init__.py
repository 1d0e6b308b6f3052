"""Probe: the first day with the live service. At most 25 requests answer the open points of the contract one by one.

A `Point` is an assumption with what it asks and what to change where it does not hold; points share answers through an
`Asker`, which counts every request and remembers every answer. What is stored are outlines of answers: kinds and
lengths, never what they say. The door is `probe`.
"""

from include.stages.probe.work import probe

__all__ = ["probe"]
