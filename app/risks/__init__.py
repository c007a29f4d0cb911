"""The risk list (风险清单): risk object → unit → event → control measures, the living parent of the hazard list.

Read `levels.py` first: the four levels, their colours, and how a risk's level of the moment is asked for. Then
`models.py` (the chain as it is stored), `schemas.py`, `queries.py`, `commands.py`, `routes.py`.
"""
