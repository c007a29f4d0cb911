"""The risk list (风险清单): risk object → unit → event → control measures, the living parent of the hazard list.

Read `levels.py` first: the four levels, their colours, and how a risk's level of the moment is asked for; then
`methods.py`, by which a risk is rated. `models.py` is the chain as it is stored, `objects.py` its upper half (with its
own schemas and queries), `commands.py` its lower one; `assessing.py`, `deciding.py` (candidates) and `reviewing.py` are
what else is done with a risk, `exchange.py` how others want to read it.
"""
