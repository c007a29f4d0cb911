"""Photos: judged by their bytes, kept byte for byte, shown smaller and without where they were taken.

Read `formats.py` (what a file says of itself) and `images.py` (what is made from it).
"""
