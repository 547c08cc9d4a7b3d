"""The desk in the browser: sign-in, pages and the district's board.

Refuses: chat channels (the application puts their routes beside these), SQL.
"""
