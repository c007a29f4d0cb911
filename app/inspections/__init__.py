"""What phones post: inspections (排查) and what was found in them.

Read `placing.py` first: how a finding comes to a list, and stays `seen_again` on a hazard that is open already. Then
`clocks.py` (whose clock counts), `models.py`, `schemas.py`, `commands.py`, `queries.py`, `routes.py`.
"""
