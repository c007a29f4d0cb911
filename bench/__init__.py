"""How fast the house is, as ratios to servers that do less in the same run. Read README.md first, then `rounds.py`."""
