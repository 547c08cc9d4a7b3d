"""Use cases of alerting, one a module: plain synchronous functions on a unit of work.

Refuses: chat channels, web requests, SQL. The clock is the unit of work's ``now``.
"""
