"""Slugs: published addresses, and names that would be none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xpinyin import Pinyin

from archiver.posts.slug import slug
from tests.jekyll.traps import words

UNSAFE = re.compile(r"[\s/\\?#%:*\"<>|\x00-\x1f\x7f-\x9f\ud800-\udfff-]")
READINGS = Pinyin()


@pytest.mark.parametrize(
    ("source", "published"),
    [
        ("厦门日报", "shamenribao"),
        ("中国人民银行", "zhongguorenminyinxing"),
        ("21世纪经济报道 21财经APP", "21shijijingjibaodao21caijingAPP"),
        ("ITA国际机械(中国)", "ITAguojijixie(zhongguo)"),
        ("上海证券报·中国证券网", "shanghaizhengquanbao·zhongguozhengquanwang"),
        ("每日经济新闻", "meirijingjixinwen"),
        ("咸宁日报", "xianningribao"),
        ("BBC-中文", "BBCzhongwen"),
    ],
)
def test_published_slugs_stay(source: str, published: str) -> None:
    assert slug(source) == published


@given(
    st.text("厦门行长重庆日报新闻证券中国AZaz09·()（）—'，。é", min_size=1, max_size=20).filter(
        lambda text: not text.isnumeric()
    )
)
def test_a_slug_is_what_xpinyin_gives_without_its_hyphens(source: str) -> None:
    assert slug(source) == READINGS.get_pinyin(source).replace("-", "")


@given(st.text(st.characters()) | st.lists(st.sampled_from(words), max_size=4).map("".join))
def test_no_slug_breaks_a_path_or_an_address(source: str) -> None:
    found = slug(source)
    assert found
    assert not found.isnumeric()
    assert not UNSAFE.search(found)
    assert ".." not in found
    assert found.strip(".") == found
    assert not found.lower().endswith((".html", ".xml"))
    assert len(found.encode()) < 200


@pytest.mark.parametrize(
    ("source", "written"),
    [
        *(("", "media"), (" \u3000", "media"), ("///", "media"), ("-", "media"), ("..", "media"), ("?#%", "media")),
        *(
            ("2021", "media2021"),
            ("1.5", "media1.5"),
            ("1,000", "media1,000"),
            ("２０２１", "media２０２１"),
            ("〇", "media〇"),
        ),
        *(("index.html", "indexhtml"), ("404.html", "404html"), ("Index.HTM", "IndexHTM"), ("feed.xml", "feedxml")),
        *(("网.html.", "wanghtml"), (".html", "html"), ("a.html.html", "a.htmlhtml"), ("vue.js", "vue.js")),
        *(("()", "()"), ("·", "·"), ("1e5", "1e5"), ("EXO", "EXO"), ("163网", "163wang")),
        *(("../../甲", "jia"), ("甲/../乙", "jia.yi"), (".甲", "jia"), ("Acme L.P.", "AcmeL.P"), ("甲...乙", "jia.yi")),
        *(("甲\x00乙\ud800", "jiayi"), ('甲"<|>:*乙', "jiayi"), ("甲\u2028乙\ufeff", "jiayi")),
    ],
)
def test_names_that_would_be_no_slugs(source: str, written: str) -> None:
    assert slug(source) == written


def test_a_slug_fits_a_directory_and_is_cut_between_characters() -> None:
    assert slug("甲" * 100) == "jia" * 40
    assert slug("é" * 100 + "a") == "é" * 60
    assert slug("a" + "é" * 100) == "a" + "é" * 59
