"""The dialogue with people at the front, and the channels it goes through.

Refuses: pages of the desk, SQL, the settings file.
"""
