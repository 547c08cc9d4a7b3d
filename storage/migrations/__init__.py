"""Alembic migrations: the schema, step by step."""
