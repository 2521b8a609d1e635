"""Publishers: one module each, which knows their file layouts and codes, and the catalogue.

A reader turns one of a publisher's files into a raw table in our own columns and codes, checks
it, and says in one line what is wrong with a file that it refuses.
"""
