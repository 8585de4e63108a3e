"""Names of months in further languages than `archiver.dates` has, by language (after CLDR)."""

from __future__ import annotations

from functools import cache

from archiver.dates.names import MONTHS

# By language (ISO 639-1): January first, "|" between months, "-" where `MONTHS` has all names.
MONTH_NAMES = {
    "ar": "يناير | فبراير | مارس | أبريل | مايو | يونيو | يوليو | أغسطس | سبتمبر | أكتوبر | نوفمبر | ديسمبر",
    "az": (
        "yanvar yan | fevral | mart | aprel | - | iyun iyn | iyul iyl | avqust avq | sentyabr sen | oktyabr |"
        " noyabr noy | dekabr dek"
    ),
    "be": (
        "студзеня сту студзень | лютага лют люты | сакавіка сак сакавік | красавіка кра красавік | - | "
        "чэрвеня чэр чэрвень | ліпеня ліп ліпень | жніўня жні жнівень | верасня вер верасень | кастрычніка "
        "кас кастрычнік | лістапада ліс лістапад | снежня сне снежань"
    ),
    "bg": (
        "януари яну | февруари | март | април | - | юни | юли | август | септември сеп | октомври | ноември "
        "ное | декември"
    ),
    "bn": (
        "জানুয়ারি জানু | ফেব্রুয়ারি ফেব | মার্চ | এপ্রিল এপ্রি | মে | জুন | জুলাই জুল | আগস্ট আগ | "
        "সেপ্টেম্বর সেপ সেপ্ট | অক্টোবর অক্টো | নভেম্বর নভে | ডিসেম্বর ডিসে"
    ),
    "bs": "- | - | mart | - | - | - | - | - | septembar | oktobar | novembar | decembar",
    "ca": "gener | febrer febr | març | - | maig | juny | juliol | agost ag | setembre | - | - | desembre des",
    "cs": (
        "ledna led leden | února úno únor | března bře březen | dubna dub duben | května kvě květen | června "
        "čvn červen | července čvc červenec | srpna srp srpen | září zář | října říj říjen | listopadu lis | "
        "prosince pro prosinec"
    ),
    "el": (
        "ιανουαρίου ιαν ιανουάριος | φεβρουαρίου φεβ φεβρουάριος | μαρτίου μαρ μάρτιος μάρ | απριλίου απρ "
        "απρίλιος | μαΐου μαΐ μάιος μάι | ιουνίου ιουν ιούνιος ιούν | ιουλίου ιουλ ιούλιος ιούλ | αυγούστου "
        "αυγ αύγουστος αύγ | σεπτεμβρίου σεπ σεπτέμβριος | οκτωβρίου οκτ οκτώβριος | νοεμβρίου νοε νοέμβριος "
        "νοέ | δεκεμβρίου δεκ δεκέμβριος"
    ),
    "et": (
        "jaanuar jaan | veebruar veebr | märts | aprill | - | juuni | juuli | - | - | oktoober | - | detsember dets"
    ),
    "fa": "ژانویه | فوریه | مارس | آوریل | مه | ژوئن | ژوئیه | اوت | سپتامبر | اکتبر | نوامبر | دسامبر",
    "fi": (
        "tammikuuta tammi tammikuu | helmikuuta helmi helmikuu | maaliskuuta maalis maaliskuu | huhtikuuta "
        "huhti huhtikuu | toukokuuta touko toukokuu | kesäkuuta kesä kesäkuu | heinäkuuta heinä heinäkuu | "
        "elokuuta elo elokuu | syyskuuta syys syyskuu | lokakuuta loka lokakuu | marraskuuta marras marraskuu"
        " | joulukuuta joulu joulukuu"
    ),
    "gl": "xaneiro xan | febreiro | - | - | - | xuño | xullo xul | - | - | - | - | decembro",
    "he": "ינואר | פברואר | מרץ | אפריל | מאי | יוני | יולי | אוגוסט | ספטמבר | אוקטובר | נובמבר | דצמבר",
    "hi": "जनवरी | फ़रवरी | मार्च | अप्रैल | मई | जून | जुलाई | अगस्त | सितंबर | अक्टूबर | नवंबर | दिसंबर",
    "hr": (
        "siječnja sij siječanj | veljače velj veljača | ožujka ožu ožujak | travnja tra travanj | svibnja svi"
        " svibanj | lipnja lip lipanj | srpnja srp srpanj | kolovoza kol kolovoz | rujna ruj rujan | "
        "listopada lis listopad | studenoga stu studeni | prosinca pro prosinac"
    ),
    "hu": (
        "január | február febr | március márc | április ápr | május máj | június jún | július júl | augusztus"
        " | szeptember szept | október | - | -"
    ),
    "hy": (
        "հունվարի հնվ հունվար | փետրվարի փտվ փետրվար | մարտի մրտ մարտ | ապրիլի ապր ապրիլ | մայիսի մյս մայիս |"
        " հունիսի հնս հունիս | հուլիսի հլս հուլիս | օգոստոսի օգս օգոստոս | սեպտեմբերի սեպ սեպտեմբեր | "
        "հոկտեմբերի հոկ հոկտեմբեր | նոյեմբերի նոյ նոյեմբեր | դեկտեմբերի դեկ դեկտեմբեր"
    ),
    "is": ("janúar | febrúar | - | apríl | maí | júní jún | júlí júl | ágúst ágú | - | október | nóvember nóv | des"),
    "ka": (
        "იანვარი იან | თებერვალი თებ | მარტი მარ | აპრილი აპრ | მაისი მაი | ივნისი ივნ | ივლისი ივლ | აგვისტო"
        " აგვ | სექტემბერი სექ | ოქტომბერი ოქტ | ნოემბერი ნოე | დეკემბერი დეკ"
    ),
    "kk": (
        "қаңтар қаң | ақпан ақп | наурыз нау | сәуір сәу | мамыр мам | маусым мау | шілде шіл | тамыз там | "
        "қыркүйек қыр | қазан қаз | қараша қар | желтоқсан жел"
    ),
    "lt": (
        "sausio saus sausis | vasario vas vasaris | kovo kov kovas | balandžio bal balandis | gegužės geg "
        "gegužė | birželio birž birželis | liepos liep liepa | rugpjūčio rugp rugpjūtis | rugsėjo rugs "
        "rugsėjis | spalio spal spalis | lapkričio lapkr lapkritis | gruodžio gruod gruodis"
    ),
    "lv": (
        "janvāris | februāris febr | - | aprīlis | maijs | jūnijs jūn | jūlijs jūl | augusts | septembris | "
        "oktobris | novembris | decembris"
    ),
    "mk": (
        "јануари јан | февруари | март | април | мај | јуни јун | јули јул | август | септември сеп | "
        "октомври | ноември ное | декември"
    ),
    "mr": (
        "जानेवारी जाने | फेब्रुवारी फेब्रु | मार्च | एप्रिल एप्रि | मे | जून | जुलै | ऑगस्ट ऑग | सप्टेंबर "
        "सप्टें | ऑक्टोबर ऑक्टो | नोव्हेंबर नोव्हें | डिसेंबर डिसें"
    ),
    "ms": "- | - | mac | - | - | - | julai | ogos ogo | - | - | - | disember dis",
    "nb": "- | - | - | - | - | - | - | - | - | - | - | des",
    "ro": (
        "ianuarie ian | februarie | martie | aprilie | - | iunie iun | iulie iul | - | septembrie | octombrie"
        " | noiembrie | decembrie"
    ),
    "ru": ("январь | февр февраль | март | апрель | - | июнь | июль | август | сентябрь | октябрь | ноябрь | декабрь"),
    "sk": (
        "januára január | februára február | marec | apríla apríl | mája máj | júna jún | júla júl | augusta "
        "| septembra | októbra október | novembra | decembra"
    ),
    "sl": "- | - | marec | - | - | junij | julij | avgust avg | - | - | - | -",
    "sq": (
        "janar | shkurt shk | - | prill pri | - | qershor qer | korrik korr | gusht gush | shtator sht | "
        "tetor tet | nëntor nën | dhjetor dhj"
    ),
    "sr": (
        "јануар јан | фебруар феб | март | април | мај | јун | јул | август | септембар сеп | октобар | "
        "новембар нов | децембар дец"
    ),
    "sw": "- | - | machi mac | aprili | - | - | julai | agosti | septemba | oktoba | novemba | desemba des",
    "ta": (
        "ஜனவரி ஜன | பிப்ரவரி பிப் | மார்ச் மார் | ஏப்ரல் ஏப் | மே | ஜூன் | ஜூலை | ஆகஸ்ட் ஆக | செப்டம்பர் செப்"
        " | அக்டோபர் அக் | நவம்பர் நவ | டிசம்பர் டிச"
    ),
    "te": (
        "జనవరి జన | ఫిబ్రవరి ఫిబ్ర | మార్చి | ఏప్రిల్ ఏప్రి | మే | జూన్ | జులై | ఆగస్టు ఆగ | సెప్టెంబర్ "
        "సెప్టెం | అక్టోబర్ అక్టో | నవంబర్ నవం | డిసెంబర్ డిసెం"
    ),
    "th": (
        "มกราคม ม.ค | กุมภาพันธ์ ก.พ | มีนาคม มี.ค | เมษายน เม.ย | พฤษภาคม พ.ค | มิถุนายน มิ.ย | กรกฎาคม ก.ค "
        "| สิงหาคม ส.ค | กันยายน ก.ย | ตุลาคม ต.ค | พฤศจิกายน พ.ย | ธันวาคม ธ.ค"
    ),
    "tr": (
        "ocak oca | şubat şub | mart | nisan nis | mayıs | haziran haz | temmuz tem | ağustos ağu | eylül eyl"
        " | ekim eki | kasım kas | aralık ara"
    ),
    "uk": (
        "січня січ січень | лютого лют лютий | березня бер березень | квітня квіт квітень | травня трав "
        "травень | червня черв червень | липня лип липень | серпня серп серпень | вересня вер вересень | "
        "жовтня жовт жовтень | листопада лист листопад | грудня груд грудень"
    ),
    "ur": "جنوری | فروری | مارچ | اپریل | مئی | جون | جولائی | اگست | ستمبر | اکتوبر | نومبر | دسمبر",
}


def month_number(name: str, language: str | None) -> int | None:
    """Return the number of the month called `name` in `language` (a BCP 47 tag), else in any language; None if there is
    no such month.

    A few names mean different months in different languages: these count only for a language that has them.
    """
    name = name.lower().rstrip(".")
    own = _by_language().get((language or "").partition("-")[0], {})
    return own.get(name) or MONTHS.get(name) or _any().get(name)


@cache
def _by_language() -> dict[str, dict[str, int]]:
    return {
        language: {
            name: number for number, month in enumerate(months.split("|"), 1) for name in month.split() if name != "-"
        }
        for language, months in MONTH_NAMES.items()
    }


@cache
def _any() -> dict[str, int]:
    numbers: dict[str, set[int]] = {}
    for names in _by_language().values():
        for name, number in names.items():
            numbers.setdefault(name, set()).add(number)
    return {name: one.pop() for name, one in numbers.items() if len(one) == 1 and len(name) > 2}
