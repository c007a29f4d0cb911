"""Signs of box-ticking (走过场): derived from reports each time they are asked, explained, never a verdict or a score.

Read `rules.py` first: what is noticed, and above all what is not judged; it is pure, and so is `words.py` (what is
said of it). `data/thresholds.json` has the numbers, which are this software's own. Then `reading.py` (the facts of many
reports in a few questions), `peers.py`, `listing.py` (by enterprise or person), `detail.py` (one report), `routes.py`.
"""
