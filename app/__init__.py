"""The only place that knows every part: settings, wiring, logs, health and the command.

Refuses: rules of the office; those are in the folders below.
"""
