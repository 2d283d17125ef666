"""crisis/knowledge/wording.py"""

from hypothesis import given
from hypothesis import strategies as st

from crisis.knowledge.wording import as_html


def test_paragraphs_headings_and_lists():
    assert as_html("一\n二\n\n# 三\n\n- 四\n- 五\n六") == (
        "<p>一<br>二</p><h2>三</h2><ul><li>四</li><li>五</li></ul><p>六</p>"
    )


@given(st.text(alphabet="<>&\"'- #\nab", max_size=40))
def test_nothing_written_runs(body):
    left = as_html(body)
    for tag in ("<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<h2>", "</h2>", "<br>"):
        left = left.replace(tag, "")
    assert "<" not in left
