"""Two lists and two cards (两单两卡) of every post, and codes to scan at risk points.

Read `naming.py` first: how a post is found in the texts of the chain; then `gathering.py`: what its lists and cards
consist of. `models.py` has what an enterprise adds, `posts.py` keeps it, `scanning.py` answers a code, `sheets.py` lays
out what is printed (`data/*.typ`), `routes.py` is the HTTP face.
"""
