"""Sets of statutory criteria loaded beside those of the release: in the database, and known to every process.

What a set is, and when it holds, is the law of `sorting/sets.py`. Here: the table (`models.py`), loading and switching
(`commands.py`), and what each process judges by at the moment (`current.py`).
"""
