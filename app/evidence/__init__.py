"""Photos that are to be believed: what is noticed about them, and the bundle that proves a hazard's story elsewhere.

A photo that proves something is looked at once (`exif.py` what its file says, `prints.py` what it looks like), compared
with all others (`likeness.py`), and judged for each record that names it (`judging.py`, pure; `facts.py` reads what it
needs to know). `checking.py` does all this in the background: what is to be done stands in the tables, so whoever dies
in the midst of it leaves it to the next. `bundle.py` writes the evidence of a hazard, `proof.py` checks it without us.
"""
