"""Areas, enterprises, users, what they may see, and how their requests come in.

Read `scope.py` first (who sees what), then `visits.py` (the way of every request) and `calls.py` (what it says);
`login.py` with `sessions.py` and `attempts.py` (how a caller is known); `placing.py` (which roles, scopes and powers go
together).
"""
