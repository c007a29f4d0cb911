"""Who answers for an enterprise (三个责任人, 包保责任人), what they owe beside inspections, and whether they did it.

Read `seats.py` first: who held which seat when; then `deriving.py`: what that owed and what became of it. Both are
pure; how often and how soon is data (`policy.py`). Then `models.py` (appointments, incidents, special periods,
follow-ups), `facts.py` and `visits.py` (the facts brought together), `owing.py` (for the list and the summary of
duties), `keeping.py` (for reports that name such a duty), `tasks.py`; `persons.py`, `incidents.py`,
`special_periods.py` and `follow_ups.py` (writes and their lists), `board.py`, `routes.py`.
"""
