"""Worlds: the real harvest in a simulated world, as FoundationDB tests itself. A seed makes a world.

Corpus, projects, faults of TikTok and of the storage, kills and the order of all steps follow from the seed; time is
virtual, and nothing leaves the process. `python -m tests.worlds --seed 17 --trace` shows one world step by step.
"""
