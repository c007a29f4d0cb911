"""Which list a finding belongs on, and why (分拣). Pure: no database, no HTTP.

Read `verdict.py` first: it is the law of this room. Then `criteria.py` (what counts as a major hazard, from data) and
`terms.py` (the words). Everything that sorts by reading text stands behind one protocol, `verdict.TextSorter`.
"""
