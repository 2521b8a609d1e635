"""What the publication was when somebody last looked: pages as text, charts as small pictures.

`tree` reads HTML, `page_text` turns a page into lines, `pictures` compares charts, `keep` knows the
files. ``tools/accept.py`` writes them, ``tests/test_golden*.py`` and ``tests/test_visual*.py``
compare.
"""
