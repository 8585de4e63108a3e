"""Made-up articles in the shape and size of real ones; the same ones in every run."""

from __future__ import annotations

import json
import random
import re
from hashlib import shake_128
from typing import NamedTuple

DAY = "20240315"
SEED = 20240315
# How many of each kind are among twenty articles.
KINDS = {"plain": 10, "pictures": 4, "chart": 3, "table": 3}
HEADINGS = "一、订单与产能 二、成本与价格 三、人员与投资 四、风险与展望".split()
SOURCES = "临岚晚报 新纪元财经 东屿商报 南淮证券时讯 云帆网 远岫周刊 新纪元财经·观察 21临岚报道 青棠日报".split()
COMPANIES = {
    "1.609901": "澜石新材",
    "1.609917": "东屿港务",
    "0.309905": "禾木家居",
    "0.009913": "云帆海运",
    "1.609926": "青棠药业",
    "0.309938": "南淮储能",
}
BOARDS = {"90.BK9901": "陶瓷基板", "90.BK9902": "冷链物流", "90.BK9903": "岸电设施"}
PEOPLE = "沈知夏 顾怀舟 陶砚秋 简宁 陆闻溪 程予安".split()
PLACES = "临岚市 东屿区 南淮市 青棠县 远岫新区".split()
SENTENCES = (
    "{company}日前在{place}披露，今年前{small}个月实现营业收入{money}亿元，同比增长{percent}%，增速比去年同期加快{small}个百分点。",
    "公司总经理{person}介绍，{board}业务的订单已经排到明年{small}月，新建的{small}条生产线将在年底之前陆续投入运行。",
    "“过去一批货要等{days}天才能交付，现在只要{small}天，客户愿意为这段时间多付一点钱。”{person}对记者说。",
    "{place}有关部门负责人表示，下一步将围绕{board}补齐上下游的短板，对符合条件的企业按投资额的{small}%给予补助。",
    "从成本看，原料价格自上一季度以来累计回落{percent}%，但运费和用工支出仍在上升，企业的利润空间并没有明显扩大。",
    "记者在{company}位于{place}的厂区看到，{days}台设备正在同时调试，地面上的黄色标线把人和车的路线分得清清楚楚。",
    "业内人士{person}认为，{board}的竞争已经从比价格转向比交期和比服务，缺少稳定客户的小厂会首先感到压力。",
    "截至上月末，{company}在{place}的库存为{money}万件，周转天数由{days}天降到{small}天，处在近年来较低的位置。",
    "按照规划，项目分{small}期建设，总投资约{money}亿元，全部达产之后每年可新增产值{money}亿元，带动就业{days}00人。",
    "不过，{person}也提醒，海外需求的变化仍有不确定性，如果汇率波动超过{small}%，部分合同需要重新商定价格。",
    "{company}的公告同时显示，公司拟以不超过{money}亿元的自有资金回购股份，回购价格上限较停牌之前溢价{percent}%。",
)
PARAGRAPH = (2, 5)  # sentences
BODY = (1500, 4000)  # characters, with the lead
NUMBER = "#" * 18  # stands for an article's id in its text: no two articles have the same text
# Stands for what an article alone says: else those of one sample would be near-duplicates, all of them.
LEAD = "@" * 18
LEAD_PARAGRAPH, LEAD_SIZE = 180, 900  # characters: near-duplicates are known by the beginning of a text
BREAK = "</p><p>　　"
BLOCK = 0x4E  # the upper byte of 256 Chinese characters
STOP = chr(BLOCK << 8)  # of which this one becomes a full stop
DIGEST = 80  # characters
PAGE = "http://finance.eastmoney.com/a/{}.html"
HIDDEN = '<p style="display:none;height:1px;overflow:hidden;"><br /></p>'
CHART = (
    '<!-- EM_StockImg_Start --><p style="text-align:center;"><a href="http://quote.eastmoney.com/unify/r/{code}" '
    'data-code="{number}|{market}|2" class="EmImageRemark" target="_blank"><img '
    'src="https://webquoteklinepic.eastmoney.com/GetPic.aspx?nid={code}&imageType=k&token=0a1b2c3d4e5f&at=1" '
    'border="0" alt="K图 {number}_{market}" style="border:#d1d1d1 1px solid;" width="578" height="276" /></a></p>'
    "<!-- EM_StockImg_End -->"
)
PICTURE = (
    '<center><img src="https://dfscdn.dfcfw.com/download/D{number}_w640h427.jpg" '
    'style="border:#d1d1d1 1px solid;padding:3px;margin:5px 0;" /></center>'
)
LINK = '<a href="http://finance.eastmoney.com/a/{number}.html" target="_blank">{words}</a>'
STOCK = (
    '<span id="stock_{code}"><a href="http://quote.eastmoney.com/unify/r/{code}" class="keytip" '
    'data-code="{comma}">{name}</a></span><span id="quote_{code}"></span>'
)
BOARD = (
    '<span web="1" href="http://quote.eastmoney.com/unify/r/{code}" class="em_stock_key_common" '
    'data-code="{comma}">{name}</span>'
)


class Sample(NamedTuple):
    """An article that is served under any id: its kind and fields, and its JSON around the id."""

    kind: str
    fields: dict[str, object]

    def answer(self, article_id: str) -> bytes:
        """Return the JSON of the article with the id `article_id` (bare digits)."""
        ids = {"id": f"NW{article_id}", "newsid": article_id, "url": PAGE.format(article_id)}
        return _of(json.dumps({**self.fields, **ids}, ensure_ascii=False), article_id).encode()

    def body(self, article_id: str) -> str:
        """Return the HTML of the article with that id."""
        return _of(str(self.fields["text"]), article_id)

    def known(self, article_id: str) -> dict[str, str]:
        """Return what a listing says of the article with that id."""
        title, source, text = (str(self.fields[name]) for name in ("title", "from", "text"))
        words = re.sub("<.*?>", "", text)[:DIGEST].strip()
        known = {"title": title, "time": str(self.fields["date"]), "source": source}
        return {**known, "digest": f"【{title}】{words}", "url": PAGE.format(article_id)}


def article_id(number: int) -> str:
    """Return the id of the article `number`."""
    return f"{DAY}{number:010}"


def lead(article_id: str) -> str:
    """Return what the article with that id alone says: the inside of a paragraph, and further ones."""
    units = bytearray([0, BLOCK] * LEAD_SIZE)
    units[::2] = shake_128(article_id.encode()).digest(LEAD_SIZE)
    text = units.decode("utf-16-le").replace(STOP, "。")
    return BREAK.join(text[start : start + LEAD_PARAGRAPH] for start in range(0, LEAD_SIZE, LEAD_PARAGRAPH))


def samples(count: int) -> list[Sample]:
    """Return `count` articles, the kinds well mixed."""
    rng = random.Random(SEED)
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
    made: list[Sample] = []
    while len(made) < count:
        rng.shuffle(kinds)
        made += [_sample(rng, kind, len(made) + number) for number, kind in enumerate(kinds)]
    return made[:count]


def _of(template: str, article_id: str) -> str:
    """Return what a template becomes for the article with that id."""
    return template.replace(NUMBER, article_id).replace(LEAD, lead(article_id))


def _sample(rng: random.Random, kind: str, number: int) -> Sample:
    source = rng.choice(SOURCES)
    text = _body(rng, kind) + f'<p>　　（稿件编号：{NUMBER}）</p><p class="em_media">（文章来源：{source}）</p>'
    fields: dict[str, object] = {
        "author": [],
        "date": f"2024-03-15 {number % 24:02}:{number % 60:02}:{rng.randrange(60):02}",
        "from": source,
        "order": 0,
        "title": f"{rng.choice(list(COMPANIES.values()))}：{_sentence(rng)[:24]}（{number}）",
        "docreader": "",
        "medianame": source,
        "reletecodes": [],
        "relkey": "",
        "text": text,
        "content": _linked(text),
    }
    return Sample(kind, fields)


def _body(rng: random.Random, kind: str) -> str:
    size = rng.randint(*BODY) - LEAD_SIZE
    between = rng.choice(("", "\n "))
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < size:
        paragraphs.append(f"<p>　　{''.join(_sentence(rng) for _ in range(rng.randint(*PARAGRAPH)))}</p>")
    paragraphs.insert(1, f"<p>　　{LEAD}</p>")
    if kind in ("plain", "table") and rng.random() < 0.5:
        step = len(paragraphs) // len(HEADINGS) + 1
        for place, heading in reversed(list(zip(range(0, len(paragraphs), step), HEADINGS, strict=False))):
            paragraphs.insert(place, f"<p><strong>{heading}</strong></p>")
    if kind == "pictures":
        for _ in range(rng.randint(3, 4)):
            place = rng.randrange(len(paragraphs))
            paragraphs[place] += PICTURE.format(number=rng.randrange(10**18, 10**19))
    if kind == "table":
        paragraphs.insert(len(paragraphs) // 2, _table(rng))
        words = "　　相关报道：" + "、".join(
            LINK.format(number=rng.randrange(10**17, 10**18), words=_sentence(rng)[:18]) for _ in range(3)
        )
        paragraphs.append(f"<p>{words}</p>")
    start = ""
    if kind == "chart":
        code = rng.choice(list(COMPANIES))
        market, _, stock = code.partition(".")
        start = HIDDEN + CHART.format(code=code, market=market, number=stock)
        paragraphs = [paragraph.replace("</p>", "<br /></p>") for paragraph in paragraphs]
    return start + between.join(paragraphs)


def _sentence(rng: random.Random) -> str:
    return rng.choice(SENTENCES).format(
        company=rng.choice(list(COMPANIES.values())),
        board=rng.choice(list(BOARDS.values())),
        person=rng.choice(PEOPLE),
        place=rng.choice(PLACES),
        small=rng.randint(2, 9),
        days=rng.randint(10, 60),
        percent=f"{rng.uniform(1, 60):.1f}",
        money=f"{rng.uniform(2, 90):.2f}",
    )


def _table(rng: random.Random) -> str:
    rows = "".join(
        f"<tr><td>{name}</td>" + "".join(f"<td>{rng.uniform(1, 99):.2f}</td>" for _ in range(4)) + "</tr>"
        for name in COMPANIES.values()
    )
    head = "".join(f"<td><strong>{name}</strong></td>" for name in "名称 收入 利润 库存 份额".split())
    return f'<table border="1" style="width:100%;"><tbody><tr>{head}</tr>{rows}</tbody></table>'


def _linked(text: str) -> str:
    """Return `text` as the source's `content` has it: names of stocks and boards are links."""
    for names, markup in ((COMPANIES, STOCK), (BOARDS, BOARD)):
        for code, name in names.items():
            text = text.replace(name, markup.format(code=code, comma=code.replace(".", ","), name=name))
    return text
