"""Photos: arriving, staying, and being shown to those who may see them.

Read `uses.py` first (when a photo belongs to a record), then `receiving.py` (how bytes come in), `showing.py` (how
they go out). `formats.py`, `heif.py` and `documents.py` know what a file is without decoding it; `images.py` decodes,
HEIC and AVIF in a process of their own (`apart.py`, `decoder.py`). docs/photos.md tells what becomes of every kind of
file. Subjects are only ids here: whose record a photo belongs to, the rooms above know.
"""
