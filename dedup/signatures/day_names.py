"""How news in many languages names the day of an event: weekdays, today and yesterday.

The CLDR lacks inflected forms, and which of its names are other words as well.
"""

from __future__ import annotations

from typing import NamedTuple


class DayNames(NamedTuple):
    """The names of days in a language, in lower case; patterns are regular expressions.

    Attributes:
        days: The seven days from Monday, parted by commas; ``|`` parts the forms of one.
        beginnings: Pattern of what may stand before a form inside of its word.
        endings: Pattern of what may follow it there.
        doubtful: Forms that are other words as well, as in ``days``; a day may have none.
        before: Pattern of what stands before a doubtful form that is a day; with ``capital``, one
            with a capital inside of a sentence is a day, too.
        after: Pattern of what follows one, otherwise.
        not_before: Pattern of words before a form that is no day of a past event: a name, a day to
            come, every week's.
        not_after: Pattern of words after such a form.
        today: Forms for the day of publication.
        yesterday: Forms for the day before it.
        capital: Whether names of days have a capital; elsewhere one with a capital inside of a
            sentence is the name of a person, a place or a paper.
        spaced: Whether words are separated; elsewhere a form may stand anywhere.
        zones: Least and greatest hours from UTC of where the language is written.
    """

    days: str
    beginnings: str = ""
    endings: str = ""
    doubtful: str = ",,,,,,"
    before: str = ""
    after: str = ""
    not_before: str = ""
    not_after: str = ""
    today: str = ""
    yesterday: str = ""
    capital: bool = False
    spaced: bool = True
    zones: tuple[int, int] = (0, 3)


DAY_NAMES = {
    "en": DayNames(
        "monday,tuesday|tues,wednesday|weds,thursday|thurs,friday,saturday,sunday",
        not_before=r"next|coming|since|until|till|til|by|through|to|every|each|before|ahead of|"
        r"starting|beginning|black|cyber|giving|super|bloody|ruby|manic|blue|freaky|girl|joe|stormy|"
        r"casual|taco|throwback|sheffield|mail on|usa|(?:published|posted|updated)[:,]?|updated on",
        not_after=r"(?:times|telegraph|mirror|express|mail|sun|star|post|herald|people|world|news|"
        r"independent|league|school|agreement|addams|weld|roast|best|papers?|next|the 13th|"
        r"night (?:football|live|lights|fever|baseball|raw|smackdown)|"
        r"(?:to|through|until|till|thru) \w+day)\b|[-–](?!\w*night)",
        today="today|tonight|this morning|this afternoon|this evening",
        yesterday="yesterday|yesterday morning|yesterday afternoon|yesterday evening|last night",
        capital=True,
        zones=(-8, 11),
    ),
    "de": DayNames(
        "montag|rosenmontag|ostermontag|pfingstmontag,dienstag,mittwoch|aschermittwoch,"
        "donnerstag|gründonnerstag,freitag|karfreitag,samstag|sonnabend,"
        "sonntag|ostersonntag|pfingstsonntag",
        endings="vormittag|nachmittag|mittag|abend|morgen|nacht|früh",
        not_before=r"kommende[mnr]|nächste[mnr]|jede[mnr]|"
        r"seit|bis|ab|bis zum|ab dem|(?:bild|welt) am|schwarzer|black|oder|ersten|super",
        not_after=r"(?:kommender|nächster) woche\b|in einer woche\b|bis \w+tag\b|-",
        today="heute|heute morgen|heute abend|heute früh|heute nacht",
        yesterday="gestern|gestern abend|gestern morgen",
        capital=True,
    ),
    "fr": DayNames(
        "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
        not_before=r"les|tous les|chaque|depuis|jusqu.(?:à|au)|jusqu.à ce|d.ici|dès|à partir de|"
        r"avant|ou|au|journal du",
        not_after=r"(?:prochain|suivant|gras|au (?:vendredi|samedi))\b",
        today="aujourd'hui|aujourd’hui|ce matin|ce soir|cet après-midi",
        yesterday="hier|hier soir|hier matin",
        zones=(-5, 2),
    ),
    "es": DayNames(
        "lunes,martes,miércoles|miercoles,jueves,viernes,sábado|sabado,domingo",
        not_before=r"los|cada|(?:próximo|proximo)|(?:desde|hasta) (?:el|este)|"
        r"a partir del|antes del|para el|o|a|al|black|santo|plácido",
        not_after=r"(?:a (?:jueves|viernes|sábado)|próximo|proximo|siguiente|que viene|santo)\b",
        today="hoy|esta mañana|esta tarde|esta noche",
        yesterday="ayer|anoche",
        zones=(-7, 2),
    ),
    "it": DayNames(
        "lunedì|lunedi,martedì|martedi,mercoledì|mercoledi,giovedì|giovedi,venerdì|venerdi,"
        "sabato,domenica",
        not_before=r"prossim[oa]|ogni|da|dal|dalla|fino a|entro|di ogni|per|o|al?|alla|"
        r"tutti i",
        not_after=r"(?:al? (?:giovedì|venerdì|sabato)|prossim[oa]|in poi|dopo|grasso)\b",
        today="oggi|stamattina|stamani|stasera|stanotte|questa mattina",
        yesterday="ieri|ieri sera|ieri mattina",
    ),
    "pt": DayNames(
        "segunda-feira,terça-feira,quarta-feira,quinta-feira,sexta-feira,sábado,domingo",
        doubtful="segunda,terça,quarta,quinta,sexta,,",
        before="nesta|desta|última",
        after=r"(?:\s*\(\d|[,.;]|\s(?:à|de manhã|pela)\b)",
        not_before=r"próxim[oa]|cada|tod[oa]s? [oa]s?|desde|desde [oa]|"
        r"até|até [oa]|a partir d[eo]|antes d[eo]|aos|às|ou|são|a|à",
        not_after=r"(?:a (?:quinta|sexta|sábado|domingo)|que vem|seguinte|parte|fase|edição|"
        r"etapa|temporada|vez|rodada|metade|posição|divisão|turma|maior|via|onda)\b",
        today="hoje|esta manhã|esta tarde|esta noite",
        yesterday="ontem",
        zones=(-4, 1),
    ),
    "ca": DayNames(
        "dilluns,dimarts,dimecres,dijous,divendres,dissabte,diumenge",
        not_before="cada|els|des de|fins|fins a|proper",
        not_after=r"(?:vinent|proper)\b",
        today="avui|aquest matí|aquest vespre",
        yesterday="ahir",
    ),
    "ro": DayNames(
        "luni|lunea,marți|marţi|marţea,miercuri|miercurea,joi|joia,vineri|vinerea,"
        "sâmbătă|sîmbătă|sâmbăta,duminică|duminica",
        not_before="până|din|de|fiecare|trecută|viitoare",
        not_after=r"(?:viitoare|următoare)\b",
        today="astăzi|azi",
        yesterday="ieri|aseară",
    ),
    "ru": DayNames(
        "понедельник,вторник,,четверг,пятниц,суббот,воскресень",
        endings="а|у|ом|е|ем|ы|ой|ей|я|ю",
        doubtful=",,среда|среду|среды|среде|средой,,,,",
        before="в|утром|вечером|днем|днём|ночью|ночь на|эту|утро|вечер",
        not_before=r"до|с|со|к|ко|по|(?!ночь)\w+ на|кажд(?:ый|ую|ое)|следующ\w+|будущ\w+|"
        r"ближайш\w+|черн\w+|чёрн\w+|кровав\w+|или",
        not_after=r"(?:следующей|обитания)\b",
        today="сегодня|сегодня утром|сегодня вечером|сегодня днем|сегодня ночью",
        yesterday="вчера|вчера вечером|накануне",
        zones=(3, 5),
    ),
    "uk": DayNames(
        "понеділок|понеділка|понеділку,вівторок|вівторка|вівторку,,четвер|четверга,"
        "п'ятниця|п'ятницю|п'ятниці|п’ятниця|п’ятницю|п’ятниці|пʼятниця|пʼятницю|пʼятниці,"
        "субота|суботу|суботи,неділя|неділю|неділі",
        doubtful=",,середа|середу|середи|середі,,,,",
        before="в|у|ранку|вранці|ввечері|увечері|ніч на",
        not_before=r"до|з|із|від|кожн\w+|наступн\w+|по",
        not_after=r"(?:наступного)\b",
        today="сьогодні",
        yesterday="вчора|учора",
    ),
    "bg": DayNames(
        "понеделник,вторник,сряда,четвъртък,петък,събота,",
        doubtful=",,,,,,неделя",
        before="в|във|сутринта в|вечерта в",
        not_before=r"всек\w+|от|до|следващ\w+",
        today="днес|тази сутрин|тази вечер",
        yesterday="вчера|снощи",
    ),
    "mk": DayNames(
        "понеделник,вторник,,четврток,петок,сабота,",
        doubtful=",,среда,,,,недела",
        before="во",
        not_before=r"секо\w+|од|до|следн\w+",
        today="денеска|денес",
        yesterday="вчера|синоќа",
    ),
    "pl": DayNames(
        "poniedziałek|poniedziałku,wtorek|wtorku,środa|środę|środy,czwartek|czwartku,"
        "piątek|piątku,sobota|sobotę|soboty,niedziela|niedzielę|niedzieli",
        not_before=r"każd(?:y|ą)|od|do|przyszł\w+|następn\w+|"
        r"najbliższ\w+|dwie|cztery|lub",
        not_after=r"(?:przyszłego|handlow\w+)\b",
        today="dzisiaj|dziś|dziś rano",
        yesterday="wczoraj|wczoraj wieczorem",
    ),
    "cs": DayNames(
        "pondělí|pondělka,úterý|úterka,středa|středu|středy|středeční,čtvrtek|čtvrtka,pátek|pátku,"
        "sobota|sobotu|soboty,neděle|neděli",
        not_before=r"každ\w+|od|do|příští",
        today="dnes|dnes ráno|dnes večer",
        yesterday="včera|včera večer",
    ),
    "sk": DayNames(
        "pondelok|pondelka,utorok|utorka,streda|stredu|stredy,štvrtok|štvrtka,piatok|piatka,"
        "sobota|sobotu|soboty,nedeľa|nedeľu|nedele",
        not_before=r"každ\w+|od|do|budúc\w+",
        today="dnes",
        yesterday="včera",
    ),
    "sl": DayNames(
        "ponedeljek|ponedeljka,torek|torka,sreda|sredo,četrtek|četrtka,petek|petka,"
        "sobota|soboto,nedelja|nedeljo",
        not_before=r"vsak\w*|od|do|naslednj\w+",
        today="danes|davi",
        yesterday="včeraj|sinoči",
    ),
    "sh": DayNames(
        "ponedjeljak|ponedeljak|ponedjeljka|понедељак,utorak|utorka|уторак,"
        "srijeda|srijedu|sreda|sredu|среда|среду,četvrtak|četvrtka|четвртак,petak|petka|петак,"
        "subota|subotu|субота|суботу,nedjelja|nedjelju|недеља|недељу",
        not_before=r"svak\w+|od|do|sljedeć\w+|sledeć\w+|наредн\w+|сваке|до|од",
        today="danas|jutros|večeras|данас|јутрос|вечерас",
        yesterday="jučer|juče|sinoć|јуче|синоћ",
    ),
    "nl": DayNames(
        "maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag,zondag",
        endings="ochtend|middag|avond|nacht|morgen|namiddag|voormiddag",
        not_before=r"volgende|komende|elke|iedere|sinds|tot|tot en met|vanaf|"
        r"black|of",
        today="vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht",
        yesterday="gisteren|gisteravond|gisterochtend|gistermiddag",
    ),
    "sv": DayNames(
        "måndag,tisdag,onsdag,torsdag,fredag,lördag,söndag",
        endings="en|ens|s|skväll|skvällen|smorgon|smorgonen|seftermiddagen|snatten|sförmiddagen",
        not_before=r"nästa|varje|sedan|till|från|svarta|black",
        today="i dag|idag|i morse|i kväll|ikväll|i natt",
        yesterday="i går|igår|i går kväll",
    ),
    "da": DayNames(
        "mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag",
        endings="en|ens|s|aften|formiddag|eftermiddag|morgen|nat",
        not_before=r"næste|hver|siden|indtil|fra|til|black",
        today="i dag|her til morgen|i aften|i nat",
        yesterday="i går|i går aftes|i aftes",
    ),
    "nb": DayNames(
        "mandag,tirsdag|tysdag,onsdag,torsdag,fredag,lørdag|laurdag,søndag|sundag",
        endings="en|ens|s|kveld|formiddag|ettermiddag|morgen|skveld|natt",
        not_before=r"neste|hver|siden|fram til|fra|til|black",
        today="i dag|i morges|i kveld|i natt",
        yesterday="i går|i går kveld",
    ),
    "is": DayNames(
        "mánudag,þriðjudag,miðvikudag,fimmtudag,föstudag,laugardag,sunnudag",
        endings="inn|ur|s|skvöld|smorgun",
        not_before=r"næsta|hvern|til|frá",
        today="í dag|í morgun|í kvöld",
        yesterday="í gær|í gærkvöldi",
        zones=(0, 0),
    ),
    "fi": DayNames(
        "maanantai,tiistai,keskiviikko,torstai,perjantai,lauantai,sunnuntai",
        endings="na|n|aamuna|iltana|iltapäivänä|yönä",
        not_before=r"ensi|joka",
        today="tänään|tänä aamuna|tänä iltana",
        yesterday="eilen|eilisiltana",
    ),
    "hu": DayNames(
        "hétfő,kedd,szerda|szerdá,csütörtök,péntek,szombat,vasárnap",
        endings="n|en|ön|i|ra|re|n délután",
        not_before=r"jövő|minden|fekete|következő",
        today="ma|ma reggel|ma este",
        yesterday="tegnap|tegnap este",
    ),
    "lt": DayNames(
        "pirmadien,antradien,trečiadien,ketvirtadien,penktadien,šeštadien,sekmadien",
        endings="į|is|io|io vakarą",
        not_before=r"kit\w+|kiekvien\w+|iki|nuo",
        today="šiandien|šįryt|šįvakar",
        yesterday="vakar",
    ),
    "lv": DayNames(
        "pirmdien,otrdien,trešdien,ceturtdien,piektdien,sestdien,svētdien",
        endings="a|as|u",
        not_before=r"nākam\w+|katru|līdz|no",
        today="šodien|šorīt|šovakar",
        yesterday="vakar",
    ),
    "el": DayNames(
        ",,,,παρασκευή|παρασκευής,σάββατο|σαββάτου,κυριακή|κυριακής",
        doubtful="δευτέρα|δευτέρας,τρίτη|τρίτης,τετάρτη|τετάρτης,πέμπτη|πέμπτης,,,",
        not_before=r"επόμεν\w+|κάθε|μέχρι|έως|από",
        today="σήμερα|απόψε",
        yesterday="χθες|χτες",
        capital=True,
    ),
    "tr": DayNames(
        "pazartesi,,çarşamba,perşembe,,cumartesi,",
        doubtful=",salı,,,cuma,,pazar",
        before=r"bu|geçen|\d{1,2} \w+|\w+ 20\d\d",
        after=r"\s(?:günü|akşamı|sabahı|gecesi|öğle)",
        not_before=r"gelecek|önümüzdeki|her|her hafta|kara|efsane|veya",
        not_after=r"(?:['’]\w+ (?:kadar|itibaren)|günleri|gününe|gününden|pazarı|namazı|ilçesi)",
        today="bugün|bu sabah|bu akşam|bu gece",
        yesterday="dün|dün akşam|dün gece",
        capital=True,
        zones=(3, 3),
    ),
    "ar": DayNames(
        "الاثنين|الإثنين|الأثنين,الثلاثاء,الأربعاء|الاربعاء|الإربعاء,الخميس,الجمعة,السبت,"
        "الأحد|الاحد",
        beginnings="[وفب]",
        not_before=r"حتى|منذ|كل|كل يوم|منذ يوم|حتى يوم|صلاة|خطبة|قبل يوم|بحلول",
        not_after=r"(?:المقبل|المقبلة|القادم|القادمة|الأسبوع المقبل)\b",
        today="اليوم",
        yesterday="أمس|امس|البارحة",
        zones=(0, 4),
    ),
    "fa": DayNames(
        "دوشنبه|دو شنبه,سه‌شنبه|سه شنبه|سهشنبه,چهارشنبه|چهار شنبه,"
        "پنجشنبه|پنج‌شنبه|پنج شنبه,جمعه,شنبه,یکشنبه|یک‌شنبه|یک شنبه",
        not_before=r"هر|تا|از|نماز",
        not_after=r"(?:آینده|هفته آینده)\b",
        today="امروز|امشب",
        yesterday="دیروز|دیشب",
        zones=(3, 5),
    ),
    "he": DayNames(
        "יום שני|יום ב',יום שלישי|יום ג',יום רביעי|יום ד',יום חמישי|יום ה',יום שישי|יום ו',"
        "יום שבת|שבת,יום ראשון|יום א'",
        beginnings="[בוהל]",
        not_before=r"כל|עד|מאז",
        not_after=r"(?:הבא|הקרוב)\b",
        today="היום|הבוקר|הערב",
        yesterday="אתמול|אמש",
    ),
    "hi": DayNames(
        "सोमवार,मंगलवार,बुधवार,गुरुवार|वीरवार|बृहस्पतिवार,शुक्रवार,शनिवार,रविवार|इतवार",
        not_before=r"अगले|हर|प्रत्येक",
        today="आज",
        zones=(5, 6),
    ),
    "bn": DayNames(
        "সোমবার,মঙ্গলবার,বুধবার,বৃহস্পতিবার,শুক্রবার,শনিবার,রবিবার|রোববার",
        not_before=r"আগামী|প্রতি",
        today="আজ",
        yesterday="গতকাল",
        zones=(5, 6),
    ),
    "vi": DayNames(
        ",,,,,,chủ nhật|chúa nhật",
        doubtful="thứ hai|thứ 2,thứ ba|thứ 3,thứ tư|thứ 4,thứ năm|thứ 5,thứ sáu|thứ 6,"
        "thứ bảy|thứ 7,",
        before="ngày|sáng|chiều|tối|trưa|đêm|hôm|vào|rạng sáng",
        after=r"\s*(?:\(|,|, ngày |ngày |\(ngày )\d|\s(?:vừa qua|vừa rồi|tuần này|tuần trước)\b",
        not_before=r"mỗi|đến|từ|hàng|tới|đến ngày|từ ngày|trước|mọi",
        not_after=r"(?:tuần (?:sau|tới)|tới|hàng tuần|sau)\b",
        today="hôm nay|sáng nay|chiều nay|tối nay|trưa nay",
        yesterday="hôm qua|tối qua|đêm qua|chiều qua|sáng qua",
        capital=True,
        zones=(7, 7),
    ),
    "id": DayNames(
        ",,,,,,",
        doubtful="senin,selasa,rabu,kamis,jumat|jum'at,sabtu,minggu|ahad",
        before="hari|pada|malam|pagi|sore|siang|hari ini",
        after=r"\s*(?:\(|, )\d|\s(?:malam|pagi|sore|siang|dini)\b",
        not_before=r"setiap|hingga|sampai|sejak|tiap",
        not_after=r"(?:depan|pekan depan|mendatang)\b",
        today="hari ini|malam ini|pagi ini",
        yesterday="kemarin|tadi malam",
        capital=True,
        zones=(7, 9),
    ),
    "zh": DayNames(
        "周一|週一|星期一|礼拜一|禮拜一,周二|週二|星期二|礼拜二|禮拜二,周三|週三|星期三|礼拜三|禮拜三,"
        "周四|週四|星期四|礼拜四|禮拜四,周五|週五|星期五|礼拜五|禮拜五,周六|週六|星期六|礼拜六|禮拜六,"
        "周日|週日|星期日|星期天|星期日|礼拜日|礼拜天|禮拜日|禮拜天|周天",
        not_before=r"[一二两兩三四五六七八九十几幾每下半首整多数數个個第\d]|直到|截至|从|從|自",
        not_after=r"[样樣次带帶度个個年月直些切定般种種报報刊分期家人位]|起|之前|以来|以來|头条|頭條",
        today="今天|今日|今早|今晨|今晚|今午",
        yesterday="昨天|昨日|昨晚|昨夜|昨晨|昨早",
        spaced=False,
        zones=(8, 8),
    ),
    "ja": DayNames(
        "月曜|(月)|（月）,火曜|(火)|（火）,水曜|(水)|（水）,木曜|(木)|（木）,金曜|(金)|（金）,土曜|(土)|（土）,"
        "日曜|(日)|（日）",
        not_before=r"毎週|来週の?|次の|毎|隔週|一",
        not_after=r"日?(?:まで|から|以降|版|劇場|ドラマ|朝刊|夕刊|ロードショー)",
        today="今日|本日|今朝|今夜|けさ|きょう|今晩",
        yesterday="昨日|昨夜|昨晩|きのう|ゆうべ",
        spaced=False,
        zones=(9, 9),
    ),
    "ko": DayNames(
        "월요일,화요일,수요일,목요일,금요일,토요일,일요일",
        not_before=r"다음\s?|매주\s?|오는\s?|다음주\s?|다음 주\s?",
        not_after=r"(?:까지|부터|마다)",
        today="오늘",
        yesterday="어제|어젯밤",
        spaced=False,
        zones=(9, 9),
    ),
    "th": DayNames(
        "วันจันทร์,วันอังคาร,วันพุธ,วันพฤหัส,วันศุกร์,วันเสาร์,วันอาทิตย์",
        not_before="ทุก|ถึง",
        not_after=r"\s?(?:หน้า)",
        today="วันนี้|เช้านี้|คืนนี้",
        yesterday="เมื่อวาน|เมื่อคืน",
        spaced=False,
        zones=(7, 7),
    ),
}
DAY_NAMES["ms"] = DAY_NAMES["id"]._replace(
    doubtful="isnin,selasa,rabu,khamis,jumaat,sabtu,ahad", today="hari ini", yesterday="semalam"
)
