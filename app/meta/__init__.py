"""What a client may ask before it knows anybody: how large, how many, which words, and how the loop goes.

Read `enumerations.py` first: every word that goes over the wire, with its Chinese title. Nothing is typed twice here:
limits come from where they are obeyed, the loop from its table.
"""
