"""The demo township: Tuqiao as it might be, so that a first start shows the whole loop at work.

Read `data.py` first: what the data files hold. `pictures.py` draws the photos.
"""
