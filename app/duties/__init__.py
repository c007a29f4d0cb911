"""Who owed which inspection when, and did they do it (日周月): derived from plans and inspections, never scheduled.

Read `periods.py` first: what a plan owes on which days; then `deriving.py`: what became of it. Both are pure. Then
`models.py` (plans with their versions, calendars, stops, and which inspection was for which duty), `reading.py` (the
facts brought together), `keeping.py` (what an inspection tells us), `plans.py` and `stops.py` (writes), `listing.py`
and `summary.py` (what is asked), `routes.py`.
"""
