"""Text in, assessment out: the keyword rules of the office and what reads beside them.

Owns reading rule files, normalising, matching and saying why. Refuses: the clock, the
network, the database, and any file but the rule files it is told to load.
"""
