"""Uploads that may be resumed: tus 1.0.0 (https://tus.io/protocols/resumable-upload/1.0.x) for photos.

Read `commands.py` first (what an upload is, and how its offset moves), then `receiving.py` (where the bytes of a
request go), `heads.py` (what a request says in its head). `tidying.py` removes what nobody came back for.
"""
