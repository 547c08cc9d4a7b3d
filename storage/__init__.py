"""Rows and transactions: the only folder that imports sqlalchemy and redis.

Refuses: decisions. What a row means is decided in `alerts`, `petitions` and `bot`.
"""
