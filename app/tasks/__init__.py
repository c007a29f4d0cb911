"""待办: everything that waits for one person, from every room that can wait for somebody.

A room that has tasks gives a source: a function that reads the caller's, soonest due first. `main` lists the sources.
"""
