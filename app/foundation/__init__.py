"""What every room stands on: database, columns, clock, keys, problems, pages, HTTP. Knows nothing of hazards.

Read `database.py` first: it says how a request meets the database.
"""
