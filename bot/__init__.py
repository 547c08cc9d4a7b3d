"""The conversation: who wrote, what they want, what they are answered.

Refuses: knowing one channel from another, except in `bot.channels`.
"""
