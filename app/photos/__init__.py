"""Photos: arriving, staying, and being shown to those who may see them.

Read `uses.py` first (when a photo belongs to a record), then `receiving.py` (how bytes come in), `showing.py` (how
they go out). `formats.py` and `images.py` know what a picture is. Subjects are only ids here: whose record a photo
belongs to, the rooms above know.
"""
