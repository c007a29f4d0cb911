"""Pages for browsers. Whatever they load comes from here: they work in a county's network that has no way out.

`docs.py` serves /docs; `assets/` holds our own scripts and styles, `vendor/` those of others, listed in its VENDOR.md.
"""
