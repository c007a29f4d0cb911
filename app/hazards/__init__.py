"""The hazard list (隐患清单) and the closed loop that every hazard goes through.

Read `loop.py` first: it is the law of this room. Then `rules.py` (who may), `stages.py` (who is waited for, until
when), `models.py` (what is stored), `schemas.py` and `views.py` (what goes over the wire), `commands.py` (what changes
it), `queries.py` (who sees what), `routes.py` (how it is asked for).

Hazards that were known before come in another way: `ledgers.py` (what a ledger may say), `entering.py` (where it enters
the loop), `importing.py` (what comes new, and what comes again), `lines.py` (how all of it goes out again).
"""
