"""Phrases on pages that are no articles, in the most frequent languages."""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The heading of an error page: there is no such page, or the site has a fault.
ERROR_PATTERN = _any_of(
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
BLOCK_PATTERN = _any_of(
    r"just a moment|attention required|access (?:to this page has been )?denied|are you (?:a )?(?:human|robot)",
    r"verify(?:ing)? (?:that )?you are|security check|captcha|pardon our interruption|unusual traffic",
    r"checking your browser|bot (?:protection|verification)|安全验证|访问(?:过于)?频繁|滑动验证",
)
# The text of a page that asks for consent before it shows anything.
CONSENT_PATTERN = _any_of(
    r"before you continue",
    r"(?:cookie|privacy|consent|data protection) (?:consent|notice|settings|preferences|wall|choices)",
    r"we (?:and our partners )?(?:use|value|store).{0,40}(?:cookies|privacy)|(?:accept|manage) (?:all )?cookies",
    r"vos? (?:choix|données).{0,40}cookies|continuer sans accepter",
    r"(?:zustimmung|einwilligung) (?:zu|in|erforderlich|erteilen)|cookies? zu(?:stimmen|lassen)",
    r"mit werbung (?:weiter)?lesen|weiter mit werbung",
    r"aceptar (?:las )?cookies|accetta(?:re)? (?:i )?cookie|godta alle|hyväksy",
)
# The text of a page that shows nothing without its scripts.
SCRIPTS_PATTERN = _any_of(
    r"(?:enable|activate|turn on|need|requires?|without)\b.{0,20}javascript",
    r"javascript (?:is|to be|must be|muss|ist|est|debe)\b",
    r"aktivieren sie.{0,20}javascript|activer javascript|(?:开启|启用|打开).{0,5}javascript",
)
# The text of a page that shows only the beginning of its article.
PAYWALL_PATTERN = _any_of(
    r"\b(?:subscribe|sign up|register|become a (?:member|subscriber))(?: now| today)? to (?:continue|keep|read|unlock)",
    r"continue reading with (?:a |your )?subscription|to (?:continue|keep) reading,? (?:please )?(?:subscribe|log ?in)",
    r"(?:article|story|content) is (?:only )?(?:for|available (?:only )?to|exclusive(?:ly)? (?:for|to)|reserved for)"
    r" (?:our )?(?:paying |premium |registered )?(?:subscribers|members)",
    r"(?:artikel|beitrag|inhalt) ist (?:nur |exklusiv )*für (?:unsere |zahlende )*(?:abonnent|mitglieder|leser mit)",
    r"(?:abonnieren|registrieren|anmelden),? um weiterzulesen|jetzt (?:testen|abonnieren) und weiterlesen",
    r"réservée? (?:à nos|aux|à ses) abonné|abonnez-vous pour (?:lire|continuer|accéder)",
    r"(?:exclusivo|sólo|solo) para (?:nuestros )?(?:suscriptores|abonados)|suscríbete para (?:seguir|continuar|leer)",
    r"(?:riservat[oa]|esclusiv[oa]) (?:agli|per gli) abbonati|abbonati per (?:continuare|leggere)",
    r"exclusiv[oa] para assinantes|assine (?:agora )?para (?:continuar|ler)",
    r"alleen (?:beschikbaar )?voor abonnees|lees verder met een abonnement|endast för prenumeranter|kun for abonnenter",
    r"tylko dla (?:prenumeratorów|subskrybentów)|(?:только|доступ\w*) (?:для|по) (?:подписчиков|подписке)",
    r"(?:订阅|付费|登录|开通会员|成为会员)后?(?:即可|可|才能|方可)(?:继续)?(?:阅读|查看)|(?:本文|全文)(?:为|需)付费",
    r"有料(?:会員|記事)(?:限定|の方|です)|続きを(?:読む|ご覧になる)には",
)
