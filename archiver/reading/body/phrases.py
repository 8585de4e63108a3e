"""Short texts on news pages that are no part of the article, in the most frequent languages."""

from __future__ import annotations

import re

from archiver.dates.names import FILLERS, MONTHS, OFFSETS, WEEKDAYS

MAX_CHARACTERS = 160
MAX_END_CHARACTERS = 60
MAX_PLACEHOLDER_CHARACTERS = 400
# Matches a whole block.
CHROME_PATTERN = re.compile(
    r"""(?xi)\s*[\W_]*(?:
    advert(?:isement|s|ising|orial)? | ad | ads | publicit[éeà] | anzeige | werbung | publicidad\w* | reklam\w* |
    annons\w* | annonce | 広告 | 广告 | 廣告 | 광고
    | (?:article|story)\ continues\ (?:after|below)\b.* | continue\ reading.* |
    scroll\ (?:down\ )?to\ (?:continue|read).* | story\ continues.*
    | loading(?:\ \w+)?[.…]* | share | tweet | email | print | copy\ link | save | comments? | reply | like |
    pin(?:\ it)? | facebook | twitter | whatsapp | linkedin | telegram | messenger | x | flipboard | reddit |
    pinterest | instagram | youtube
    | share\ (?:this|on|via|to)\b.{0,60} | share\ (?:article|story) | print\ this\b.{0,30} | email\ this\b.{0,30} |
    click\ to\ share\b.*
    | \d+\ (?:shares?|comments?|views?|likes?|replies)
    | (?:\d+\ |about\ )*\d+\ ?-?min(?:ute)?s?\.?\ (?:read|to\ read).{0,20} | reading\ time\b.{0,30} |
    lesezeit.{0,20} | temps\ de\ lecture.{0,20}
    | (?:read|see|watch|listen|learn|find\ out)\ more |
    (?:read|see|watch)\ (?:more|also|next|full\ story)\ ?[:：].* | also\ read\b.{0,120} |
    (?:like|love|enjoy)(?:ed)?\ (?:this|the)\ (?:story|article|post)\?.* | related\ ?:.* | more\ ?:.*
    | (?:lire\ aussi|à\ lire(?:\ aussi)?|lesen\ sie\ auch|mehr\ zum\ thema|lee\ también|te\ puede\ interesar|
        leia\ (?:também|mais)|leggi\ anche|lees\ ook|les\ også|läs\ mer|читайте\ также|czytaj\ (?:także|więcej))\b.*
    | (?:sign\ up|subscribe|register)\b.{0,80}(?:newsletter|inbox|alerts?|updates|email|channel|today|now|
        free).{0,50} | subscribe | sign\ in | log\ in | sign\ up | newsletter
    | .{0,120}\bwe\ may\ (?:earn|receive|get)\b.{0,40}\bcommissions?\b.{0,60}
    | (?:il\ vous\ reste\b|article|contenu|la\ suite|suite)\b.{0,60}réservée?\ aux\ abonnés.{0,20}
    | (?:follow|like|join|find)\ (?:us|\w+)\ on\b.{0,80} | follow\ us.{0,40} | follow
    | (?:back\ to|return\ to)\ (?:the\ )?(?:top|articles?|blog|news|home|list).{0,20} | (?:go\ )?back | top | home |
    menu | close | skip\ .{0,30}
    | (?:previous|next|prev)(?:\ (?:post|article|story|page|slide))? | view\ (?:all|more|gallery|comments|slideshow) |
    show\ (?:more|less|all|comments) | expand | collapse | load\ more.{0,20} | see\ (?:all|less|gallery).{0,20}
    | thank\ you!\ your\ submission\ has\ been\ received | oops!\ something\ went\ wrong\ while\ submitting\ the\ form
    | (?:get\ in\ touch\ with|contact)\ our\ (?:news|reporting|sports?)\ (?:team|desk)\b.* |
    for\ more\ stories\ like\ this\b.* |
    for\ (?:all\ )?the\ latest\ (?:breaking\ )?(?:news|stories|updates|headlines)\b.{0,80}
        (?:follow|newsletter|sign\ up|subscribe|click|visit)\b.* |
    follow\ .{2,40}\ on\ (?:google\ news|twitter|facebook|instagram|x|whatsapp)\b.* |
    (?:create|register\ for)\ (?:a|your)\ (?:free\ )?account\ to\ (?:continue|read)\b.*
    | 有料会員に(?:なると|登録すると).* | 【.{0,20}キャンペーン】.* | この記事は(?:有料|会員限定).* | 残り\d+文字.*
    | (?:©|\(c\)|copyright)\b.{0,150} | .{0,60}all\ rights\ reserved.{0,60}
    | (?:image|photo|picture|foto|bild|video|imagen)\ ?(?:credits?|source|courtesy|by|:).{0,80} |
    (?:getty\ images|reuters|afp|ap\ photo|shutterstock|istock\w*)
    | this\ (?:video|content|slideshow|site)\b.{0,40}(?:requires|cannot|could\ not|uses)\b.{0,80} |
    (?:please\ )?enable\ javascript.*
    | (?:last\ )?(?:updated|published|posted|modified)(?:\ on|\ at)?\ ?:?\ .{0,50}\d{4}.{0,30}
    | table\ of\ contents | in\ this\ (?:article|guide|post|story)\ ?:? | jump\ to\ ?:?.{0,20} | contents
    | written\ by\b.{0,60} | (?:by|von|por|par)\ [\w.'’-]+(?:\ [\w.'’-]+){1,3}
    | tags?\ ?:.* | filed\ under\b.* | categories?\ ?:.* | topics?\ ?:.* | posted\ in\b.{0,80} | keywords?\ ?:.*
    | (?:[【\[（(])?(?:责任编辑|责编|编辑|校对|值班编辑|海报设计|实习编辑|文字编辑|
    本文来源|来源|(?:本文)?原(?:标)?题为?|作者)\ ?[:：|｜丨/／《].{0,40} |
    [^。]{0,40}(?:扫描|扫码|长按|关注|微信搜索)[^。]{0,20}(?:二维码|公众号|官方微[信博])[^。]{0,30} | 点击(?:进入|
    查看|加载).{0,20} | 分享(?:到|至).{0,30} |
    相关(?:阅读|新闻|推荐)\ ?[:：]?.{0,40} | 更多精彩.{0,40} | 扫描?.{0,15}二维码.{0,20} | (?:特别)?声明[:：].* |
     版权(?:声明|所有).* | 举报.{0,10} |
    返回.{0,12} | 展开全文 | 阅读全文 | 阅读原文 | 收藏 | 打印 | 关闭(?:窗口)? | 字号.{0,10} | 评论.{0,10} |
     点赞.{0,5} | 我要反馈
    | 【?関連記事】?.* | 続きを読む | この記事.{0,30}
    )\s*[\W_]*"""
)
# The beginning of a block that stands for embedded content of another site until the reader consents to loading it.
PLACEHOLDER_PATTERN = re.compile(
    r"""(?xi)\W*(?:
    (?:empfohlener|eingebetteter|externer)\ (?:redaktioneller\ |externer\ )?inhalt(?:\ nicht\ verfügbar)?\W*$
    | an\ dieser\ stelle\ .{0,60}\bextern\w*\ inhalte?\b |
        externe[nr]?\ inhalte?\ (?:von\ .{1,40}\ )?(?:anzeigen|laden|erlauben)\W*$
    | ich\ bin\ (?:damit\ )?einverstanden,\ dass\ mir\ (?:externe\ )?inhalte
    | (?:du\ kannst|sie\ können)\ (?:ihn|sie|es|diesen?|sich)\ .{0,60}mit\ einem\ klick\ (?:anzeigen|laden|einblenden)
    | (?:damit|dadurch|hiermit|dabei)\ (?:können|werden)\ personenbezogene\ daten\ an\ (?:dritt|.{1,40}übermittelt)
    | personenbezogene\ daten\ (?:können|werden)\ (?:dabei\ )?an\ dritt
    | \w[\w.\ -]{1,30}-inhalte?\ (?:erlauben|aktivieren|laden|anzeigen|zulassen)\W*$
    | this\ (?:article|story|page)\ (?:contains|includes)\ content\ provided\ by\b
    | (?:please\ )?(?:accept|allow|enable)\ .{0,40}\bcookies\ to\ (?:access|view|see|watch|load)\ this\b
    | (?:to\ (?:view|see|watch|show|display)\ this | pour\ (?:voir|afficher|visualiser|consulter)\ cet?(?:te)? |
        para\ (?:ver|visualizar)\ est[ae] | per\ (?:vedere|visualizzare)\ quest[oai] |
        om\ (?:deze|dit)\ .{1,30}\ te\ (?:bekijken|zien|tonen) |
        (?:för\ att|for\ å|for\ at)\ (?:visa|se|vise)\ (?:det|dette|den) |
        aby\ (?:zobaczyć|wyświetlić|obejrzeć)\ t[eęo]
      )\b.{0,120}(?:cookie|ciastecz|consen|accept|acept|accett|samtyck|samtykk|zgod|toestemming)
    | (?:ce\ contenu|cette\ (?:vidéo|publication))\ .{0,30}\bbloquée?\ (?:car|parce) |
        est[ae]\ (?:contenido|conteúdo|vídeo|video)\ .{0,30}\bbloquead[oa]\ (?:porque|hasta|até)
    )"""
)
# Matches a short block, mostly a heading, after which nothing belongs to the article.
END_PATTERN = re.compile(
    r"""(?xi)\s*[\W_]*(?:
    related(?:\ (?:[\w’'-]+\ ){0,2}(?:articles?|posts?|stories|news|content|topics?|reading|links|items|resources|
        products?|searches|coverage|pages|video\w*))? |
    (?:you\ (?:may|might|could)|you(?:['’]ll|\ will))\ (?:also\ )?(?:like|enjoy|love|be\ interested).{0,20}
    | (?:more|also|latest|other|recent|popular|featured|similar|top|trending|most\ (?:read|popular|viewed))\ (?:from|
        on|in|stories|news|articles?|posts?|like\ this|reads|coverage|headlines|videos|topics|about)\b.{0,40}
    | more\ (?:[\w’'-]+\ ){1,3}(?:stories|articles|insights|posts|news|reads|recommendations|coverage|headlines)
        (?:\ (?:by|from|on|about)\ .{0,40})?
    | (?:recent|latest|related)\ (?:blogs?|insights|blog\ posts) | explore\ more | also\ in\ (?:the\ )?news
    | most\ (?:read|popular|viewed|shared|commented) | read\ (?:next|more|also) | up\ next | what\ to\ read\ next |
    keep\ reading | further\ reading | recommended(?:\ .{0,30})? | trending(?:\ now)? | don['’]t\ miss.{0,20} |
    editors?['’]?s?\ picks?
    | (?:leave|post|add|write|submit)\ (?:a|your)?\ ?(?:reply|comment|response).{0,20} |
    (?:\d+\ )?(?:comments?|responses?|replies|trackbacks?)(?:\ \(?\d+\)?)? | join\ the\ (?:conversation|discussion) |
    discussion | what\ do\ you\ think\??
    | about\ (?:the\ |this\ )?(?:authors?|writers?|contributors?) | about\ us | contact\ us | (?:meet\ )?the\ author |
    author
    | share(?:\ (?:this|the)\ (?:article|story|post|page|entry|blog).{0,30})? | share\ this\ ?:? |
    spread\ the\ word.{0,10} | follow\ us.{0,30} | stay\ (?:connected|informed|up\ to\ date).{0,30} |
    (?:sign\ up|subscribe)\b.{0,40} | newsletter.{0,20} | (?:join|get)\ (?:our|the)\ .{0,30}newsletter.{0,20}
    | post\ navigation | leave\ a\ reply | navigation | tags?\ ?:? | categories\ ?:? | topics\ ?:? |
    filed\ under.{0,40} | (?:site\ )?footer | quick\ links | cookie\b.{0,40} | privacy\ .{0,30} |
    (?:press|media)\ contacts?\ ?:? | \#{3} | -?\ ?ends\ ?-?
    | (?:à\ lire\ aussi|lire\ aussi|sur\ le\ même\ (?:sujet|thème)|articles\ (?:liés|similaires)|les\ plus\ lus|
        commentaires?|mehr\ zum\ thema|das\ könnte\ (?:sie|dich).{0,30}|weitere\ (?:artikel|themen|meldungen).{0,20}|
        lesen\ sie\ auch|kommentare?|themen|noticias\ relacionadas|artículos\ relacionados|lo\ más\ (?:leído|visto)|
        comentarios|etiquetas|notícias\ relacionadas|leia\ (?:também|mais)|comentários|leggi\ anche|
        articoli\ correlati|commenti|lees\ ook|meer\ over.{0,30}|reacties|relaterade?.{0,20}|les\ også|läs\ (?:mer|
        också)|читайте\ также|комментарии|похожие.{0,30}|czytaj\ także|komentarze|zobacz\ także)
    | 相关(?:阅读|新闻|推荐|文章|报道|链接|稿件|专题) | 推荐阅读 | 延伸阅读 | 热门(?:推荐|文章|新闻|评论) |
     猜你喜欢 | 为您推荐 | 精彩推荐 | 更多新闻 | 最新评论 | 网友评论 |
    发表评论 | 关联(?:阅读|文章) | 関連(?:記事|ニュース|キーワード) | おすすめ.{0,10} | あわせて読みたい |
     関連タグ | 관련\ ?(?:기사|뉴스) | 많이\ 본.{0,10}
    )\s*[\W_]*(?:\d+)?\s*"""
)

# Matches a heading that may begin a list of other articles, if such a list follows it.
LEAD_ON_PATTERN = re.compile(
    r"""(?xi)\s*[\W_]*(?:
    (?:(?:explore|read|see|discover|even)?\s*more|latest|recent|newest|also\ in|other|from\ (?:the|our)|top|popular|
        trending|mehr|weitere|neueste|aktuelle|auch\ interessant|autres|dernières|derniers|à\ la\ une|más|otras|últimas|
        mais|outras|altri|altre|ultime|meer|lees|fler|mer|flere|ещё|еще|другие|последние|więcej|inne|najnowsze)\b
    | plus\ d | 更多 | 最新 | 热门
    ).{0,50}"""
)


# The words that a line may have that only says when a page was published or changed.
TIME_WORDS = (
    frozenset("updated published posted modified created last first am pm a m p ist bst hrs hours".split())
    | MONTHS.keys()
    | WEEKDAYS.keys()
    | FILLERS
    | OFFSETS.keys()
)
LETTERS_PATTERN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
DAY_AND_TIME_PATTERN = re.compile(r"(?s)(?=.*\b(?:19|20)\d\d\b)(?=.*\b\d{1,2}[:.]\d\d\b)")


def is_chrome(text: str) -> bool:
    """Return whether the block `text` belongs to the page around the article: a label, a call to share, a credit…"""
    return len(text) <= MAX_CHARACTERS and CHROME_PATTERN.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Return whether the block `text` stands for embedded content that is loaded only with the reader's consent."""
    return len(text) <= MAX_PLACEHOLDER_CHARACTERS and PLACEHOLDER_PATTERN.match(text) is not None


def ends_article(text: str) -> bool:
    """Return whether the article is over where the block `text` is."""
    return len(text) <= MAX_END_CHARACTERS and END_PATTERN.fullmatch(text) is not None


def leads_on(text: str) -> bool:
    """Return whether the heading `text` may begin a list of other articles (“More from the Courier”)."""
    return len(text) <= MAX_END_CHARACTERS and LEAD_ON_PATTERN.fullmatch(text) is not None


def is_time(text: str) -> bool:
    """Return whether the block `text` is a day with a time of day, and nothing else."""
    if len(text) > MAX_CHARACTERS or not DAY_AND_TIME_PATTERN.match(text):
        return False
    return all(word in TIME_WORDS for word in LETTERS_PATTERN.findall(text.lower()))


def is_shouted(text: str) -> bool:
    """Return whether the block `text` is in capitals. If it is a link, it is the headline of another article."""
    return (
        len(text) <= MAX_CHARACTERS and text.isupper() and 2 * sum(map(str.isupper, text)) > sum(map(str.isalpha, text))
    )
