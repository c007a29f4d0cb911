"""The demo township: Tuqiao as it might be, so that a first start shows the whole loop at work.

Read `courses.py` first: how its hazards go, as one table. `loader.py` loads it all: `town.py` founds the township that
`data.py` describes, `casting.py` gives every course an enterprise and a finding that is true of it, `tales.py` and
`beats.py` tell one hazard through the real commands, `rounds.py` adds the inspections that found nothing, `stage.py`
lets all of it happen in the order of time. `pictures.py` draws the photos that `camera.py` hands out.
"""
