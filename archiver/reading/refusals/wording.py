"""What pages say that are no articles, in the languages of many."""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The heading of a page that says that there is none, or that the site is at fault.
ERROR = _any_of(
    r"\b(?:40[34]|410|50[0234])\b.{0,20}(?:error|not found|forbidden|unavailable|gateway|gone)",
    r"error\s*(?:40[34]|410|50\d)",
    r"^\W*(?:404|410|403)\W*$|^\W*404\b|\b404\W*$",
    r"\b(?:page|article|story|content|site|file)\b.{0,40}(?:not (?:be )?found|no longer (?:exists?|available))",
    r"\b(?:page|article|story|content|site|file)\b.{0,40}(?:does(?:n['’]t| not) exist|been (?:removed|deleted))",
    r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|página não encontrada",
    r"pagina non trovata|pagina niet gevonden|sidan (?:hittades|finns) inte",
    r"страница не найдена|strona nie (?:została )?znaleziona",
    r"页面(?:不存在|未找到|找不到|没有找到)|(?:文章|内容|新闻)(?:不存在|已(?:被)?删除)|找不到(?:该)?(?:页面|网页)",
    r"ページが見つかりません|페이지를 찾을 수 없",
)
# The heading of a page that asks whether we are human.
BLOCK = _any_of(
    r"just a moment|attention required|access (?:to this page has been )?denied|are you (?:a )?(?:human|robot)",
    r"verify(?:ing)? (?:that )?you are|security check|captcha|pardon our interruption|unusual traffic",
    r"checking your browser|bot (?:protection|verification)|安全验证|访问(?:过于)?频繁|滑动验证",
)
# What a page says that asks for consent before it shows anything.
CONSENT = _any_of(
    r"before you continue",
    r"(?:cookie|privacy|consent|data protection) (?:consent|notice|settings|preferences|wall|choices)",
    r"we (?:and our partners )?(?:use|value|store).{0,40}(?:cookies|privacy)|(?:accept|manage) (?:all )?cookies",
    r"vos? (?:choix|données).{0,40}cookies|continuer sans accepter",
    r"(?:zustimmung|einwilligung) (?:zu|in|erforderlich|erteilen)|cookies? zu(?:stimmen|lassen)",
    r"mit werbung (?:weiter)?lesen|weiter mit werbung",
    r"aceptar (?:las )?cookies|accetta(?:re)? (?:i )?cookie|godta alle|hyväksy",
)
# What a page says that shows nothing without its scripts.
SCRIPTS = _any_of(
    r"(?:enable|activate|turn on|need|requires?|without)\b.{0,20}javascript",
    r"javascript (?:is|to be|must be|muss|ist|est|debe)\b",
    r"aktivieren sie.{0,20}javascript|activer javascript|(?:开启|启用|打开).{0,5}javascript",
)
