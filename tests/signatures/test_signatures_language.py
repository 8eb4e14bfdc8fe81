import importlib.metadata
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.kernels.language import look_up_terms
from dedup.signatures.language import BUCKET_BITS, TABLE, best_language, languages_of, tables
from dedup.signatures.terms import terms

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_languages.py"

NEWS = {
    "en": "The harbour authority said on Monday that the ferry would stay in port until the engine"
    " had been repaired. About two hundred passengers were taken to the mainland by bus. It"
    " was the third time this year that the ship could not leave, and the mayor has asked for"
    " a report.",
    "de": "Die Hafenbehörde teilte am Montag mit, dass die Fähre im Hafen bleibt, bis der Motor"
    " repariert ist. Rund zweihundert Fahrgäste wurden mit Bussen auf das Festland gebracht."
    " Es war das dritte Mal in diesem Jahr, dass das Schiff nicht auslaufen konnte.",
    "fr": "Les autorités du port ont annoncé lundi que le ferry resterait à quai jusqu'à ce que le"
    " moteur soit réparé. Environ deux cents passagers ont été conduits sur le continent en"
    " autocar. C'est la troisième fois cette année que le navire ne peut pas partir.",
    "es": "Las autoridades del puerto informaron el lunes de que el barco no saldrá hasta que se"
    " repare el motor. Unos doscientos pasajeros fueron llevados a la península en autobús. Es"
    " la tercera vez este año que el buque no puede salir y el alcalde ha pedido un informe.",
    "pt": "As autoridades do porto informaram na segunda-feira que o barco não sairá até que o"
    " motor seja reparado. Cerca de duzentos passageiros foram levados para o continente de"
    " ônibus. É a terceira vez neste ano que o navio não consegue partir, e o prefeito pediu"
    " um relatório.",
    "ca": "Les autoritats del port van informar dilluns que el vaixell no sortirà fins que no es"
    " repari el motor. Uns dos-cents passatgers van ser portats a terra ferma amb autobús. És"
    " la tercera vegada aquest any que el vaixell no pot sortir i l'alcalde ha demanat un"
    " informe.",
    "it": "Le autorità del porto hanno annunciato lunedì che il traghetto resterà fermo finché il"
    " motore non sarà riparato. Circa duecento passeggeri sono stati portati sulla terraferma"
    " in autobus. È la terza volta quest'anno che la nave non può partire.",
    "nl": "De havendienst heeft maandag laten weten dat de veerboot in de haven blijft tot de motor"
    " is gerepareerd. Ongeveer tweehonderd passagiers zijn met bussen naar het vasteland"
    " gebracht. Het was de derde keer dit jaar dat het schip niet kon vertrekken.",
    "sv": "Hamnmyndigheten meddelade på måndagen att färjan stannar i hamn tills motorn har"
    " reparerats. Omkring tvåhundra passagerare fick åka buss till fastlandet. Det var tredje"
    " gången i år som fartyget inte kunde lämna ön, och kommunen har begärt en rapport.",
    "da": "Havnemyndighederne oplyste mandag, at færgen bliver i havn, indtil motoren er blevet"
    " repareret. Omkring to hundrede passagerer blev kørt til fastlandet i busser. Det er"
    " tredje gang i år, at skibet ikke har kunnet sejle, og borgmesteren har nu bedt om en"
    " redegørelse af selskabet, som siger, at det er meget ked af det.",
    "nb": "Havnemyndighetene opplyste mandag at ferga blir liggende til motoren er reparert. Rundt"
    " to hundre passasjerer ble kjørt til fastlandet med buss. Det er tredje gang i år at"
    " skipet ikke har kunnet gå, og ordføreren har bedt om en redegjørelse fra selskapet, som"
    " sier at de er lei seg for det som har skjedd.",
    "fi": "Satamaviranomaiset kertoivat maanantaina, että lautta pysyy satamassa kunnes moottori on"
    " korjattu. Noin kaksisataa matkustajaa vietiin mantereelle bussilla. Tämä on jo kolmas"
    " kerta tänä vuonna, kun alus ei ole voinut lähteä, ja kaupunki on pyytänyt asiasta"
    " selvityksen.",
    "pl": "Władze portu poinformowały w poniedziałek, że prom pozostanie w porcie do czasu naprawy"
    " silnika. Około dwustu pasażerów zostało przewiezionych na ląd autobusami. To już trzeci"
    " raz w tym roku, kiedy statek nie mógł wypłynąć, a burmistrz poprosił o raport w tej"
    " sprawie.",
    "cs": "Správa přístavu v pondělí oznámila, že trajekt zůstane v přístavu, dokud nebude opraven"
    " motor. Asi dvě stě cestujících bylo na pevninu převezeno autobusy. Je to již potřetí v"
    " tomto roce, kdy loď nemohla vyplout, a starosta si vyžádal zprávu o tom, co se stalo.",
    "sk": "Správa prístavu v pondelok oznámila, že trajekt zostane v prístave, kým nebude opravený"
    " motor. Asi dvesto cestujúcich previezli na pevninu autobusmi. Je to už tretíkrát v tomto"
    " roku, čo loď nemohla vyplávať, a primátor si vyžiadal správu o tom, čo sa stalo."
    " Spoločnosť hovorí, že ju to mrzí a že loď by mala byť opravená ešte tento týždeň.",
    "sh": "Lučka uprava je u ponedjeljak objavila da će trajekt ostati u luci dok se motor ne"
    " popravi. Oko dvjesto putnika prevezeno je autobusima na kopno. To je već treći put ove"
    " godine da brod nije mogao isploviti, a gradonačelnik je zatražio izvještaj o tome što se"
    " dogodilo.",
    "hu": "A kikötő vezetése hétfőn azt közölte, hogy a komp a kikötőben marad, amíg a motort meg"
    " nem javítják. Mintegy kétszáz utast busszal vittek a szárazföldre. Ebben az évben ez már"
    " a harmadik eset, hogy a hajó nem tudott elindulni, és a polgármester jelentést kért.",
    "ro": "Autoritățile portului au anunțat luni că feribotul va rămâne în port până când motorul"
    " va fi reparat. Aproximativ două sute de pasageri au fost duși pe continent cu"
    " autobuzele. Este a treia oară în acest an când nava nu a putut pleca, iar primarul a"
    " cerut un raport.",
    "tr": "Liman yönetimi pazartesi günü yaptığı açıklamada, motor tamir edilene kadar feribotun"
    " limanda kalacağını söyledi. Yaklaşık iki yüz yolcu otobüslerle anakaraya götürüldü. Bu"
    " yıl geminin kalkamadığı üçüncü olay olduğu için belediye başkanı bir rapor istedi.",
    "ru": "Администрация порта сообщила в понедельник, что паром останется в порту, пока не будет"
    " отремонтирован двигатель. Около двухсот пассажиров доставили на материк автобусами. Это"
    " уже третий раз за год, когда судно не смогло выйти в море, и мэр потребовал доклад о"
    " том, что произошло.",
    "uk": "Адміністрація порту повідомила в понеділок, що пором залишиться в порту, доки не буде"
    " відремонтовано двигун. Близько двохсот пасажирів доставили на материк автобусами. Це вже"
    " третій раз за рік, коли судно не змогло вийти в море, і мер попросив надати звіт про"
    " те, що сталося.",
    "bg": "Управлението на пристанището съобщи в понеделник, че фериботът ще остане на кея, докато"
    " двигателят не бъде поправен. Около двеста пътници бяха откарани на сушата с автобуси."
    " Това е третият път тази година, когато корабът не може да тръгне, и кметът поиска"
    " доклад.",
    "mk": "Управата на пристаништето соопшти во понеделникот дека траектот ќе остане на кејот"
    " додека не се поправи моторот. Околу двесте патници беа однесени на копно со автобуси."
    " Ова е третпат оваа година бродот да не може да тргне, а градоначалникот побара извештај"
    " за тоа што се случило.",
    "el": "Οι λιμενικές αρχές ανακοίνωσαν τη Δευτέρα ότι το πλοίο θα παραμείνει στο λιμάνι μέχρι να"
    " επισκευαστεί η μηχανή. Περίπου διακόσιοι επιβάτες μεταφέρθηκαν στην ηπειρωτική χώρα με"
    " λεωφορεία.",
    "ar": "أعلنت سلطات الميناء يوم الاثنين أن العبارة ستبقى في الميناء إلى أن يتم إصلاح المحرك. وتم"
    " نقل نحو مئتي راكب إلى البر الرئيسي في الحافلات. وهذه هي المرة الثالثة هذا العام التي لم"
    " تتمكن فيها السفينة من المغادرة، وقد طلب رئيس البلدية تقريرا عن ما حدث بعد ذلك.",
    "fa": "مقام‌های بندر روز دوشنبه اعلام کردند که کشتی تا زمان تعمیر موتور در بندر خواهد ماند."
    " حدود دویست مسافر با اتوبوس به خشکی برده شدند. این سومین بار در این سال است که کشتی"
    " نتوانسته است حرکت کند و شهردار از شرکت خواسته است که گزارش خود را درباره این موضوع بدهد.",
    "ur": "بندرگاہ کے حکام نے پیر کو بتایا کہ جہاز اس وقت تک بندرگاہ میں رہے گا جب تک انجن ٹھیک"
    " نہیں ہو جاتا۔ تقریبا دو سو مسافروں کو بسوں کے ذریعے شہر لے جایا گیا۔ اس سال یہ تیسری بار"
    " ہے کہ جہاز روانہ نہیں ہو سکا اور میئر نے کمپنی سے رپورٹ مانگی ہے۔",
    "he": "רשות הנמל הודיעה ביום שני כי המעבורת תישאר בנמל עד שהמנוע יתוקן. כמאתיים נוסעים הועברו"
    " אל היבשה באוטובוסים. זו הפעם השלישית השנה שבה הספינה לא יכלה לצאת, וראש העיר ביקש דוח על"
    " מה שקרה. גם החברה אמרה כי היא לא יודעת מתי זה יהיה.",
    "hi": "बंदरगाह के अधिकारियों ने सोमवार को कहा कि जब तक इंजन ठीक नहीं हो जाता, तब तक जहाज"
    " बंदरगाह में ही रहेगा। करीब दो सौ यात्रियों को बसों से शहर ले जाया गया। इस साल यह तीसरी"
    " बार है कि जहाज नहीं निकल सका और मेयर ने इस पर रिपोर्ट मांगी है।",
    "vi": "Ban quản lý cảng cho biết hôm thứ hai rằng chiếc phà sẽ ở lại cảng cho đến khi động cơ"
    " được sửa xong. Khoảng hai trăm hành khách đã được đưa vào đất liền bằng xe buýt. Đây là"
    " lần thứ ba trong năm nay con tàu không thể rời đảo và thành phố đã yêu cầu một báo cáo.",
    "zh": "港务局周一表示，渡轮将停在港内，直到发动机修好为止。大约两百名乘客乘坐巴士前往大陆。"
    "这是今年以来该船第三次无法出航，市长已经要求提交报告。",
    "ja": "港湾当局は月曜日、エンジンの修理が終わるまでフェリーを港に留め置くと発表した。"
    "約二百人の乗客はバスで本土へ運ばれた。船が出港できなかったのは今年で三回目となる。",
    "ko": "항만 당국은 월요일 엔진이 수리될 때까지 여객선이 항구에 머물 것이라고 밝혔다. 승객 약"
    " 이백 명은 버스를 타고 육지로 이동했다. 배가 떠나지 못한 것은 올해 들어 세 번째이며 시장은"
    " 보고서를 요구했다.",
}

# Of languages without a list, close to one that has.
COUSINS = {
    "galician": "As autoridades do porto informaron o luns de que o barco non sairá ata que se"
    " amañe o motor. Uns douscentos pasaxeiros foron levados á península nun autobús. É a"
    " terceira vez neste ano que o buque non pode saír e o alcalde pediu un informe á compañía.",
    "belarusian": "Адміністрацыя порта паведаміла ў панядзелак, што паром застанецца ў порце,"
    " пакуль не будзе адрамантаваны рухавік. Каля двухсот пасажыраў даставілі на мацярык"
    " аўтобусамі. Гэта ўжо трэці раз за год, калі судна не змагло выйсці ў мора.",
    "serbian-cyrillic": "Лучка управа је у понедељак саопштила да ће трајект остати у луци док"
    " се мотор не поправи. Око двеста путника превезено је аутобусима на копно. То је већ"
    " трећи пут ове године да брод није могао да исплови, а градоначелник је затражио извештај.",
    "estonian": "Sadama juhtkond teatas esmaspäeval, et praam jääb sadamasse, kuni mootor on"
    " parandatud. Umbes kakssada reisijat viidi bussidega mandrile. See on juba kolmas kord"
    " sel aastal, kui laev ei saanud väljuda, ja linnapea on palunud selle kohta aruannet.",
    "thai": "การท่าเรือแถลงเมื่อวันจันทร์ว่าเรือข้ามฟากจะจอดอยู่ที่ท่าจนกว่าเครื่องยนต์จะซ่อมเสร็จ",
}

UNSURE = {
    "empty": "",
    "two words": "Breaking news",
    "a headline": "Ferry stays in port as the engine is repaired",
    "numbers": "12.5 13 2019 1,300 44 7 8 9 10:30 11 15 16 17 18 19 20 21 22 23 24 25 26",
    "names": "Maria Kowalska, Jonas Lindqvist, Ahmed Mansour, Yuki Tanaka, Pedro Alvarez,"
    " Ivan Petrov, Chloe Dubois, Hans Gruber, Olga Smirnova, Luca Bianchi, Erik Hansen,"
    " Zoltan Nagy",
    "emoji": "\U0001f600 " * 40,
    "broken": "\ud800\udfff " * 40,
}


def recognised(*texts):
    return languages_of(texts, *terms(texts))


@pytest.mark.parametrize("language", NEWS)
def test_a_news_text_is_in_its_own_language(language):
    assert recognised(NEWS[language]) == [language]


@pytest.mark.parametrize("name", COUSINS)
def test_a_language_without_a_list_is_not_taken_for_its_cousin(name):
    assert recognised(COUSINS[name]) == [None]


@pytest.mark.parametrize(("language", "cousin"), [("id", "ms"), ("ms", "id")])
def test_indonesian_and_malay_are_never_taken_for_each_other(language, cousin):
    text = {
        "id": "Pihak pelabuhan mengatakan pada hari Senin bahwa kapal itu tetap berada di pelabuhan"
        " sampai mesinnya selesai diperbaiki. Sekitar dua ratus penumpang dibawa ke kota dengan bus"
        " karena tidak bisa menunggu. Ini adalah ketiga kalinya tahun ini kapal tidak bisa pergi.",
        "ms": "Pihak pelabuhan berkata pada hari Isnin bahawa kapal itu akan kekal di pelabuhan"
        " sehingga enjinnya selesai dibaiki. Kira-kira dua ratus penumpang dibawa ke bandar dengan"
        " bas kerana tidak boleh menunggu. Ini kali ketiga tahun ini kapal tidak dapat bertolak.",
    }[language]
    assert recognised(text)[0] in (language, None)


@pytest.mark.parametrize("name", UNSURE)
def test_a_text_without_enough_words_of_a_language_is_in_none(name):
    assert recognised(UNSURE[name]) == [None]


def test_a_text_half_in_one_language_and_half_in_another_is_in_one_of_them_or_none():
    assert recognised(NEWS["en"] + " " + NEWS["es"])[0] in ("en", "es", None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (NEWS["zh"] + " iPhone, Samsung Galaxy, Microsoft Windows", "zh"),
        (NEWS["zh"].replace("渡轮", "の渡轮", 1), "zh"),
        ("港務局週一表示，渡輪將停在港內，直到發動機修好為止。大約兩百名乘客乘坐巴士前往。", "zh"),
        (NEWS["en"] + " 港务局周一表示 항만 당국은 월요일", "en"),
        (NEWS["zh"] + "フェリー", None),
    ],
    ids=["brand names", "one kana", "traditional", "a quote", "some kana"],
)
def test_the_script_that_most_of_a_text_is_in_decides(text, language):
    assert recognised(text) == [language]


def test_only_the_lead_of_a_text_is_read():
    assert recognised(NEWS["de"] * 12 + NEWS["en"] * 40) == ["de"]


def test_no_texts_have_no_languages():
    assert recognised() == []


def test_what_stands_beside_a_text_in_its_batch_changes_nothing():
    texts = [*NEWS.values(), *UNSURE.values(), *COUSINS.values()]
    expected = [recognised(text)[0] for text in texts]
    assert recognised(*texts) == expected
    assert recognised(*texts[::-1] * 5) == expected[::-1] * 5


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=400) | st.sampled_from([*NEWS.values()]), max_size=5))
def test_any_texts_are_in_a_known_language_or_in_none(texts):
    known = {*tables().languages, "zh", "ja", "ko", "el", "ta", None}
    assert len(recognised(*texts)) == len(texts)
    assert set(recognised(*texts)) <= known


@given(st.lists(st.integers(0, 2**29 - 1), max_size=50))
def test_terms_are_found_as_a_binary_search_finds_them(numbers):
    known = tables()
    strangers = np.array([8 * number for number in numbers], np.uint32)
    words = np.random.default_rng(len(numbers)).choice(known.hashes[:-1], 60)
    both = np.concatenate([strangers, words])
    bounds = np.array([0, strangers.size, both.size])
    asked, gained = np.empty(2, np.int64), np.zeros((2, known.other.size))
    rows, row_bounds = np.empty(both.size, np.int64), np.zeros(3, np.int64)
    look_up_terms(
        both, bounds, both.size, known.hashes, known.begins, BUCKET_BITS, known.depth, known.gain,
        asked, gained, rows, row_bounds,
    )  # fmt: skip
    right = np.isin(both, known.hashes)
    expected = np.searchsorted(known.hashes, both[right])
    assert asked.tolist() == [strangers.size, words.size]
    assert rows[: row_bounds[2]].tolist() == expected.tolist()
    assert np.allclose(gained.sum(axis=0), known.gain[expected].sum(axis=0, dtype=np.float64))


@pytest.mark.parametrize(
    ("stated", "guessed", "language"),
    [
        ("en", "de", "de"), (None, "de", "de"), ("EN-us", None, "en"), ("hr", None, "sh"),
        ("th", None, "th"), ("auto", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_the_guessed_language_goes_before_the_stated_one(stated, guessed, language):
    assert best_language(stated, guessed) == language


@pytest.mark.slow
def test_the_table_is_what_wordfreqs_lists_give():
    made_with = json.loads(TABLE.read_text("utf-8"))["wordfreq"]
    if made_with != importlib.metadata.version("wordfreq"):
        pytest.skip(f"the table was made with wordfreq {made_with}")
    spec = importlib.util.spec_from_file_location("make_languages", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert TABLE.read_text("utf-8") == script.table()
