"""The petition ledger's use cases: matters, deadlines, status.

Refuses: alerts, and any knowledge of chats, pages or tables.
"""
