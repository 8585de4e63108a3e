"""Names of months, days and zones, as sources write them. No I/O."""

from __future__ import annotations

# January first; each name with its short forms. Names that mean another month elsewhere are left out.
_MONTHS = (
    # English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Scandinavian, Indonesian
    "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari stycznia styczeń января янв",
    "february feb februar février févr fév febrero fevereiro fev febbraio februari lutego luty февраля фев",
    "march mar märz mrz mars marzo março maart mrt marca marzec марта мар maret marts",
    "april apr avril avr abril abr aprile kwietnia kwiecień апреля апр",
    "may mai mayo maio maggio mag mei maja maj мая май",
    "june jun juni juin junio junho giugno giu czerwca czerwiec июня июн",
    "july jul juli juillet juil julio julho luglio lug lipca lipiec июля июл",
    "august aug août agosto ago augustus sierpnia sierpień августа авг agustus augusti",
    "september sept sep septembre septiembre setembro set settembre września wrzesień сентября сен сент",
    "october oct oktober okt octobre octubre outubro out ottobre ott października październik октября окт",
    "november nov novembre noviembre novembro listopada listopad ноября ноя нояб",
    "december dec dezember dez décembre déc diciembre dic dezembro dicembre grudnia grudzień декабря дек desember",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

# Monday first.
_WEEKDAYS = (
    "monday mon montag lundi lunes segunda-feira lunedì maandag poniedziałek понедельник senin mandag",
    "tuesday tue tues dienstag mardi martes terça-feira martedì dinsdag wtorek вторник selasa tirsdag",
    "wednesday wed mittwoch mercredi miércoles quarta-feira mercoledì woensdag środa среда rabu onsdag",
    "thursday thu thur thurs donnerstag jeudi jueves quinta-feira giovedì donderdag czwartek четверг kamis",
    "friday fri freitag vendredi viernes sexta-feira venerdì vrijdag piątek пятница jumat fredag",
    "saturday sat samstag sonnabend samedi sábado sabato zaterdag sobota суббота sabtu lørdag",
    "sunday sun sonntag dimanche domingo domenica zondag niedziela воскресенье minggu søndag",
)
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
CJK_WEEKDAYS = {**dict(zip("一二三四五六日", range(7), strict=True)), "天": 6}
CJK_WEEKDAYS |= dict(zip("月火水木金土", range(6), strict=True)) | dict(zip("월화수목금토일", range(7), strict=True))

# Words without a meaning between the parts of a date.
FILLERS = frozenset("at on of the um uhr den le à de del di el em om o kl г года saat pukul".split())

# Hours east of Greenwich. Of the names that several zones have, only those of RFC 5322 (4.3).
_OFFSETS = (
    "z:0 ut:0 utc:0 gmt:0 wet:0 west:1 cet:1 cest:2 mez:1 mesz:2 eet:2 eest:3 msk:3 sast:2 wat:1 cat:2 eat:3 pkt:5",
    "ict:7 wib:7 hkt:8 sgt:8 myt:8 awst:8 jst:9 kst:9 acst:9.5 acdt:10.5 aest:10 aedt:11 nzst:12 nzdt:13 brt:-3",
    "nst:-3.5 ndt:-2.5 edt:-4 est:-5 cdt:-5 cst:-6 mdt:-6 mst:-7 pdt:-7 pst:-8 akdt:-8 akst:-9 hst:-10",
)
OFFSETS = {name: float(hours) for names in _OFFSETS for name, _, hours in (one.partition(":") for one in names.split())}
# Names of zones for which the date decides whether it is summer time; and Chinese names.
_ZONES = {
    "America/New_York": "et eastern 美东时间 美東時間",
    "America/Chicago": "ct",
    "America/Denver": "mt",
    "America/Los_Angeles": "pt pacific",
    "Asia/Hong_Kong": "香港时间 香港時間",
    "Asia/Shanghai": "beijing 北京时间 北京時間 东八区 中国时间",
    "Asia/Taipei": "台北时间 台北時間",
    "Asia/Tokyo": "日本時間 东京时间",
    "UTC": "格林尼治时间 格林威治时间 世界时",
}
ZONES = {name: zone for zone, names in _ZONES.items() for name in names.split()}
