"""The words and patterns by which boilerplate is known: data for :mod:`dedup.cleaning.boilerplate`."""

# ruff: noqa: E501  - a row of a table is read across
from __future__ import annotations

import re
from collections.abc import Iterable

from dedup.cleaning.dateline import MONTHS

# A line is compared without these at either side.
TRIMMED = " \t[](){}<>«»|*•·‣▶►➤→›»-–—:：.!…_~#=+✓★☆❤¯"


def folded(line: str) -> str:
    """Return a line as it is compared: folded, without bullets and brackets around it."""
    return line.strip(TRIMMED).casefold()


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that hold no other one of them, sorted."""
    known = set(words)
    return tuple(sorted(w for w in known if not any(o in w for o in known - {w})))


def _phrases(*rows: str) -> frozenset[str]:
    """Return the phrases of a table, parted by ``|``, as lines are compared."""
    return frozenset(folded(phrase) for row in rows for phrase in row.split("|"))


# fmt: off
# ---- whole lines ----------------------------------------------------------------------------

# Headings of boxes with other articles; also what stands before a colon and one title.
RELATED = _phrases(
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

_PHOTO = _phrases(
    "view gallery|view image in fullscreen|open image modal|enlarge this image|enlarge image|hide caption|toggle caption"
    "|view slideshow|photo gallery|gallery|image|photo|photos|foto|bild|bild vergrößern|bildergalerie|zur galerie"
    "|see gallery|full screen|fullscreen|slideshow|representational image|representative image|file photo|ampliar"
)

_BUTTONS = _phrases(
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
)

_STAMPS = _phrases(
    "aktualisiert am|veröffentlicht am|published on|updated on|last updated|published|updated|stand"
    "|publié le|mis à jour le|publicado el|actualizado el|pubblicato il|aggiornato il|publicado em"
)

PHRASES = {
    **dict.fromkeys(_STAMPS, "stamps"),
    **dict.fromkeys(_BUTTONS, "buttons"),
    **dict.fromkeys(_PHOTO, "photo"),
    **dict.fromkeys(RELATED, "related"),
}

# ---- lines known by their first word ---------------------------------------------------------

_PICTURE = (
    "photo photos photograph photographs picture pictures pic pics image images illustration symbolfoto symbolbild"
    " archivbild archivfoto foto fotos fotografía imagen imágenes bild bilder bildquelle bildnachweis photographie"
    " credit credits crédit crédits immagine imagem crédito créditos fotoğraf kép zdjęcie fot фото фотография"
    " иллюстрация снимок 图 图片 图片来源 圖 圖片 写真 사진 صورة الصورة تصوير gambar ảnh"
)
_PICTURES = "(?:" + "|".join(map(re.escape, _PICTURE.split())) + ")"
_HOUSES = (
    r"(?:getty(?: images)?|ap photo|ap images|shutterstock|istock(?:photo)?|alamy(?: stock photo)?|epa-efe"
    r"|picture[ -]alliance|imago(?: images)?|zuma press|pixabay|unsplash|pexels|depositphotos|adobe stock"
    r"|wikimedia commons|(?:afp )?via getty(?: images)?|file photo|archive photo|courtesy photo|handout|dreamstime)"
)
# Products and channels of a site: what its prompts are about.
_SERVICE = (
    r"(?:newsletters?|e-?mail alerts?|(?:breaking )?news alerts?|push (?:alerts?|notifications?)|mailing list|podcast"
    r"|(?:youtube|telegram|whatsapp)[ -](?:channel|group|kanal)|rss feed|inbox|app store|google play|our apps?"
    r"|(?:mobile|news|free) app|(?:daily|morning) briefing|latest updates|latest news|breaking news|social media"
    r"|digital edition|e-?paper|twitter|facebook|instagram|linkedin|google news|whatsapp|telegram|youtube"
    r"|boletín|boletines|bulletin|infolettre|notiziario|kanal|canal|канал\w*|рассылк\w+|телеграм\w*)"
)
_YOU = r"(?=.*\b(?:our|us|your|you|here|now|today|free|daily|weekly)\b)"
_JOURNALISM = r"journalis(?:m|mus) (?:needs|costs|depends on|braucht|kostet)\b.{0,160}"
_SOLD = r"(?=.*\b(?:commission|affiliate|share of the sale|we (?:may )?earn|may earn)\b).{10,300}"

# Group, first words (where many sentences begin so the first two), pattern that the whole line fits.
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("related", "most also", r"(?:most|also) (?:read|popular|viewed|watched)(?: (?:in|on|from|at|auf) (?:\S{1,30} ){0,4}\S{1,30})"),
    ("related", "popular trending", r"(?:popular|trending) (?:on|at|now on) (?:\S{1,30} ){0,3}\S{1,30}"),
    ("related", "more_stories more_news more_headlines latest top", r"(?:more|latest|top) (?:stories|news|headlines) (?:from|on|in|by) (?:\S{1,30} ){0,4}\S{1,30}"),
    ("related", "meistgelesen", r"meistgelesen (?:in|auf|bei) (?:\S{1,30} ){0,3}\S{1,30}"),
    # -- pictures
    ("photo", _PICTURE, rf"{_PICTURES}(?: (?:credits?|photo|source|sources|caption|by|courtesy(?: of)?|via|from|for illustration|d'illustration"
        r"|de archivo|used for representation(?: purposes?)?(?: only)?))?\s?[:：©|].{2,240}"),
    ("photo", "image photo picture", r"(?:image|photo|picture) (?:source|caption|credits?),? .{2,240}"),
    ("photo", "photo foto image picture illustration", r"(?:photo|foto|image|picture|illustration) (?:by|credit|courtesy(?: of)?|von|di) "
        r"(?!.*\b(?:shows?|showed|is|was|are|were|has|have)\b)[^.!?]{2,60}"),
    ("photo", "file stock handout representational representative main lead featured cover", r"(?:file|stock|handout|representational"
        r"|representative|main|lead|featured|cover) (?:photo|picture|image)(?: (?:credit|by|source|courtesy(?: of)?))? ?(?:[:：|/]|[–—-] ).{2,300}"),
    ("photo", "file", r"file ?(?:[:：]|[–—-]{1,2}) .{2,350}"),
    ("photo", "click tap", r"(?:click|tap) (?:on )?(?:the )?(?:image|photo|picture)s? to (?:enlarge|zoom|expand)"),
    # -- buttons and players
    ("buttons", "comments comment shares share likes views kommentare comentarios commentaires commenti комментарии просмотров просмотры 阅读 浏览",
        r"\w+ ?[:：(]? ?\d[\d.,]{0,9} ?[km]?\)?"),
    ("buttons", "reading estimated average listening", r"(?:estimated |average )?(?:reading|listening) time ?[:：]? ?(?:about )?\d{1,3} ?\S{0,10}"),
    ("buttons", "lesezeit lesedauer tiempo temps tempo время leestijd lästid lesetid czas okuma 阅读时间", r"(?:lesezeit|lesedauer|tiempo de lectura"
        r"|temps de lecture|tempo di lettura|tempo de leitura|время чтения|leestijd|lästid|lesetid|czas czytania|okuma süresi|阅读时间)"
        r" ?[:：]? ?(?:ca\. ?|etwa )?\d{1,3} ?\S{0,10}"),
    ("buttons", "article story post", r"(?:article|story|post) continues (?:below|after) .{2,60}"),
    ("buttons", "your_browser this_browser please_enable please_turn please_update please_upgrade please_disable enable_javascript you_need", r"(?:your browser (?:does|is|cannot)|this browser (?:does|is|cannot)|please (?:enable|turn on|update|upgrade|disable)"
        r"|enable javascript|you need to enable) .{4,160}"),
    ("buttons", "javascript", r"javascript (?:is (?:disabled|required|not)|must|needs to) .{2,120}"),
    # -- prompts: imperatives about the site's own products
    ("prompts", "sign signup sign-up subscribe join download register install receive", rf"(?:sign[ -]?up|subscribe|join|download|register|install|receive|sign)"
        rf"\b{_YOU}.{{0,200}}?\b{_SERVICE}\b.{{0,140}}"),
    ("prompts", "click_here tap_here connect_with check_out turn_on add_us", rf"(?:click here|tap here|connect with us|check out our|turn on|add us)\b.{{0,200}}?\b{_SERVICE}\b.{{0,140}}"),
    ("prompts", "get stay never_miss keep_up want_more for_more for_all for_the to_get", rf"(?:get|stay|never miss|keep up|want more|for more|for all the|for the latest|to get)\b{_YOU}.{{0,200}}?"
        r"\b(?:newsletters?|alerts?|notifications?|inbox|our apps?|google play|app store|podcast)\b.{0,140}"),
    ("prompts", "sign signup sign-up subscribe register", rf"(?:sign[ -]?up|subscribe|register) (?:to|for|here|now|today)\b.{{0,100}}?\b{_SERVICE}\b.{{0,120}}"),
    ("prompts", "follow like find join visit add", rf"(?:follow|like|find|join|visit|add) (?:us|@\S{{2,30}}|our \S{{2,20}}) (?:on|via|at|in) {_SERVICE}\b.{{0,120}}"),
    ("prompts", "follow like", rf"(?:follow|like) \S{{2,30}}(?: \S{{2,20}}){{0,3}} on {_SERVICE}\b.{{0,200}}"),
    ("prompts", "follow contact email e-mail reach", r"(?=.*(?:@|\d{3}|twitter|http))(?:follow|contact|email|e-mail|reach) (?:the (?:author|writer|reporter)"
        r"|him|her|them|me|us|\S{2,20} \S{2,20}) (?:on|at|via|or)\b.{2,160}"),
    ("prompts", "follow", r"follow (?:@\w{2,30}|us\b|our (?:live|full|coverage)).{0,120}"),
    ("prompts", "click_here", r"click here (?:to|for) .{3,140}"),
    ("prompts", "for_more", r"for more (?:stories|news|information|updates|articles|content|on this)\b.{0,60}\b(?:check|visit|click|see|go to|follow|head to|subscribe)\b.{0,120}"),
    ("prompts", "independent quality unabhängiger guter freier kritischer", rf"(?:independent|quality|unabhängiger|guter|freier|kritischer) {_JOURNALISM}"),
    ("prompts", "subscribe sign log register create", r"(?:subscribe|sign in|log in|register|sign up|create an? (?:free )?account) (?:to|for|or|and)"
        r" (?:continue|keep|read|unlock|get|access|view|enjoy)\b.{0,140}"),
    ("prompts", "this_article this_story this_content already_a to_continue to_keep you_have you've support_independent support_quality support_our have_a have_you"
        " got_a do_you want_to", r"(?:this (?:article|story|content) is (?:for|only for|available to|reserved for|exclusive to) .{0,30}(?:subscribers|members|readers)"
        r"|already a (?:subscriber|member)|to (?:continue|keep) reading|you(?: ha|['’])ve (?:reached|read) your|support (?:independent|quality|our) journalism|support our work"
        r"|have a (?:news )?tip|got a (?:news )?(?:tip|story)|do you have a (?:news )?(?:tip|story)|want to share your (?:story|views?|opinions?|experiences?)"
        r"|have you been affected by)\b.{0,240}"),
    ("prompts", "abonnieren melden jetzt folgen registrieren hier fehler haben wie durchschnittliche ihre dieser", r"(?:abonnieren sie|melden sie sich (?:hier|jetzt|für)"
        r"|jetzt (?:abonnieren|anmelden|registrieren|testen|herunterladen)|folgen sie uns|registrieren sie sich|hier geht['’]s zu[rm]?|fehler gefunden"
        r"|haben sie einen fehler|wie hat ihnen|durchschnittliche bewertung|ihre meinung ist uns|dieser (?:artikel|text|beitrag) (?:ist|erschien) (?:zuerst|ursprünglich|teil))\b.{0,200}"),
    ("prompts", "suscríbete suscríbase síguenos regístrate únete apúntate para tu haz sigue recibe descarga", r"(?:suscríb(?:ete|ase)|síguenos|regístrate|apúntate"
        rf"|para seguir leyendo|tu suscripción|haz clic aquí|(?:únete|sigue|recibe|descarga)\b.{{0,120}}\b{_SERVICE})\b.{{0,200}}"),
    ("prompts", "abonnez-vous inscrivez-vous suivez-nous rejoignez-nous retrouvez-nous suivez recevez téléchargez cet il la pour", r"(?:abonnez-vous|inscrivez-vous|suivez-nous"
        rf"|rejoignez-nous|cet article est réservé|il vous reste \d|la suite est réservée|pour lire la suite|(?:retrouvez-nous|suivez|recevez|téléchargez)\b.{{0,120}}\b{_SERVICE})\b.{{0,200}}"),
    ("prompts", "iscriviti seguici abbonati clicca per questo scarica ricevi", r"(?:iscriviti|seguici|abbonati|clicca qui|per continuare a leggere|questo contenuto è riservato"
        rf"|(?:scarica|ricevi)\b.{{0,120}}\b{_SERVICE})\b.{{0,200}}"),
    ("prompts", "assine siga-nos inscreva-se cadastre-se clique siga receba baixe participe entre acompanhe acesse", r"(?:assine (?:o|a|já)|siga-nos|inscreva-se|cadastre-se|clique aqui"
        rf"|(?:siga|receba|baixe|participe|entre|acompanhe|acesse)\b.{{0,120}}\b{_SERVICE})\b.{{0,200}}"),
    ("prompts", "подписывайтесь подпишитесь подписаться следите присоединяйтесь читайте скачайте підписуйтесь підписуйтеся нашли заметили если",
        r"(?:подписывайтесь|подпишитесь|подписаться|читайте нас|підписуйтесь|підписуйтеся|нашли ошибку|заметили ошибку|если вы (?:заметили|нашли) (?:ошибку|опечатку)"
        rf"|(?:следите|присоединяйтесь|скачайте)\b.{{0,120}}\b{_SERVICE})\b.{{0,200}}"),
    ("prompts", "تابعنا تابعونا للاشتراك انضم", r"(?:تابعنا|تابعونا|للاشتراك|انضم إلى).{2,160}"),
    # -- notices
    ("notices", "this_article this_story this_post this_piece this_column this_interview this_essay", r"this (?:article|story|post|piece|column|interview|essay) (?:(?:was |is )?(?:originally|first) (?:appeared|ran|published|posted)"
        r"|(?:was|is|has been) (?:republished|updated|corrected|amended|syndicated)|is part of)\b.{2,260}"),
    ("notices", "originally republished read_the this_post", r"(?:originally (?:published|appeared|posted) (?:on|by|at|in) [^,]{2,80}|republished (?:with|from) .{2,160}"
        r"|read the original (?:article|story|post)\b.{0,80}|this post originally .{2,160})"),
    ("notices", "if_you when_you purchases we_may some_of as_an", rf"(?:if you|when you|purchases made|we may|some of|as an) {_SOLD}"),
    ("notices", "affiliate disclaimer disclosure ftc", r"(?:affiliate disclosure|disclaimer|disclosure|ftc) ?:.{2,300}"),
    ("notices", "reviews prices", r"(?:reviews and recommendations are|prices (?:are |were )?(?:correct|accurate|subject to)) .{2,300}"),
    ("notices", "this_page this_post this_article this_story", rf"this (?:page|post|article|story) (?:may )?contains? {_SOLD}"),
    ("notices", "all_rights alle_rechte todos_os todos_los tous_droits tutti_i riproduzione все_права 版权所有 無断転載 무단전재 무단 جميع", r"(?:all rights reserved|alle rechte vorbehalten|todos los derechos reservados"
        r"|tous droits réservés|tutti i diritti riservati|riproduzione riservata|todos os direitos reservados|все права защищены|版权所有|無断転載|무단 ?전재|جميع الحقوق محفوظة).{0,120}"),
    ("notices", "© copyright c) copyright©", r"(?:©|copyright\s?(?=©|\(c\)|@|\d{4}|by\b|[:–—-]|[^,.]{2,60}\d{4})|c\)\s?(?=copyright|\d{4})).{2,300}"),
    ("notices", "the_views the_opinions views opinions", r"(?:the )?(?:views|opinions) expressed (?:in this|here|are|by the)\b.{5,260}"),
)

# The same, but only near the top or the end.
_EDGE_ROWS: tuple[tuple[str, str, str], ...] = (
    ("prompts", "stay", r"stay (?:informed|up to date|connected|tuned|ahead)\b.{0,260}"),
    ("labels", "tag tags topic topics keywords filed posted categories category in themen schlagworte schlagwörter stichworte etiquetas temas archivado"
        " mots-clés sujets thèmes argomenti assuntos tópicos теги темы метки 标签 關鍵字 キーワード 태그 وسوم emner ämnen trefwoorden tagi štítky etiketler topik kata",
        r"(?:\S+|filed (?:under|in)|posted in|in this (?:story|article)|archivado en|kata kunci|tags associés) ?[:：|] ?[^.!?]{2,180}"),
    ("labels", "home startseite inicio accueil главная 首页 你的位置 您的位置", r"\S+ ?[>›»/|].{2,120}"),
)

# fmt: on
FIRST = re.compile(r"©|[^\s:：|,/©>›»]+")


def _by_word(
    rows: tuple[tuple[str, str, str], ...],
) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """Return (group, pattern) of every row under each of its first words."""
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for group, words, pattern in rows:
        compiled = re.compile(pattern)
        for word in words.split():
            table.setdefault(word.replace("_", " "), []).append((group, compiled))
    return table


BY_WORD = _by_word(_ROWS)
EDGE_BY_WORD = _by_word(_EDGE_ROWS)

# ---- lines known otherwise ------------------------------------------------------------------

PAIRED = frozenset(word.partition(" ")[0] for word in BY_WORD if " " in word)
"""First words of which the second is asked for, too."""


def _by_first_word(phrases: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return phrases under their first words."""
    table: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        word = FIRST.findall(phrase)[0]
        table[word] = (*table.get(word, ()), phrase)
    return table


RELATED_BY_WORD = _by_first_word(RELATED)
STARTS = _by_first_word([*RELATED, *BY_WORD])
"""What a line begins with that is longer than any phrase, under its first word."""

LETTERS = re.compile(r"[^\W\d_]*")

# "Read more: ..." in any language of the table; a dash only behind two words or more, because
# "More - the play - ..." is a sentence.
LED = re.compile(r"([^:：|>›→▶►–—-]{2,40}?) ?(?:([:：|>›→▶►])|[–—-]) ?(?=.{2,220}$)")
# "Minister furious at rival's jibe [INSIGHT]": how some sites mark links in the text.
MARKED = re.compile(
    r".{10,200}\[(?:video|insight|reaction|photos|pictures|watch|analysis|comment|report|opinion|latest|update"
    r"|exclusive|interview|gallery|live|podcast|quiz|revealed)"
)
# A caption that ends with its credit. Each needs a sign in the last characters: see SIGNS.
CAPTION = re.compile(
    rf"(?:.{{1,60}}[/|] ?)?{_HOUSES}(?:[/|] ?.{{1,60}})?"
    rf"|.{{3,330}}[(\[](?:[^()\[\]]{{0,60}}[ /|])?{_HOUSES}(?:[ /|:][^()\[\]]{{1,80}})?"
    r"|.{3,330}[(\[](?:photo|picture|image|foto|bild|photograph|фото)(?: (?:by|credit|courtesy(?: of)?|von|de|di)\b|[:：/])[^()\[\]]{2,80}"
    rf"|.{{3,250}}[.!?”\"»|] ?{_PICTURES}(?: (?:by|credit|courtesy(?: of)?|source))?\s?[:：] ?[^.!?]{{2,70}}"
    r"|.{3,330}[.!?”\"»)] (?:reuters|afp|epa|ap photo|getty images|xinhua|bloomberg|ntb|pa) ?/ ?[^.!?]{2,50}"
)
_HOUSE = (
    "getty photo images shutterstock istock alamy epa-efe alliance imago zuma pixabay unsplash pexels"
    " adobe commons handout dreamstime"
)
CAPTIONED = _shortest(["/", *_PICTURE.split(), *_HOUSE.split()])
"""Each caption holds one of these; asking so is ten times as fast as the pattern."""
SIGNS = (
    "photo", "getty", "foto", "bild", "image", "picture", "stock", "alamy", "фото", "reuters", "afp",
    "epa", "handout", "pixabay", "pexels", "unsplash", "commons", "zuma", "imago", "/", "：", ":",
)  # fmt: skip
BOUND = "([/:：|"
NUMBERED = re.compile(
    r"\d[\d.,]{0,9} ?[km]? ?(?:comments?|shares?|likes?|views?|retweets?|reactions?|replies|readers?|claps?|votes?|followers?"
    r"|kommentare?|aufrufe|comentarios?|vistas|commentaires?|partages?|vues|commenti|condivisioni|comentários?|visualizações"
    r"|комментари\w{1,3}|просмотр\w{0,3}|kommentarer|reacties|komentarzy|komentarze|yorum|次浏览|评论|阅读)"
    r"|\d{1,3}(?:[:.]\d\d)? ?-?(?:mins?|minutes?|minuten?|minutos?|minuti|минут\w?|мин)"
    r"(?: (?:read|to read|listen|watch|lesezeit|de lectura|de lecture|di lettura|de leitura|чтения))?"
    # the length of a film, with the day it was sent
    r"|(?:\d{1,2}[./]\d{1,2}[./]\d{2,4} ?\| ?)?\d{1,3}:\d\d ?(?:min|mins|minuten)"
)
# Chinese and Japanese prompts: a call and a channel, no blanks between.
UNSPACED_PROMPT = re.compile(
    r"(?:关注|扫码|扫描|下载|订阅|更多精彩|欢迎关注|點擊|下載|加入|追蹤|欢迎下载|打开|长按).{0,60}"
    r"(?:公众号|客户端|微信|微博|app|二维码|line|粉絲|频道|頻道).{0,30}"
)
# "There's more where that came from: sign up for the letter, delivered to your inbox."
LETTER = ("newsletter", "inbox", "mail briefing", "postfach", "boletín", "infolettre")
READER = re.compile(
    r"\b(?:you|your|sie|ihr|ihre|ihrem|ihren|du|dich|dir|dein|deinem|tu|te|vous|votre|tua|ti|você|seu)\b"
)
CALL = re.compile(
    r"\b(?:sign|subscribe|get|anmeld\w*|abonn\w*|suscr\w*|inscri\w*|iscriv\w*|assin\w*)\b"
)

_STAMP_TEXT = (
    "am pm a m p gmt utc jst kst ist cet cest est edt pst pdt cst cdt et bst aest sast msk wib "
    "wit uhr hrs hr h min sec at on of de del um om kl le à el a las alle ore в г by the year now "
    "ago st nd rd th last and minutes minute hours hour days day weeks week vor stunden stunde "
    "minuten tagen hace horas il y heures mon tue tues wed thu thur thurs fri sat sun monday "
    "tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag mo di mi do fr sa so lunes martes miércoles jueves viernes sábado "
    "domingo lundi mardi mercredi jeudi vendredi samedi dimanche lunedì martedì mercoledì giovedì "
    "venerdì sabato domenica segunda terça quarta quinta sexta feira понедельник вторник среда "
    "четверг пятница суббота воскресенье 年 月 日 时 時 分 年月日 년 월 일 오전 오후 上午 下午 published updated "
    "update modified posted created publication date first veröffentlicht aktualisiert stand "
    "erstellt zuletzt publicado actualizado última actualización creado publié mis jour modifié "
    "pubblicato aggiornato ultimo aggiornamento atualizado atualização опубликовано обновлено "
    "дата 发布时间 更新时间 發布時間 更新 時間 时间 公開 入力 입력 수정 기사입력 최종수정 등록 publisert oppdatert publicerad "
    "uppdaterad opdateret gepubliceerd bijgewerkt opublikowano aktualizacja güncelleme yayınlanma "
    "giriş diterbitkan نشر تاريخ النشر آخر تحديث تم"
)
STAMP_TOKENS = MONTHS.union(_STAMP_TEXT.split())
MAX_STAMP = 130
BEFORE_NAME = (" by ", " von ", " par ", " por ", " di ")
BY_NAME = re.compile(rf"(?:{'|'.join(BEFORE_NAME)})[^.!?\d]{{3,50}}$")
# A year, a time of day, a date in figures: what a telephone number or a score has not.
DATED = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d|[年月日]|\bago\b"
)
TOKEN = re.compile(r"[^\W\d_]+|\d+")
