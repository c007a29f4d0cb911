"""Areas, enterprises, users, what they may see, and how their requests come in.

Read `scope.py` first (who sees what), then `visits.py` (the way of every request), `login.py` (how a caller is known).
"""
