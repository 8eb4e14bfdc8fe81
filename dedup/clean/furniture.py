"""Remove whole lines that extractors leave and that are not the article, group by group.

The tables are made for precision: a pattern must fit the whole folded line, a line longer than its
group allows is never looked at, and what could be a sentence counts only near the top or the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dedup.clean.wire import MONTHS
from dedup.models import Draft, Removal


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of furniture.

    Attributes:
        name: Name of the step.
        limit: Longest line looked at.
        phrases: Whole folded lines that go wherever they stand.
        anywhere: Fits a folded line that goes wherever it stands, or None.
        edges: Tells of a folded line whether it goes when it is near the top or the end, or None.
    """

    name: str
    limit: int
    phrases: frozenset[str] = frozenset()
    anywhere: re.Pattern[str] | None = None
    edges: Callable[[str], object] | None = None


HEAD_LINES = 4
"""Remaining lines at the top that count as near the top."""

TAIL_LINES = 6
"""Remaining lines at the end that count as near the end."""

# A line is matched without these at either side.
_TRIMMED = " \t[](){}<>«»|*•·‣▶►➤→›»-–—:：.!…_~#=+✓★☆❤"


def _folded(line: str) -> str:
    """Return a line as it is compared: folded, without bullets and brackets around it."""
    return line.strip(_TRIMMED).casefold()


def _phrases(*rows: str) -> frozenset[str]:
    """Return the phrases of a table, parted by ``|``, as lines are compared."""
    return frozenset(_folded(phrase) for row in rows for phrase in row.split("|"))


def _pattern(*alternatives: str) -> re.Pattern[str]:
    """Compile alternatives, none of which may nest quantifiers, into one pattern."""
    return re.compile("|".join(alternatives))


# ---- related articles -----------------------------------------------------------------------

_RELATED = _phrases(
    "related|related article|related articles|related story|related stories|related news|related content"
    "|related coverage|related link|related links|related topics|related reading|related posts|related video"
    "|related videos|read more|read also|read next|read this|read on|also read|also see|also watch|see also"
    "|see more|watch more|more on this|more on this story|more from|more|must read|don't miss|dont miss"
    "|don’t miss|recommended|recommended for you|recommended stories|recommended reading|you may also like"
    "|you might also like|you may like|you might like|you might be interested in|you may have missed"
    "|most read|most popular|popular now|trending|trending now|trending stories|top stories|latest news"
    "|latest stories|editor's picks|editors' picks|editor’s picks|editor's choice|up next|next article"
    "|previous article|in case you missed it|more stories|more news|more coverage|more in this section"
    "|further reading|promoted stories|from our partners|around the web|read more here|read more about"
    "|read the full story|full story|full coverage|in other news|other stories|watch|watch now|watch also",
    "mehr zum thema|lesen sie auch|lesen sie mehr|lesen sie dazu auch|lesen sie hier|lesen sie hierzu"
    "|auch interessant|das könnte sie auch interessieren|das könnte dich auch interessieren"
    "|das könnte ihnen auch gefallen|mehr dazu|mehr lesen|weiterlesen|weitere artikel|weitere themen"
    "|weitere nachrichten|weiterführende links|weitere informationen|zum thema|passend dazu|mehr aus"
    "|mehr nachrichten|meistgelesen|meistgelesene artikel|lesetipp|lesetipps|mehr von|siehe auch"
    "|empfohlen|empfehlungen der redaktion|ähnliche artikel|verwandte themen|verwandte artikel|mehr über",
    "lea también|lee también|leer más|lee más|ver más|más información|más noticias|noticias relacionadas"
    "|artículos relacionados|te puede interesar|te puede gustar|también te puede interesar|le puede interesar"
    "|también puedes leer|lo más leído|lo más visto|puedes leer|te recomendamos|no te pierdas|relacionado"
    "|relacionadas|además lee|lea además|lea más|vea también|mira también|sigue leyendo|seguir leyendo",
    "à lire aussi|a lire aussi|lire aussi|à lire également|lire également|à voir aussi|voir aussi|lire la suite"
    "|lire plus|en savoir plus|sur le même sujet|articles liés|articles similaires|les plus lus|à lire"
    "|vous aimerez aussi|pour aller plus loin|plus d'actualités|a voir aussi",
    "leggi anche|leggi di più|leggi tutto|leggi l'articolo|potrebbe interessarti|potrebbe interessarti anche"
    "|ti potrebbe interessare|potrebbe anche interessarti|articoli correlati|notizie correlate|i più letti"
    "|vedi anche|guarda anche|per approfondire|approfondimenti|da non perdere",
    "leia também|leia mais|veja também|veja mais|saiba mais|notícias relacionadas|mais lidas|você pode gostar"
    "|matérias relacionadas|artigos relacionados|confira também|assista também|continue lendo|leia ainda",
    "читайте также|читать также|смотрите также|читайте по теме|читать далее|читать дальше|по теме"
    "|материалы по теме|новости по теме|еще по теме|ещё по теме|подробнее|самое читаемое|рекомендуем"
    "|читайте ще|читайте також|детальніше|ранее по теме|популярное",
    "相关阅读|相关新闻|相关报道|推荐阅读|延伸阅读|更多新闻|更多阅读|热门推荐|相關新聞|相關報導|延伸閱讀|推薦閱讀|看更多"
    "|更多報導|関連記事|関連リンク|関連ニュース|あわせて読みたい|おすすめ記事|続きを読む|관련기사|관련 기사|인기기사|주요뉴스"
    "|많이 본 뉴스|더보기",
    "اقرأ أيضا|اقرأ أيضاً|إقرأ أيضا|اقرأ المزيد|مواضيع ذات صلة|أخبار ذات صلة|شاهد أيضا|شاهد أيضاً|المزيد|قد يهمك"
    "|قد يعجبك|بیشتر بخوانید|اخبار مرتبط",
    "les også|les mer|læs også|læs mere|läs även|läs också|läs mer|lees ook|lees meer|lue myös|lue lisää"
    "|czytaj też|czytaj także|czytaj więcej|zobacz także|zobacz też|čtěte také|přečtěte si|přečtěte si také"
    "|prečítajte si aj|čítajte aj|pročitajte još|pročitajte i|pročitaj još|preberite še|olvasta már|olvass tovább"
    "|citește și|citiți și|vezi și|прочетете още|διαβάστε επίσης|διαβάστε ακόμα|baca juga|baca lagi|lihat juga"
    "|simak juga|xem thêm|đọc thêm|tin liên quan|ilgili haberler|bunlar da ilginizi çekebilir|ayrıca oku"
    "|यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|আরও পড়ুন|skaitykite taip pat|lasi arī|loe ka|loe lisaks|soma zaidi|soma pia",
)

# "Most read in Football", "Popular on IndieWire", "More from the Guardian".
_RELATED_OF = (
    r"(?:(?:most|also) (?:read|popular|viewed|watched)|popular|trending|top stories|more stories|more news"
    r"|latest|recommended|meistgelesen|mehr|lo más leído|les plus lus) (?:in|on|from|at|by|auf|bei|in der|en|sur|aus)"
    r" (?:\S{1,30} ){0,4}\S{1,30}"
)

RELATED = Group(
    "related",
    240,
    _RELATED,
    _pattern(
        _RELATED_OF,
        # "Minister furious at rival's jibe [INSIGHT]": how some sites mark links in the text
        r".{10,200}\[(?:video|insight|reaction|photos|pictures|watch|analysis|comment|report|opinion"
        r"|latest|update|exclusive|interview|gallery|live|podcast|quiz|revealed)",
    ),
)

# "Read more: ..." in any language of the table; a dash only behind two words or more, because
# "More - the play - ..." is a sentence.
_LED = re.compile(r"([^:：|>›→▶►–—-]{2,40}?) ?(?:([:：|>›→▶►])|[–—-]) ?(?=.{2,200}$)")
_BOX_OF = re.compile(_RELATED_OF)
# Most entries of a box taken after its heading; longer lists are found by the host's residue.
_MAX_BOX = 12
_MAX_ENTRY = 180

# ---- pictures -------------------------------------------------------------------------------

_PICTURE = (
    r"(?:(?:file |stock |handout |representational |representative |main |lead |featured |top |cover )?"
    r"(?:photo|photos|photograph|photographs|picture|pictures|pic|pics|image|images|illustration)"
    r"|symbolfoto|symbolbild|archivbild|archivfoto|foto|fotos|fotografía|imagen|imágenes|bild|bilder|bildquelle"
    r"|photographie|crédit photo|crédits photo|crédit|credit|credits|immagine|imagem|crédito|créditos|fotoğraf|kép|zdjęcie|fot"
    r"|foto di|bildnachweis|фото|фотография|иллюстрация|снимок|图|图片|图片来源|圖|圖片|写真|사진|صورة|الصورة|تصوير|gambar|ảnh)"
)
_HOUSES = (
    r"(?:getty(?: images)?|ap photo|ap images|shutterstock|istock(?:photo)?|alamy(?: stock photo)?|epa-efe|picture alliance"
    r"|picture-alliance|imago(?: images)?|zuma press|pixabay|unsplash|pexels|depositphotos|adobe stock|wikimedia commons"
    r"|via getty images|afp via getty|file photo|archive photo|courtesy photo|handout|photo supplied|dreamstime)"
)
PHOTO = Group(
    "photo",
    360,
    _phrases(
        "view gallery|view image in fullscreen|open image modal|enlarge this image|enlarge image|hide caption|toggle caption"
        "|view slideshow|photo gallery|gallery|image|photo|photos|foto|bild|bild vergrößern|bildergalerie|zur galerie"
        "|see gallery|full screen|fullscreen|slideshow|representational image|representative image|file photo|ampliar"
    ),
    _pattern(
        rf"{_PICTURE}(?: (?:credits?|source|sources|caption|by|courtesy(?: of)?|via|from|for illustration|d'illustration|de archivo"
        rf"|used for representation(?: purposes?)?(?: only)?))?\s?(?:[:：©/|]|, |– |— ).{{2,240}}",
        r"(?:image|photo|picture) (?:source|caption|credit)s?,? .{2,200}",
        rf"{_PICTURE} (?:credits?|by|courtesy of) .{{2,80}}",
        r"file (?:photo|picture|image)? ?(?:[:：]|[–—-]{1,2}) ?.{2,360}",
        rf"(?:.{{1,60}}[/|,] ?)?{_HOUSES}(?:[/|,] ?.{{1,60}})?",
        rf".{{3,330}}[(\[](?:[^()\[\]]{{0,60}}[ /|:])?(?:{_HOUSES}|photo|photos|picture|image|foto|fotos|bild|photograph|фото)"
        r"(?: (?:by|credit|courtesy|von|de|di))?(?:[ /|:：][^()\[\]]{1,80})?",
        rf".{{3,330}}[.!?”\"»|] ?{_PICTURE}(?: (?:by|credit|courtesy(?: of)?|source))?\s?[:：] ?[^.!?]{{2,70}}",
        r".{3,330}[.!?”\"»)] (?:reuters|afp|epa|ap photo|getty images|xinhua|bloomberg|ntb|pa) ?/ ?[^.!?]{2,50}",
        r"(?:click|tap) (?:on )?(?:the )?(?:image|photo|picture) to (?:enlarge|zoom|expand)",
    ),
)

# ---- buttons, counters, players -------------------------------------------------------------

BUTTONS = Group(
    "buttons",
    170,
    _phrases(
            "share|share this|share this article|share this story|share this post|share this page|share article|share on facebook"
            "|share on twitter|share on x|share on whatsapp|share on linkedin|share via email|share link|copy link|link copied"
            "|tweet|tweet this|email|e-mail|email this|print|print this|print this article|save|save article|save this article"
            "|bookmark|like|comment|comments|comment on this story|view comments|show comments|join the conversation"
            "|leave a comment|leave a reply|post a comment|post comment|add a comment|write a comment|be the first to comment"
            "|what do you think|have your say|reply|report|facebook|twitter|whatsapp|linkedin|telegram|pinterest|reddit|instagram"
            "|youtube|tiktok|flipboard|messenger|x|gift this article|gift article|give this article|a+|a-|aa|text size|font size"
            "|listen|listen to this article|listen to article|listen now|play|play video|play audio|watch video|video|audio"
            "|watch live|embed|loading|menu|search|home|back|next|previous|close|top|back to top|return to top|top of page"
            "|go to top|skip to content|skip to main content|article content|story continues|continue reading|read full article"
            "|show more|load more|view more|view all|see all|explore|explore further|learn more|find out more|click here"
            "|advertisement|advertisements|ad|ads|advertising|sponsored|sponsored content|paid content|promoted|promoted content"
            "|story continues below|story continues below advertisement|article continues below|article continues after ad"
            "|article continues below advertisement|article continues after advertisement|advertisement - story continues below"
            "|continue reading below|scroll to continue|scroll to continue with content|advertise with us|remove ads|report this ad"
            "|sign in|log in|login|register|sign up|sign up now|subscribe|subscribe now|subscribe today|donate|donate now"
            "|support us|join us|accept|accept all|submit|download|download now|buy now|shop now|tags|topics|keywords"
            "|filed under|in this article|topics in this article|key points|story highlights|correction|corrections",
            "teilen|artikel teilen|merken|drucken|kommentare|kommentieren|zu den kommentaren|kommentar schreiben|anzeige|werbung"
            "|vorlesen|artikel anhören|anhören|zum inhalt springen|nach oben|zurück|weiter|mehr|mehr anzeigen|abonnieren"
            "|jetzt abonnieren|anmelden|registrieren|schlagworte|themen|fehler melden|feedback|folgen|video|newsletter|startseite",
            "compartir|compartir en facebook|compartir en twitter|comentarios|comentar|imprimir|guardar|escuchar|publicidad|anuncio"
            "|suscríbete|suscribirse|iniciar sesión|regístrate|etiquetas|temas|archivado en|flecha|ver comentarios|seguir|enviar"
            "|copiar enlace|cerrar|volver|subir|más|ir a comentarios|escribe un comentario",
            "partager|partager cet article|partager sur facebook|partager sur twitter|commenter|commentaires|imprimer|enregistrer"
            "|écouter|écouter cet article|écouter l'article|publicité|s'abonner|abonnez-vous|je m'abonne|se connecter|réagir|lire"
            "|copier le lien|haut de page|retour en haut|fermer|suivre|mots-clés|thèmes",
            "condividi|condividi su facebook|commenta|commenti|stampa|salva|ascolta|ascolta l'articolo|pubblicità|abbonati|accedi"
            "|iscriviti|registrati|chiudi|invia|copia link|torna su|argomenti|seguici",
            "compartilhar|compartilhe|partilhar|comentários|comentar|imprimir|salvar|ouvir|ouça|publicidade|anúncio|assine|assine já"
            "|entrar|cadastre-se|fechar|copiar link|voltar ao topo|continua após a publicidade|continua depois da publicidade"
            "|seguir|tópicos|siga-nos",
            "поделиться|комментарии|комментировать|распечатать|реклама|на правах рекламы|подписаться|подпишитесь|войти|меню|слушать"
            "|оставить комментарий|наверх|теги|теги:|метки|копировать ссылку|сохранить|поділитися|коментарі|реклама:",
            "分享|评论|评论区|打印|收藏|广告|订阅|返回顶部|举报|字号|分享到|責任編輯|广告内容|評論|廣告|訂閱|列印|コメント|シェア|広告|印刷"
            "|공유|댓글|인쇄|광고|구독|스크랩|글자크기|기사공유",
            "شارك|مشاركة|تعليقات|التعليقات|طباعة|إعلان|اعلان|اشترك|استمع|حفظ|نسخ الرابط|اشتراک|تبلیغات",
            "del artikel|annonse|annonce|annons|skriv ut|udskriv|dela|kommentarer|deel|delen|advertentie|reacties|mainos"
            "|udostępnij|reklama|komentarze|komentarz|sdílet|diskuse|zdieľať|megosztás|hirdetés|distribuie|publicitate|paylaş"
            "|yorumlar|reklam|bagikan|komentar|iklan|advertisement:|chia sẻ|bình luận|quảng cáo|शेयर करें|विज्ञापन",
    ),
    _pattern(
        r"\d[\d.,]{0,9} ?[km]? ?(?:comments?|shares?|likes?|views?|retweets?|reactions?|replies|readers?|claps?|votes?|followers?"
        r"|kommentare?|aufrufe|comentarios?|vistas|commentaires?|partages?|vues|commenti|condivisioni|comentários?|visualizações"
        r"|комментари\w{1,3}|просмотр\w{0,3}|kommentarer|reacties|komentarzy|komentarze|yorum|次浏览|评论|阅读)",
        r"(?:comments?|shares?|likes?|views?|kommentare|comentarios|commentaires|commenti|комментарии|просмотров?|阅读|浏览)"
        r" ?[:：(]? ?\d[\d.,]{0,9} ?[km]?\)?",
        r"(?:(?:estimated |average )?(?:reading|read|listening) time ?[:：]? ?)?(?:\(?<? ?\d{1,3}(?:[:.]\d\d)? ?)(?:mins?|minutes?|minuten?"
        r"|minutos?|minuti|минут\w?|мин)(?: (?:read|to read|listen|watch|lesezeit|de lectura|de lecture|di lettura|de leitura|чтения))?\)?",
        r"(?:lesezeit|lesedauer|tiempo de lectura|temps de lecture|tempo di lettura|tempo de leitura|время чтения|leestijd|lästid"
        r"|lesetid|czas czytania|okuma süresi|阅读时间) ?[:：]? ?(?:ca\. ?|etwa )?\d{1,3} ?\S{0,10}",
        # the length of a film, with the day it was sent
        r"(?:\d{1,2}[./]\d{1,2}[./]\d{2,4} ?\| ?)?\d{1,3}:\d\d ?(?:min|mins|minuten)",
        r"(?:article|story|post) continues (?:below|after) .{2,60}",
        r"(?:your browser|this browser|javascript|please enable|enable javascript|you need to enable) .{4,160}",
    ),
)

# ---- prompts --------------------------------------------------------------------------------

# Who is spoken to decides: an imperative to the reader about the site's own products.
_SERVICE = (
    r"(?:newsletters?|e-?mail alerts?|news alerts?|breaking news alerts?|push alerts?|push notifications?|mailing list|podcast"
    r"|youtube channel|telegram[ -]channel|whatsapp[ -]channel|whatsapp group|rss feed|inbox|app store|google play|our apps?"
    r"|mobile app|news app|free app|daily briefing|morning briefing|latest updates|latest news|breaking news|social media"
    r"|digital edition|e-?paper|twitter|facebook|instagram|linkedin|google news|boletín|boletines|bulletin|infolettre|notiziario"
    r"|whatsapp|telegram|kanal|canal|канал\w*|рассылк\w+)"
)
_YOU = r"(?=.*\b(?:our|us|your|you|here|now|today|free|daily|weekly)\b)"
PROMPTS = Group(
    "prompts",
    300,
    frozenset(),
    _pattern(
        rf"(?:sign[ -]?up|subscribe|join|download|register|click here|tap here|connect with us|check out our|install|enable"
        rf"|turn on|add us|receive|sign)\b{_YOU}.{{0,200}}?\b{_SERVICE}\b.{{0,140}}",
        rf"(?:get|stay|never miss|keep up|want more|for more|for all the|for the latest|to get)\b{_YOU}.{{0,200}}?"
        r"\b(?:newsletters?|alerts?|notifications?|inbox|our app|our apps|google play|app store|channel|channels|podcast)\b.{0,140}",
        rf"(?:sign[ -]?up|subscribe|register) (?:to|for|here|now|today)\b.{{0,100}}?\b{_SERVICE}\b.{{0,120}}",
        rf"(?:follow|like|find|join|visit|add) (?:us|@\S{{2,30}}|our \S{{2,20}}) (?:on|via|at|in) {_SERVICE}\b.{{0,120}}",
        rf"(?:follow|like) \S{{2,30}}(?: \S{{2,20}}){{0,3}} on {_SERVICE}\b.{{0,200}}",
        r"(?:follow|contact|email|e-mail|reach) (?:the (?:author|writer|reporter)|him|her|them|me|us|\S{2,20} \S{2,20}) (?:on|at|via|or)\b.{2,160}",
        r"follow (?:@\w{2,30}|us|our).{0,120}",
        r"click here (?:to|for) .{3,140}",
        r"for more (?:stories|news|information|updates|articles|content|on this)\b.{0,60}"
        r"\b(?:check|visit|click|see|go to|follow|head to|subscribe)\b.{0,120}",
        r"(?:independent|quality|good|unabhängiger|guter|freier|kritischer) journalis(?:m|mus) (?:needs|costs|depends on|braucht|kostet)\b.{0,160}",
        r"(?:subscribe|sign in|log in|register|sign up|create an? (?:free )?account) (?:to|for|or|and) (?:continue|keep|read|unlock|get|access|view|enjoy)\b.{0,140}",
        r"(?:this (?:article|story|content) is (?:for|only for|available|reserved|exclusive)|already a (?:subscriber|member)|to (?:continue|keep) reading"
        r"|you have (?:reached|read) your|you've (?:reached|read) your|support (?:independent|quality|our) journalism|support our work"
        r"|have a (?:news )?tip|got a (?:news )?(?:tip|story)|do you have a (?:news )?(?:tip|story)|want to share your (?:story|views?|opinions?|experiences?)|have you been affected by)\b.{0,240}",
        r"(?:abonnieren sie|melden sie sich|jetzt (?:abonnieren|anmelden|registrieren|testen|herunterladen)|folgen sie uns|folgen sie|registrieren sie sich"
        r"|hier geht's zu|hier geht’s zu|laden sie|holen sie sich|bleiben sie|sie möchten|ihre meinung ist|fehler gefunden|haben sie einen fehler"
        r"|wie hat ihnen|durchschnittliche bewertung|dieser artikel ist (?:teil|nur|zuerst|ursprünglich)|dieser text (?:ist|erschien))\b.{0,200}",
        r"(?:suscríb(?:ete|ase)|síguenos|sigue(?:nos)? (?:a|toda|todas|en)|regístrate|descarga|recibe|únete|apúntate|tu suscripción|si quieres compartir"
        r"|si continúas leyendo|¿quieres añadir|para seguir leyendo|haz clic)\b.{0,200}",
        r"(?:abonnez-vous|inscrivez-vous|suivez-nous|suivez|recevez|téléchargez|rejoignez-nous|retrouvez(?:-nous)?|cet article est réservé"
        r"|il vous reste|la suite est réservée|pour lire la suite)\b.{0,200}",
        r"(?:iscriviti|seguici|scarica|abbonati|ricevi|clicca qui|per continuare a leggere|questo contenuto è riservato)\b.{0,200}",
        r"(?:assine|siga|siga-nos|inscreva-se|receba|baixe|cadastre-se|clique aqui|participe do|entre no|acompanhe|acesse)\b.{0,200}",
        r"(?:подписывайтесь|подпишитесь|подписаться|следите за|присоединяйтесь|читайте нас|скачайте|підписуйтесь|підписуйтеся|нашли ошибку"
        r"|заметили ошибку|если вы (?:заметили|нашли)|выделите).{0,200}",
        r"(?:关注|扫码|扫描|下载|订阅|更多精彩|欢迎关注|點擊|下載|加入|追蹤|欢迎下载|打开|长按).{0,60}(?:公众号|客户端|微信|微博|app|二维码|line|粉絲|频道|頻道)",
        r"(?:تابعنا|تابعونا|اشترك|للاشتراك|حمّل|حمل تطبيق|انضم).{2,160}",
    ),
    _pattern(
        # "There's more where that came from: sign up for the letter, delivered to your inbox"
        r"(?=.*\b(?:newsletter|inbox|e-?mail briefing|postfach|boletín|infolettre)\b)"
        r"(?=.*\b(?:you|your|sie|ihr|ihre|ihrem|ihren|du|dich|dir|dein|deinem|tu|te|vous|votre|tua|ti|você|seu)\b)"
        r"(?=.*\b(?:sign|subscribe|get|anmeld\w*|abonn\w*|suscr\w*|inscri\w*|iscriv\w*|assin\w*)\b).{10,300}",
        r"stay (?:informed|up to date|connected|tuned|ahead)\b.{0,260}",
    ).fullmatch,
)

# ---- notices --------------------------------------------------------------------------------

NOTICES = Group(
    "notices",
    340,
    frozenset(),
    _pattern(
        r"(?:this (?:article|story|post|piece|column|interview|report|essay) (?:was )?(?:originally |first )?"
        r"(?:appeared|ran|published|posted|produced)|originally (?:published|appeared|posted)|first published|this post originally"
        r"|republished (?:with|from)|read the original)\b.{2,220}",
        r"(?:we may earn|we earn|if you (?:buy|purchase|click)|when you (?:buy|purchase|click)|purchases made|this (?:page|post|article|story) (?:may )?contains?"
        r" affiliate|as an amazon associate|affiliate disclosure|ftc:|disclaimer:|reviews and recommendations are|prices (?:are )?(?:correct|accurate|subject))"
        r".{2,300}",
        r"(?:all rights reserved|alle rechte vorbehalten|todos los derechos reservados|tous droits réservés|tutti i diritti riservati"
        r"|riproduzione riservata|todos os direitos reservados|все права защищены|版权所有|無断転載|무단전재|무단 전재|جميع الحقوق محفوظة).{0,120}",
        r"(?:.{0,120}\b)?(?:all rights reserved|riproduzione riservata|todos los derechos reservados|tous droits réservés|alle rechte vorbehalten)"
        r"(?:\b.{0,60})?",
        r"(?:©|copyright\s?(?=©|\(c\)|@|\d{4}|by\b|[:–—-])|\(c\)\s?(?=copyright|\d{4})).{2,200}",
        r"(?:the )?(?:views|opinions) expressed (?:in this|here|are|by the)\b.{5,260}",
    ),
)

# ---- dates, places of a site, lists of tags: only near the edges -----------------------------

_STAMP_WORDS = (
    r"(?:published|updated|last updated|last update|last modified|modified|posted|posted on|first published|created|publication date|date"
    r"|veröffentlicht|aktualisiert|stand|erstellt|zuletzt aktualisiert|publicado|actualizado|última actualización|creado|publié|mis à jour"
    r"|modifié|pubblicato|aggiornato|ultimo aggiornamento|atualizado|última atualização|опубликовано|обновлено|дата|发布时间|更新时间|發布時間"
    r"|更新|時間|时间|公開|入力|입력|수정|기사입력|최종수정|등록|publisert|oppdatert|publicerad|uppdaterad|opdateret|gepubliceerd|bijgewerkt|opublikowano"
    r"|aktualizacja|güncelleme|yayınlanma|giriş|diterbitkan|نشر|تاريخ النشر|آخر تحديث|تم النشر)"
)
_STAMP_LINE = re.compile(rf"{_STAMP_WORDS}\b[^.!?]{{0,60}}\d[^!?]{{0,70}}")
_STAMP_TOKENS = frozenset(
    "am pm a m p gmt utc jst kst ist cet cest est edt pst pdt cst cdt bst aest sast msk wib wit uhr hrs hr h min sec "
    "at on of de del um om kl le à el a las alle ore в г by the year now ago st nd rd th "
    "minutes minute hours hour days day weeks week vor stunden stunde minuten tagen hace horas il y heures "
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so "
    "lunes martes miércoles jueves viernes sábado domingo lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta sexta feira "
    "понедельник вторник среда четверг пятница суббота воскресенье 年 月 日 时 時 分 年月日 년 월 일 오전 오후 上午 下午".split()
)
_STAMP_WORD = re.compile(_STAMP_WORDS)
_BY_NAME = re.compile(r" (?:by|von|par|por|di) [^.!?\d]{3,50}$")
# A year, a time of day, a date in figures: what a telephone number or a score has not.
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d|[年月日]")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


def _is_stamp(folded: str) -> bool:
    """Tell whether a line is a date or time, or a small number that counted something."""
    if _STAMP_LINE.fullmatch(folded):
        return True
    tokens = _TOKEN.findall(_BY_NAME.sub("", folded))
    dated = _DATED.search(folded) or not MONTHS.isdisjoint(tokens)
    return (
        0 < len(tokens) <= 16
        and any(token[0].isdigit() for token in tokens)
        and bool(dated or tokens == [folded])
        and all(
            (token[0].isdigit() and len(token) <= 6)
            or token in _STAMP_TOKENS
            or token in MONTHS
            or _STAMP_WORD.fullmatch(token)
            for token in tokens
        )
    )


STAMPS = Group(
    "stamps",
    130,
    _phrases(
        "aktualisiert am|veröffentlicht am|published on|updated on|last updated|published|updated|stand"
        "|publié le|mis à jour le|publicado el|actualizado el|pubblicato il|aggiornato il|publicado em"
    ),
    edges=_is_stamp,
)

LABELS = Group(
    "labels",
    200,
    edges=_pattern(
        r"(?:tags?|topics?|keywords?|filed under|filed in|posted in|categories|category|in this story|themen|schlagworte|schlagwörter|stichworte"
        r"|etiquetas|temas|archivado en|mots-clés|tags associés|sujets|thèmes|argomenti|tag|assuntos|tópicos|теги|темы|метки|标签|标签：|關鍵字|キーワード|태그|وسوم"
        r"|emner|ämnen|trefwoorden|tagi|štítky|etiketler|topik|kata kunci) ?[:：|] ?[^.!?]{2,160}",
        r"(?:home|startseite|inicio|accueil|главная|首页|你的位置|您的位置) ?[>›»/|].{2,120}",
        r"\S{2,40}(?: \S{2,30}){0,3} (?:is|was) (?:a|an|the) \S{3,30}(?: \S{1,30}){0,6} (?:reporter|correspondent|editor|writer|journalist|columnist)"
        r"(?: (?:for|at|with|of|in|based in|covering) [^.!?]{2,120})?",
    ).fullmatch,
)

GROUPS: tuple[Group, ...] = (RELATED, PHOTO, BUTTONS, PROMPTS, NOTICES, STAMPS, LABELS)
"""Every group, in the order in which they run."""


def _leads(folded: str) -> bool:
    """Tell whether a line begins with a phrase for related articles and a separator."""
    led = _LED.match(folded)
    return bool(led) and led[1] in _RELATED and bool(led[2] or " " in led[1])


def _goes(group: Group, line: str, *, at_edge: bool) -> bool:
    """Tell whether a line is furniture of a group."""
    folded = _folded(line)
    if not folded:  # rules, stars, bullets
        return group is BUTTONS
    return (
        folded in group.phrases
        or (group.anywhere is not None and group.anywhere.fullmatch(folded) is not None)
        or (group is RELATED and _leads(folded))
        or (at_edge and group.edges is not None and bool(group.edges(folded)))
    )


def _edge_ends(lines: list[str], group: Group) -> tuple[int, int]:
    """Return how many lines from the top, and from which on, count as near an edge.

    Counted are lines that stay, so a second cleaning would count the same.
    """
    if group.edges is None:
        return 0, len(lines)
    top, kept = 0, 0
    while top < len(lines) and kept < HEAD_LINES:
        kept += not _short_and_goes(group, lines[top], at_edge=True)
        top += 1
    end, kept = len(lines), 0
    while end > 0 and kept < TAIL_LINES:
        end -= 1
        kept += not _short_and_goes(group, lines[end], at_edge=True)
    return top, end


def _short_and_goes(group: Group, line: str, *, at_edge: bool) -> bool:
    """Tell whether a line is short enough to be looked at, and furniture."""
    return len(line) <= group.limit and _goes(group, line, at_edge=at_edge)


def _is_entry(line: str) -> bool:
    """Tell whether a line could be a headline in a box: short, and not ended like a sentence."""
    return len(line) <= _MAX_ENTRY and line.rstrip("\"'”’»")[-1:] not in ".:。…;,"


def _box_end(lines: list[str], start: int) -> int:
    """Return where a box of headlines ends that begins after the heading before ``start``.

    Up to the end of the text all goes; before a paragraph two headlines or more, since a single
    short line there is the paragraph's own heading.
    """
    end = start
    while end < len(lines) and end - start < _MAX_BOX and _is_entry(lines[end]):
        end += 1
    if end == len(lines):
        return end
    bulleted = start
    while bulleted < end and lines[bulleted].startswith(("- ", "• ", "* ")):
        bulleted += 1
    return max(bulleted, end - 1) if end - start >= 3 else bulleted


def strip_group(draft: Draft, group: Group) -> Draft:
    """Remove the lines of one group, and behind a heading of related articles their titles."""
    lines = draft.text.split("\n")
    top, end = _edge_ends(lines, group)
    kept: list[str] = []
    gone: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not _short_and_goes(group, line, at_edge=index <= top or index > end):
            kept.append(line)
            continue
        gone.append(line)
        if group is RELATED and (_folded(line) in _RELATED or _BOX_OF.fullmatch(_folded(line))):
            stop = _box_end(lines, index)
            gone += lines[index:stop]
            index = stop
    if not gone:
        return draft
    removed = tuple(Removal(group.name, line) for line in gone)
    return replace(draft, text="\n".join(kept), removed=(*draft.removed, *removed))


# ---- the headline ---------------------------------------------------------------------------

# Share of the shorter one's words that a line must have in common with the title, when it is not
# the title itself: outlets keep a second headline of the same story for the page.
_TITLE_SHARE = 0.6
_MIN_TITLE_WORDS = 5
_TWO_SENTENCES = re.compile(r"[?!] \w")
_MAX_HEADLINE = 250
_WORDS = re.compile(r"\w+")


def _is_headline(line: str, title: str) -> bool:
    """Tell whether a line repeats the title, with a kicker, a site's name or other words around."""
    if len(line) > _MAX_HEADLINE:
        return False
    words, wanted = _WORDS.findall(line.casefold()), _WORDS.findall(title.casefold())
    if words == wanted:
        return bool(words)
    ended = line.rstrip("\"'”’»)")[-1:] in ".。:;,"
    if not words or ended or line[0].islower() or _TWO_SENTENCES.search(line):
        return False
    joined, title_joined = "".join(words), "".join(wanted)
    if len(joined) >= 8 and (title_joined.startswith(joined) or joined.endswith(title_joined)):
        return len(joined) <= 3 * len(title_joined) and len(title_joined) <= 3 * len(joined)
    shorter = min(len(words), len(wanted))
    common = len(set(words) & set(wanted))
    alike = len(words) <= 2 * len(wanted) and len(wanted) <= 2 * len(words)
    return alike and shorter >= _MIN_TITLE_WORDS and common >= _TITLE_SHARE * shorter


def headline(draft: Draft) -> Draft:
    """Remove lines near the top that repeat the title, unless nothing else would stay."""
    if not draft.title or len(draft.title) > _MAX_HEADLINE:
        return draft
    lines = draft.text.split("\n")
    kept: list[str] = []
    gone: list[str] = []
    index = 0
    while index < len(lines) - 1 and len(kept) < HEAD_LINES:
        line = lines[index]
        index += 1
        (gone if _is_headline(line, draft.title) else kept).append(line)
    if not gone:
        return draft
    removed = tuple(Removal("headline", line) for line in gone)
    text = "\n".join([*kept, *lines[index:]])
    return replace(draft, text=text, removed=(*draft.removed, *removed))
