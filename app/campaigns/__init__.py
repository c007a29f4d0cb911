"""Campaigns (专项行动, 专项整治, 消地协作): who is to be visited in which round, who has been, what was found.

Read `rounds.py` first: what a round is, and what of it may still change; it is pure, as is `covering.py` (which
enterprises a campaign takes). Then `models.py`, `keeping.py` (what an inspection tells us), `members.py` (the same
in SQL: who is owed a visit, and what became of it), `commands.py`, `queries.py`, `visiting.py` (one by one),
`coverage.py` (counted), `tasks.py`, `routes.py`.
"""
