"""Wire agencies by name and by domain; whether a text is theirs is decided elsewhere."""

# ruff: noqa: E501  - a row of a table is read across
from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple


class Agency(NamedTuple):
    """One wire agency.

    Attributes:
        name: The short name that the output uses.
        names: Names that mean the agency wherever they are alone, in any case.
        slugs: Short forms that mean it only where an agency is expected, in exactly this case.
        domains: Its own sites; subdomains count.
    """

    name: str
    names: tuple[str, ...]
    slugs: tuple[str, ...]
    domains: tuple[str, ...]


def _agency(name: str, names: str, slugs: str, domains: str) -> Agency:
    """Return a row of the table: names and slugs separated by ``|``, domains by blanks."""
    short = tuple(slugs.split("|")) if slugs else ()
    return Agency(name, tuple(names.split("|")), short, tuple(domains.split()))


# fmt: off
AGENCIES: tuple[Agency, ...] = (
    _agency("AP", "Associated Press|The Associated Press|AP News|AP Wire|美联社|美聯社|AP通信|أسوشيتد برس|Ассошиэйтед Пресс", "AP|أ ب|أ.ب", "apnews.com ap.org"),
    _agency("Reuters", "Reuters|Thomson Reuters|Reuters News|رويترز|Рейтер|Рейтерс|路透社|路透|ロイター|로이터|로이터통신|रॉयटर्स|রয়টার্স", "", "reuters.com thomsonreuters.com reutersagency.com reutersconnect.com"),
    _agency("AFP", "Agence France-Presse|Agence France Presse|Agencia France-Presse|AFP News|AFP-Services|法新社|فرانس برس|AFP通信|AFPBB News|Франс Пресс|एएफपी|এএফপি", "AFP|afp|أ ف ب|ا ف ب|أ.ف.ب|АФП", "afp.com afpforum.com afpbb.com"),
    _agency("dpa", "Deutsche Presse-Agentur|Deutsche Presse Agentur|dpa International|dpa infocom|dpa-infocom|德新社", "dpa|DPA", "dpa.com dpa.de dpa-international.com dpa-news.de"),
    _agency("dpa-AFX", "dpa-AFX|dpa AFX|dpa-AFX Wirtschaftsnachrichten", "AFX", "dpa-afx.de dpa-afx.com"),
    _agency("SID", "Sport-Informations-Dienst", "SID", "sid.de"),
    _agency("epd", "Evangelischer Pressedienst", "epd", "epd.de"),
    _agency("KNA", "Katholische Nachrichten-Agentur", "KNA", "kna.de"),
    _agency("dts", "dts Nachrichtenagentur|dts-Nachrichtenagentur", "dts", "dts-nachrichtenagentur.de"),
    _agency("APA", "Austria Presse Agentur|Austria Presse-Agentur", "APA|apa", "apa.at"),
    _agency("SDA", "Keystone-SDA|Schweizerische Depeschenagentur|Keystone-ATS|awp Finanznachrichten", "SDA|sda|ATS|ats|awp", "keystone-sda.ch sda.ch keystone-ats.ch"),
    _agency("TASS", "ТАСС|ИТАР-ТАСС|ITAR-TASS|塔斯社|タス通信|تاس|Russian News Agency TASS", "TASS|Tass", "tass.ru tass.com itar-tass.com"),
    _agency("RIA Novosti", "РИА Новости|RIA Novosti|РИА|俄新社|ريا نوفوستي", "RIA", "ria.ru rian.ru"),
    _agency("Sputnik", "Sputnik News|Sputnik International|سبوتنيك", "Sputnik", "sputniknews.com sputnikglobe.com"),
    _agency("Interfax", "Интерфакс|Interfax|Interfax.ru|Интерфакс-Украина|Interfax-Ukraine|国际文传电讯社", "INTERFAX|INTERFAX.RU", "interfax.ru interfax.com interfax.com.ua"),
    _agency("Xinhua", "Xinhua|Xinhua News Agency|新华社|新華社|新华网|新华通讯社|新华财经|شينخوا|Синьхуа|신화통신", "XINHUA|新华|新華", "xinhuanet.com news.cn xinhua.org xinhua.net"),
    _agency("China News", "China News Service|中新社|中新网|中国新闻网|中国新闻社", "CNS", "chinanews.com chinanews.com.cn ecns.cn"),
    _agency("CNA", "Central News Agency|中央社|中央通訊社|Focus Taiwan", "CNA", "cna.com.tw focustaiwan.tw"),
    _agency("EFE", "Agencia EFE|EFE Verde|EFE News|埃菲社|EFE-EPA", "EFE|Efe", "efe.com efeverde.com"),
    _agency("Europa Press", "Europa Press|EuropaPress", "EUROPA PRESS|E.P.", "europapress.es"),
    _agency("ANSA", "Agenzia ANSA|Ansa.it|安莎社", "ANSA|Ansa", "ansa.it"),
    _agency("Adnkronos", "Adnkronos|Adnkronos/Labitalia|Adnkronos International|Adn Kronos", "AKI", "adnkronos.com"),
    _agency("AGI", "Agenzia Giornalistica Italia|Agenzia Italia", "AGI", "agi.it"),
    _agency("Askanews", "Askanews|Aska News", "", "askanews.it"),
    _agency("LaPresse", "LaPresse", "", "lapresse.it"),
    _agency("PTI", "Press Trust of India|Press Trust Of India|PTI News|पीटीआई|PTI Bhasha", "PTI", "ptinews.com"),
    _agency("ANI", "Asian News International|ANI News|एएनआई", "ANI", "aninews.in"),
    _agency("IANS", "Indo-Asian News Service|Indo Asian News Service|आईएएनएस", "IANS", "ians.in ianslive.in"),
    _agency("UNI", "United News of India|यूनीवार्ता", "UNI", "uniindia.com"),
    _agency("UNB", "United News of Bangladesh|ইউএনবি", "UNB", "unb.com.bd"),
    _agency("BSS", "Bangladesh Sangbad Sangstha|বাসস", "BSS", "bssnews.net"),
    _agency("APP", "Associated Press of Pakistan", "APP", "app.com.pk"),
    _agency("Yonhap", "Yonhap|Yonhap News|Yonhap News Agency|연합뉴스|韩联社|韓聯社|聯合ニュース|聯合通信|Рёнхап", "연합", "yna.co.kr yonhapnews.co.kr yonhapnewstv.co.kr"),
    _agency("Newsis", "뉴시스|Newsis", "", "newsis.com"),
    _agency("News1", "뉴스1", "", "news1.kr"),
    _agency("KCNA", "Korean Central News Agency|조선중앙통신|朝鲜中央通讯社|朝鮮中央通信|朝中社", "KCNA", "kcna.kp kcna.co.jp"),
    _agency("Kyodo", "Kyodo News|共同通信|共同通信社|共同社|교도통신|Киодо|Kyodo News Service", "Kyodo|KYODO|共同", "kyodonews.net kyodo.co.jp"),
    _agency("Jiji", "Jiji Press|時事通信|時事通信社|时事社|지지통신", "Jiji|JIJI|時事", "jiji.com"),
    _agency("Bloomberg", "Bloomberg|Bloomberg News|彭博社|彭博|ブルームバーグ|بلومبرغ|블룸버그", "BLOOMBERG", "bloomberg.com"),
    _agency("Dow Jones", "Dow Jones Newswires|Dow Jones Newswire|DOW JONES NEWSWIRES", "", "dowjones.com"),
    _agency("UPI", "United Press International", "UPI", "upi.com"),
    _agency("PA", "PA Media|Press Association|The Press Association|PA News Agency|PA news agency", "PA", "pa.media pressassociation.com"),
    _agency("CP", "Canadian Press|The Canadian Press|La Presse Canadienne|La Presse canadienne|Presse Canadienne", "CP|PC", "thecanadianpress.com lapressecanadienne.ca"),
    _agency("AAP", "Australian Associated Press", "AAP", "aap.com.au aapnews.com.au"),
    _agency("Belga", "Belga|Agence Belga|Belga News Agency", "BELGA", "belga.be belganewsagency.eu"),
    _agency("ANP", "Algemeen Nederlands Persbureau", "ANP", "anp.nl"),
    _agency("TT", "TT Nyhetsbyrån|Tidningarnas Telegrambyrå|TT News Agency", "TT", "tt.se"),
    _agency("NTB", "Norsk Telegrambyrå", "NTB", "ntb.no"),
    _agency("Ritzau", "Ritzau|Ritzaus Bureau", "", "ritzau.dk ritzau.com"),
    _agency("STT", "Suomen Tietotoimisto", "STT|STT–Lännen Media", "stt.fi sttinfo.fi"),
    _agency("PAP", "Polska Agencja Prasowa", "PAP", "pap.pl"),
    _agency("CTK", "Česká tisková kancelář|Ceska tiskova kancelar", "ČTK|CTK", "ctk.cz ceskenoviny.cz ctk.eu"),
    _agency("TASR", "Tlačová agentúra Slovenskej republiky", "TASR", "tasr.sk teraz.sk"),
    _agency("SITA", "Slovenská tlačová agentúra", "SITA", "sita.sk"),
    _agency("MTI", "Magyar Távirati Iroda", "MTI", "mti.hu"),
    _agency("Agerpres", "Agerpres", "AGERPRES", "agerpres.ro"),
    _agency("BTA", "Bulgarian News Agency|Българска телеграфна агенция", "BTA|БТА", "bta.bg"),
    _agency("Tanjug", "Tanjug|Танјуг", "TANJUG", "tanjug.rs"),
    _agency("Beta", "Novinska agencija Beta", "Beta|BETA", "beta.rs"),
    _agency("Hina", "Hrvatska izvještajna novinska agencija", "Hina|HINA", "hina.hr"),
    _agency("STA", "Slovenska tiskovna agencija|Slovenian Press Agency", "STA", "sta.si"),
    _agency("ANA-MPA", "ANA-MPA|ΑΠΕ-ΜΠΕ|Athens-Macedonian News Agency", "ΑΠΕ", "amna.gr ana-mpa.gr"),
    _agency("BNS", "Baltic News Service", "BNS", "bns.ee bns.lt bns.lv"),
    _agency("ELTA", "Lietuvos naujienų agentūra", "ELTA", "elta.lt"),
    _agency("LETA", "Latvijas informācijas aģentūra", "LETA", "leta.lv"),
    _agency("BelTA", "БелТА|БЕЛТА|BelTA", "BELTA", "belta.by"),
    _agency("Ukrinform", "Ukrinform|Укрінформ|Укринформ", "", "ukrinform.ua ukrinform.net ukrinform.com"),
    _agency("UNIAN", "УНІАН|УНИАН|Unian", "UNIAN", "unian.ua unian.info unian.net"),
    _agency("Anadolu", "Anadolu Agency|Anadolu Ajansı|Anadolu Ajansi|وكالة الأناضول|الأناضول", "AA|Anadolu", "aa.com.tr"),
    _agency("DHA", "Demirören Haber Ajansı|Doğan Haber Ajansı", "DHA", "dha.com.tr"),
    _agency("IHA", "İhlas Haber Ajansı|Ihlas Haber Ajansi", "İHA|IHA", "iha.com.tr"),
    _agency("MENA", "Middle East News Agency|وكالة أنباء الشرق الأوسط", "MENA|أ ش أ|أ.ش.أ", "mena.org.eg"),
    _agency("SPA", "Saudi Press Agency|وكالة الأنباء السعودية", "SPA|واس", "spa.gov.sa"),
    _agency("WAM", "Emirates News Agency|وكالة أنباء الإمارات", "WAM|وام", "wam.ae"),
    _agency("QNA", "Qatar News Agency|وكالة الأنباء القطرية", "QNA|قنا", "qna.org.qa"),
    _agency("KUNA", "Kuwait News Agency|وكالة الأنباء الكويتية|كونا", "KUNA", "kuna.net.kw"),
    _agency("BNA", "Bahrain News Agency|وكالة أنباء البحرين", "BNA|بنا", "bna.bh"),
    _agency("ONA", "Oman News Agency", "ONA", "omannews.gov.om"),
    _agency("Petra", "Petra News Agency|Jordan News Agency|وكالة الأنباء الأردنية", "Petra|بترا", "petra.gov.jo"),
    _agency("SANA", "Syrian Arab News Agency", "SANA|سانا", "sana.sy"),
    _agency("NNA", "National News Agency Lebanon|الوكالة الوطنية للإعلام", "NNA", "nna-leb.gov.lb"),
    _agency("WAFA", "Palestinian News and Information Agency", "WAFA|وفا", "wafa.ps"),
    _agency("APS", "Algérie Presse Service|وكالة الأنباء الجزائرية", "APS", "aps.dz"),
    _agency("MAP", "Maghreb Arabe Presse", "MAP", "mapnews.ma map.ma"),
    _agency("TAP", "Tunis Afrique Presse", "TAP", "tap.info.tn"),
    _agency("IRNA", "Islamic Republic News Agency|ایرنا|إرنا", "IRNA", "irna.ir"),
    _agency("ISNA", "Iranian Students' News Agency|ایسنا", "ISNA", "isna.ir"),
    _agency("Fars", "Fars News Agency|فارس نیوز", "FNA", "farsnews.ir farsnews.com"),
    _agency("Tasnim", "Tasnim News Agency|تسنیم", "Tasnim", "tasnimnews.com"),
    _agency("Mehr", "Mehr News Agency", "MNA", "mehrnews.com"),
    _agency("Lusa", "Agência Lusa|Lusa", "LUSA", "lusa.pt"),
    _agency("Agencia Brasil", "Agência Brasil|Agencia Brasil|Empresa Brasil de Comunicação", "ABr", "agenciabrasil.ebc.com.br"),
    _agency("Estadao Conteudo", "Estadão Conteúdo|Estadao Conteudo", "", "estadaoconteudo.com.br"),
    _agency("Notimex", "Notimex", "NOTIMEX|NTX", "notimex.gob.mx notimex.com.mx"),
    _agency("Telam", "Télam|Telam|Agencia Télam", "", "telam.com.ar"),
    _agency("NA", "Noticias Argentinas", "NA", "noticiasargentinas.com"),
    _agency("Prensa Latina", "Prensa Latina", "PL", "prensa-latina.cu plenglish.com"),
    _agency("Andina", "Agencia Andina|Agencia Peruana de Noticias", "ANDINA", "andina.pe"),
    _agency("ABI", "Agencia Boliviana de Información", "ABI", "abi.bo"),
    _agency("Antara", "Antara|Antara News|ANTARA News|Kantor Berita Antara", "ANTARA", "antaranews.com"),
    _agency("Bernama", "Bernama", "BERNAMA", "bernama.com"),
    _agency("VNA", "Vietnam News Agency|Thông tấn xã Việt Nam|VietnamPlus|Vietnam+", "VNA|TTXVN|VNS", "vnanet.vn vietnamplus.vn vna.vn"),
    _agency("PNA", "Philippine News Agency", "PNA", "pna.gov.ph"),
    _agency("TNA", "Thai News Agency|สำนักข่าวไทย", "TNA", "tna.mcot.net"),
    _agency("NAN", "News Agency of Nigeria", "NAN", "nannews.ng nan.ng"),
    _agency("GNA", "Ghana News Agency", "GNA", "gna.org.gh"),
    _agency("KNA Kenya", "Kenya News Agency", "", "kenyanews.go.ke"),
    _agency("SAnews", "SAnews.gov.za|South African Government News Agency", "", "sanews.gov.za"),
    _agency("PANA", "Panapress|Panafrican News Agency", "PANA", "panapress.com"),
    _agency("States Newsroom", "States Newsroom", "", "statesnewsroom.com"),
    _agency("Tribune News Service", "Tribune News Service|Tribune Content Agency", "TNS", "tribunenewsservice.com"),
)
# fmt: on

# The job, not the name: "AP Sports Writer", "Reuters Staff", "PTI Correspondent", "dpa-Korrespondent".
_ROLE = re.compile(
    r"(?:[ -](?:staff|news|newsroom|agency|agencies|agence|agencia|agentur|wire|service|feed|reporters?"
    r"|writers?|correspondents?|bureau|redaktion|redacción|redaction|sports?|business|national"
    r"|political|science|medical|health|economics|legal|entertainment|photographers?|journalists?"
    r"|international|global|editor|chief|with|en español))+$",
    re.IGNORECASE,
)
# The last words of those jobs; most names end with another word.
_ENDS = (
    "staff news newsroom agency agencies agence agencia agentur wire service feed reporter reporters writer writers"
    " correspondent correspondents bureau redaktion redaction sport sports business national political science medical"
    " health economics legal entertainment photographer photographers journalist journalists international global"
    " editor chief with"
)
_ROLE_ENDS = frozenset(_ENDS.split())
_LEAD = re.compile(r"(?:by|von|par|por|per|from|via|the|agencia|agence|agenzia|agência|©) +", re.I)
_LEADS = ("by ", "von ", "par ", "por ", "per ", "from ", "via ", "the ", "agencia ", "agence ",
    "agenzia ")  # fmt: skip
_SEPARATES = re.compile(r"[;,/|&+·•]|\b(?:and|und|y|et)\b")
_BETWEEN = re.compile(r"\s*(?:[;,/|&+·•]|\band\b|\bund\b|\by\b|\bet\b)\s*")

# Shortest name that may follow a writer's own name ("JANE DOE Associated Press"); a shorter one
# could be the end of a person's name.
_LONG = 10

_SLUGS = {slug: row.name for row in AGENCIES for slug in (row.name, *row.slugs)}
_NAMES = {name.casefold(): row.name for row in AGENCIES for name in row.names}
_DOMAINS = {domain: row.name for row in AGENCIES for domain in row.domains}
_ENDINGS = tuple(f" {name}" for name in _NAMES if len(name) >= _LONG and name.isascii())
_LAST_WORDS = frozenset(ending.rpartition(" ")[2] for ending in _ENDINGS)

# What metadata makes of "dpa" and "AFP" when it capitalises authors; other slugs of that shape
# ("Ani", "Petra", "Beta") are names of people and things.
_CAPITALISED = {"Afp": "AFP", "Dpa": "dpa", "Pti": "PTI", "Ians": "IANS", "Upi": "UPI", "Ap": "AP"}

# Longest text worth looking at; a byline is a line.
_MAX_LENGTH = 200


@functools.lru_cache(maxsize=1024)  # a dump has many documents of a host
def agency_of_domain(host: str) -> str | None:
    """Return the agency whose own site a host is, subdomains included.

    >>> agency_of_domain("uk.reuters.com"), agency_of_domain("notreuters.com")
    ('Reuters', None)
    """
    labels = host.casefold().rstrip(".").split(".")
    for start in range(max(len(labels) - 5, 0), len(labels) - 1):
        if name := _DOMAINS.get(".".join(labels[start:])):
            return name
    return None


def _without_role(piece: str) -> str:
    """Return a name without the job behind it."""
    if piece.isascii() and "\n" not in piece:
        last = piece[max(piece.rfind(" "), piece.rfind("-")) + 1 :]
        if last.lower() not in _ROLE_ENDS:
            return piece
    return _ROLE.sub("", piece)


def _without_lead(piece: str) -> str:
    """Return a name without the word before it: ``By Reuters``."""
    if piece.isascii():
        folded = piece.lower()
        if not any(map(folded.__contains__, _LEADS)):
            return piece
    return _LEAD.sub("", piece, count=1)


def _of_piece(piece: str) -> str | None:
    """Return the agency of one name."""
    piece = piece.strip(" .()[]{}\"'«»“”–—-:@/")
    found = _SLUGS.get(piece) or _NAMES.get(piece.casefold()) or _CAPITALISED.get(piece)
    if found or not (" " in piece or "-" in piece):
        return found
    bare = _without_role(piece)
    for form in (bare, _without_lead(piece)):
        if form is piece:
            continue
        found = _SLUGS.get(form) or _NAMES.get(form.casefold()) or _CAPITALISED.get(form)
        if found:
            return found
    folded = bare.casefold()
    if folded.rpartition(" ")[2] in _LAST_WORDS and folded.endswith(_ENDINGS):
        ending = max((e for e in _ENDINGS if folded.endswith(e)), key=len)
        return _NAMES[ending[1:]]
    return None


def _of_own_piece(piece: str, own: Sequence[str]) -> str | None:
    """Return the agency among some names, in any case if it is not all capitals, of one name."""
    piece = piece.strip(" .()[]{}\"'«»“”–—-:@/")
    for form in (piece, _without_lead(piece), _without_role(_without_lead(piece))):
        for name in own:
            if form == name or (not name.isupper() and form.casefold() == name.casefold()):
                return name
            ending = f" {name.casefold()}"
            if len(name) >= _LONG and name.isascii() and form.casefold().endswith(ending):
                return name
    return None


def agency_of_name(text: str, own: Sequence[str] = ()) -> str | None:
    """Return the first agency that a byline, a credit or a parenthesis names, else None.

    Only for places where a name is expected: an author field, the inside of ``(AFP/Xinhua)``.
    A sentence that mentions an agency among other words gives None.

    Args:
        text: The text.
        own: Names of further agencies.

    >>> agency_of_name("JANE DOE; Associated Press"), agency_of_name("Reuters Staff")
    ('AP', 'Reuters')
    >>> agency_of_name("Petra Beta") is None
    True
    >>> agency_of_name("Jane Doe, Interwire", ["Interwire"])
    'Interwire'
    """
    if len(text) > _MAX_LENGTH:
        return None
    for piece in (text, *_BETWEEN.split(text)) if own else ():
        if found := _of_own_piece(piece, own):
            return found
    if not _SEPARATES.search(text):
        return _of_piece(text)
    return next(filter(None, map(_of_piece, (text, *_BETWEEN.split(text)))), None)


def agency_at_end(
    text: str, *, start: bool = False, own: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Return (agency, name as written) if a text in a script without spaces ends with one.

    Args:
        text: The text.
        start: Whether to look at its start instead.
        own: Names of further agencies.

    >>> agency_at_end("北京時事"), agency_at_end("新华社北京11月3日电", start=True)
    (('Jiji', '時事'), ('Xinhua', '新华社'))
    """
    for name in (*own, *_UNSPACED):
        if text.startswith(name) if start else text.endswith(name):
            return _NAMES.get(name) or _SLUGS.get(name) or name, name
    return None


# Longest first, so that "共同通信社" is not read as "共同".
_UNSPACED = sorted(
    (
        name
        for name in (*_NAMES, *_SLUGS)
        if re.search("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", name)
    ),
    key=lambda name: (-len(name), name),
)
