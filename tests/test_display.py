"""Tables in notebooks: Markdown that nothing on a page can break."""

from __future__ import annotations

import pandas as pd

from asylum_report.display import table


def test_a_table_as_people_read_it():
    frame = pd.DataFrame(
        {
            "destination": ["DEU", "FRA"],
            "period": ["2023", "2023"],
            "rate": [0.289505, None],
            "n": [1658, 12],
            "value_text": ["~3500", "16%"],
            "note": ["a|b *c* <script>", ""],
        }
    )
    assert table(frame).markdown == (
        "| Destination | Period | Rate | n | Value | Note |\n"
        "|---|---|---:|---:|---:|---|\n"
        "| Germany | 2023 | 29.0% | 1,658 | ~3,500 | a\\|b \\*c\\* &lt;script> |\n"
        "| France | 2023 | – | 12 | 16% | – |\n"
    )


def test_it_shows_as_markdown_and_text_and_never_as_html():
    bundle = table(pd.DataFrame({"n": [1]}))._repr_mimebundle_()
    assert set(bundle) == {"text/markdown", "text/plain"}


def test_a_named_index_is_part_of_the_table_and_shares_can_be_named():
    frame = pd.DataFrame({"year": ["2023"], "2023": [0.5]}).set_index("year")
    assert "| 2023 | 50.0% |" in table(frame, shares=["2023"]).markdown
