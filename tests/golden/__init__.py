"""What the publication was when somebody last looked: pages as text, charts as small pictures.

`tree` reads HTML, `page_head` and `page_text` turn a page into lines, `pictures` compares charts,
`keep` knows the files. Beside them stand own words (``words/``) and the hosts that links may lead
to (``hosts.txt``). ``tools/accept.py`` writes them; ``tests/test_golden*.py``, ``test_visual*.py``,
``test_links.py`` and ``test_spelling.py`` compare.
"""
