"""Bytes in any encoding, labelled rightly, wrongly or not at all, and with damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.encoding import Decoded, content_label, decode

CHINESE = "本报讯：青石镇的第一座桥昨日通车，沿线居民出行更加方便。"
FRENCH = "Le service était arrêté, où qu’il soit configuré."
REPLACED = "\ufffd"


@pytest.mark.parametrize(
    ("encoding", "label", "codec"),
    [
        ("utf-8", None, "utf-8"),
        ("utf-8-sig", "gbk", "utf-8"),
        ("gbk", "gb2312", "gb18030"),
        ("gb18030", "GBK", "gb18030"),
        ("gb18030", "x-gbk", "gb18030"),
        ("big5", "big5", "big5hkscs"),
        ("utf-16", None, "utf-16-le"),
        ("utf-16-be", "UTF-16BE", "utf-16-be"),
    ],
)
def test_chinese_as_it_is_labelled(encoding: str, label: str | None, codec: str) -> None:
    text = "青石鎮" if encoding == "big5" else CHINESE
    assert decode(text.encode(encoding), label) == Decoded(text, codec)


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "cp1252", "us-ascii"),
        ("Привет, мир", "koi8-r", "KOI8-R"),
        ("日本のニュース", "cp932", "Shift_JIS"),
        ("日本のニュース", "iso2022_jp", "iso-2022-jp"),
        ("한국 뉴스", "cp949", "ks_c_5601-1987"),
    ],
)
def test_labels_of_the_web(text: str, encoding: str, label: str) -> None:
    found = decode(text.encode(encoding), label)
    assert (found.text, found.damaged) == (text, 0)


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "iso-8859-1", "unicode_escape", "idna", "utf-7", "x", None])
def test_valid_utf_8_is_that_whatever_the_label(label: str | None) -> None:
    assert decode(CHINESE.encode(), label) == Decoded(CHINESE, "utf-8")


@pytest.mark.parametrize("label", ["utf-8", None, "nonsense"])
def test_gb_18030_that_is_labelled_as_something_else(label: str | None) -> None:
    assert decode(CHINESE.encode("gb18030"), label) == Decoded(CHINESE, "gb18030")


@pytest.mark.parametrize("label", ["utf-8", "gbk", "gb2312", "iso-8859-1", None])
def test_utf_8_with_a_byte_missing_stays_utf_8(label: str | None) -> None:
    sound = CHINESE.encode()
    for place in range(3, len(sound) - 3):
        found = decode(sound[:place] + sound[place + 1 :], label)
        assert (found.encoding, found.damaged) == ("utf-8", found.text.count(REPLACED))
        assert found.damaged > 0
        around = place // 3
        assert found.text.startswith(CHINESE[:around])
        assert found.text.endswith(CHINESE[around + 1 :])


def test_one_foreign_byte_in_labelled_text() -> None:
    assert decode(b"arr\xc3\xaat\xc3\xa9 qu\x92il", "utf-8") == Decoded(f"arrêté qu{REPLACED}il", "utf-8", 1)
    # A long text of ASCII has no other character that would show what it is.
    assert decode(b"x" * 2000 + b" don\x92t", "utf-8").text.endswith(f"don{REPLACED}t")


def test_accents_are_not_taken_for_chinese() -> None:
    assert decode(FRENCH.encode("cp1252")) == Decoded(FRENCH, "cp1252")
    assert decode(FRENCH.encode("cp1252"), "utf-8") == Decoded(FRENCH, "cp1252")


def test_damage_in_labelled_text_costs_its_place_only() -> None:
    found = decode(CHINESE.encode("gb18030") + b"\xff!", "gb2312")
    assert found == Decoded(f"{CHINESE}{REPLACED}!", "gb18030", 1)
    assert found.note == "gb18030, 1 place unreadable"


@pytest.mark.parametrize("label", ["gbk", "gb2312", "gb18030", None])
def test_the_euro_sign_of_windows_in_chinese_text(label: str | None) -> None:
    content = f"{CHINESE}€100，".encode("gb18030").replace(b"\xa2\xe3", b"\x80") + "亐€".encode("gb18030")
    assert b"\x80" in "亐".encode("gb18030")  # half of it
    assert decode(content, label) == Decoded(f"{CHINESE}€100，亐€", "gb18030")


def test_what_the_source_sent_as_unreadable_is_no_damage_of_ours() -> None:
    found = decode(f"甲{REPLACED}乙".encode() + b"\x80" + CHINESE.encode())
    assert (found.damaged, found.text.count(REPLACED)) == (1, 2)
    assert decode(f"甲{REPLACED}乙".encode()).note == ""


@pytest.mark.parametrize(
    ("header", "label"),
    [
        (b"text/html; charset=UTF-8", "UTF-8"),
        ('text/html;Charset = "gb2312"; a=b', "gb2312"),
        ("text/html;charset='big5'", "big5"),
        ("text/html", None),
        (b"", None),
        (None, None),
    ],
)
def test_the_label_of_a_content_type(header: bytes | str | None, label: str | None) -> None:
    assert content_label(header) == label


# By encoding: a few sentences, as a short piece of news has them.
NEWS = {
    "gb18030": CHINESE,
    "big5hkscs": "市政府昨日表示，新建的大橋將於下個月通車，預計每天有三萬名居民使用。",
    "cp932": "市は昨日、新しい橋が来月に開通すると発表した。毎日三万人が利用する見込みだ。",
    "euc_jp": "市は昨日、新しい橋が来月に開通すると発表した。毎日三万人が利用する見込みだ。",
    "cp949": "시는 어제 새로운 다리가 다음 달에 개통된다고 밝혔다. 매일 삼만 명이 이용할 것으로 보인다.",
    "cp1251": "Вчера в городе открыли новый мост, сообщила администрация.",
    "koi8_r": "Вчера в городе открыли новый мост, сообщила администрация.",
    "koi8_u": "Учора в місті відкрили новий міст, повідомила адміністрація.",
    "iso8859_5": "Вчера в городе открыли новый мост, сообщила администрация.",
    "cp866": "Вчера в городе открыли новый мост, сообщила администрация.",
    "cp1250": "Včera byl ve městě otevřen nový most, řekl starosta. Źródła podają, że zażółcono ścieżkę.",
    "iso8859_2": "Wczoraj otwarto w mieście nowy most. Źródła podają, że każdego dnia przejedzie nim trzydzieści tys.",
    "cp1252": "Gestern wurde die Brücke eröffnet, erklärte der Bürgermeister; sie führt über den Fluß.",
    "cp1253": "Χθες άνοιξε στην πόλη η νέα γέφυρα, ανακοίνωσε ο δήμος.",
    "iso8859_7": "Χθες άνοιξε στην πόλη η νέα γέφυρα, ανακοίνωσε ο δήμος.",
    "cp1254": "Dün şehirde yeni köprü açıldı; belediye başkanı günde otuz bin kişinin geçeceğini söyledi.",
    "cp1255": "אתמול נפתח בעיר גשר חדש, הודיעה העירייה.",
    "cp1256": "افتتح أمس في المدينة جسر جديد، وأعلنت البلدية ذلك.",
    "cp1257": "Vakar mieste atidarytas naujas tiltas, pranešė savivaldybė; juo kasdien važiuos tūkstančiai žmonių.",
    "cp874": "เมื่อวานนี้มีการเปิดสะพานใหม่ในเมือง เทศบาลแจ้งว่าจะมีผู้ใช้วันละสามหมื่นคน",
}


@pytest.mark.parametrize("label", ["its own", None, "utf-8", "nonsense"])
@pytest.mark.parametrize("encoding", NEWS)
def test_text_without_a_label_that_helps_is_in_the_likeliest_encoding(encoding: str, label: str | None) -> None:
    text = NEWS[encoding]
    own = {"gb18030": "gbk", "big5hkscs": "big5", "cp932": "shift_jis", "euc_jp": "euc-jp", "cp949": "euc-kr"}
    names = {"cp866": "ibm866", "koi8_r": "koi8-r", "koi8_u": "koi8-u", "cp874": "windows-874"}
    written = own.get(encoding) or names.get(encoding) or encoding.replace("cp", "windows-").replace("8859_", "-8859-")
    found = decode(text.encode(encoding), written if label == "its own" else label)
    assert (found.text, found.note) == (text, "")


@pytest.mark.parametrize("label", ["gb2312", "big5", "iso-8859-1", "shift_jis", "windows-1251", "euc-kr"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "cp932", "cp949", "cp1251", "koi8_r"])
def test_a_label_that_the_whole_text_contradicts_is_not_believed(encoding: str, label: str) -> None:
    text = NEWS[encoding] * 5
    assert decode(text.encode(encoding), label).text == text


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1250", "big5", "koi8-r"])
def test_a_label_is_believed_in_short_texts(label: str) -> None:
    found = decode(b"caf\xe9", label)
    assert found.encoding == decode(b"caf\xe9 x", label).encoding != "utf-8"
    assert found.text.startswith("caf")


@pytest.mark.parametrize("label", [None, "utf-8", "gbk", "big5", "iso-8859-1"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "cp1251"])
def test_a_page_in_two_encodings(encoding: str, label: str | None) -> None:
    first, second = f"<p>{CHINESE * 9}</p>\n", f"<div>{NEWS[encoding]} (2)</div><p>{NEWS[encoding]}</p>\n"
    for texts in ((first, second, first), (second, first, second), (first, second * 20)):
        utf_8 = [text.encode() if text == first else text.encode(encoding) for text in texts]
        found = decode(b"<html>" + b"".join(utf_8), label)
        assert found.text == "<html>" + "".join(texts)
        assert {found.encoding, found.partly} == {"utf-8", encoding}
        assert found.note == f"{found.encoding}, partly {found.partly}"


def test_the_whole_text_counts_not_its_beginning() -> None:
    content = b"<p>caf\xe9 \x93x\x94</p>" + b"<p>abc</p>" * 5000 + NEWS["cp949"].encode("cp949") * 3
    assert NEWS["cp949"] * 3 in decode(content).text


@pytest.mark.parametrize("label", [None, "utf-8", "iso-8859-1", "its own"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1251"])
def test_a_damaged_place_does_not_change_what_a_text_is_in(encoding: str, label: str | None) -> None:
    lines = [f"<p>{NEWS[encoding]}</p>".encode(encoding) for _ in range(9)]
    lines[4] = lines[4][:20] + lines[4][21:-9] + b"...</p>"
    own = {"gb18030": "gbk", "big5hkscs": "big5", "cp932": "shift_jis", "euc_jp": "euc-jp", "cp949": "euc-kr"}
    found = decode(b"".join(lines), own.get(encoding, "windows-1251") if label == "its own" else label)
    assert found.text.count(NEWS[encoding]) == 8


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_label(encoding: str) -> None:
    text = f"<html><p>{CHINESE}</p></html>"
    assert decode(text.encode(encoding)) == decode(text.encode(encoding), "utf-8") == Decoded(text, encoding)
    for other in (f"a\0b{CHINESE}", '{"a":"\0"}', "\0\0\0", "ab\0c\0d"):
        assert decode(other.encode()) == Decoded(other, "utf-8")


def test_iso_2022_jp_without_a_label() -> None:
    text = NEWS["cp932"]
    assert decode(text.encode("iso2022_jp")) == Decoded(text, "iso2022_jp")
    assert decode(b"a\x1b$\xe3\x81\x82").text == "a\x1b$\u3042"


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "gbk", "utf-16le", "iso-2022-jp", "hz-gb-2312", "x", None]))
def test_any_bytes_are_text(content: bytes, label: str | None) -> None:
    found = decode(content, label)
    assert bool(found.note) == (found.damaged > 0)
    assert found.damaged <= found.text.count(REPLACED)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200).filter(lambda text: "\ufeff" not in text)
)
def test_utf_8_is_read_back(text: str) -> None:
    assert decode(text.encode(), "gbk") == Decoded(text, "utf-8")
