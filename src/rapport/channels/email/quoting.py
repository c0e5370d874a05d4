"""What a person wrote, apart from the history that the mail program added below or above it.

Told by lines: `>` marks; a line that says who wrote when, in the words of the mail programs'
languages; a block of header fields; a line of the older programs. A forwarded mail is what its
sender wants to be read, and stays, unless there is a quote by other signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapport.channels.email.html_text import MARK

_LONGEST_LINE = 2000
_MOST_CANDIDATES = 500
_MOST_LINES = 50_000
_WRAPPED = 4
_NEEDED_FIELDS = 3

_DATE = r"(?=.{0,300}(?:\d|@))"
_ATTRIBUTIONS = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"^On\b{_DATE}.{{3,500}}\bwrote\s*:$",
        rf"^{_DATE}.{{3,300}}\b(?:wrote|writes)\s*:$",
        rf"^(?!>).{{0,300}}\b(?:wrote|writes)(?: on| in| the following)?\b{_DATE}.{{0,200}}:$",
        rf"^(?:Am|Um|Den)\b{_DATE}.{{3,500}}\bschrieb(?:en|st)?\b.{{0,300}}:$",
        rf"^.{{0,200}}\bschrieb(?: am)?\b{_DATE}.{{0,300}}:$",
        rf"^Le\b{_DATE}.{{3,500}}\ba [ée]crit\s*:$",
        rf"^El\b{_DATE}.{{3,500}}\bescribi[óo]\s*:$",
        rf"^(?:Il(?: giorno)?|In data)\b{_DATE}.{{3,500}}\bha scritto\s*:$",
        rf"^(?:Em|A|No dia)\b{_DATE}.{{3,500}}\bescreveu(?: no dia.{{0,200}})?\s*:$",
        rf"^.{{0,300}}\bescreveu\b{_DATE}.{{0,300}}:$",
        rf"^Op\b{_DATE}.{{3,500}}\b(?:schreef|heeft)\b.{{0,300}}:$",
        rf"^.{{0,300}}\bschreef op\b{_DATE}.{{0,300}}:$",
        rf"^(?:Den|På|Fra)\b{_DATE}.{{3,500}}\b(?:skrev|följande)\b.{{0,300}}:$",
        rf"^.{{0,300}}{_DATE}.{{0,300}}\bskrev\b.{{0,300}}:$",
        rf"^{_DATE}.{{3,500}}\bkirjoitti\b.{{0,300}}:$",
        rf"^{_DATE}.{{3,500}}\b(?:pisze|napisał|napisała|napisał\(a\)|napisał/a)\s*:$",
        rf"^{_DATE}.{{3,500}}\b(?:napsal|napsala|napsal\(a\)|napísal|napísal\(a\))\s*:$",
        rf"^{_DATE}.{{3,500}}(?:написал|написала|написал\(а\)|пишет|пише|написав)\s*:$",
        rf"^{_DATE}.{{3,500}}\b(?:şunu yazdı|yazdı|tarihinde)\b.{{0,200}}:$",
        rf"^{_DATE}.{{3,500}}\b(?:ezt írta|írta)\b.{{0,300}}:$",
        rf"^(?:Pe|În)\b{_DATE}.{{3,500}}\ba scris\s*:$",
        rf"^{_DATE}.{{3,500}}\bđã viết\s*:$",
        rf"^{_DATE}.{{3,500}}\bέγραψε\s*:$",
        rf"^{_DATE}.{{3,500}}(?:のメッセージ|書きました|のメール)\s*[:：]$",
        rf"^(?:在|于)?{_DATE}.{{3,500}}(?:写道|寫道|写到)\s*[:：]$",
        rf"^{_DATE}.{{3,500}}(?:작성|님이 작성)\s*[:：]$",
        rf"^{_DATE}.{{0,500}}(?:כתב|כתבה|كتب).{{0,300}}:$",
    )
]
_ENDS = (":", "：")

_HISTORY = re.compile(
    r"^[\s>*_]*-{2,}\s*(?:Original Message|Original Appointment|Reply Message|"
    r"Urspr(?:ü|ue)ngliche Nachricht|Originalnachricht|Message d'origine|Message original|"
    r"Mensaje original|Messaggio originale|Mensagem original|Oorspronkelijk bericht|"
    r"Ursprungligt meddelande|Originalmeddelande|Oprindelig meddelelse|Opprinnelig melding|"
    r"Alkuperäinen viesti|Wiadomość oryginalna|Oryginalna wiadomość|Původní zpráva|"
    r"Исходное сообщение|Пересылаемое сообщение|Özgün İleti|Orijinal Mesaj|Eredeti üzenet|"
    r"Mesaj original|Messaggio Originale|元のメッセージ|原始邮件|原始郵件|원본 메시지)"
    r"\s*-{2,}[\s*_]*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^[\s*]*(?:-{2,}\s*(?:Forwarded [Mm]essage|Weitergeleitete Nachricht|Message transféré|"
    r"Message transmis|Mensaje reenviado|Messaggio inoltrato|Mensagem encaminhada|"
    r"Doorgestuurd bericht|Vidarebefordrat meddelande|Videresendt (?:meddelelse|melding)|"
    r"Wiadomość przekazana|Přeposlaná zpráva|転送メッセージ|转发邮件)[^-\n]{0,80}-{2,}"
    r"|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:|"
    r"Début du message réexpédié\s?:|Inicio del mensaje reenviado:|Inizio messaggio inoltrato:)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[\s>*_]*\*?(From|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|От|Від|Kimden|Feladó|Από|差出人|发件人|"
    r"寄件者|보낸 사람|"
    r"Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el| em| a)?|Fecha|Data|Inviato|Verzonden|Skickat|"
    r"Sendt|Dato|Lähetetty|Päivämäärä|Wysłano|Odesláno|Отправлено|Дата|Надіслано|"
    r"Gönderilme(?: Tarihi)?|"
    r"Tarih|Elküldve|Trimis|送信日時|日付|发送时间|日期|보낸 날짜|날짜|"
    r"To|An|À|A|Para|Aan|Till|Til|Vastaanottaja|Do|Komu|Кому|Kime|Címzett|Către|"
    r"宛先|收件人|받는 사람|"
    r"Cc|Kopie|Copie à|Kopia|Kopi|Kopio|DW|Копия|Bilgi|"
    r"Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Aihe|Temat|Předmět|"
    r"Тема|Konu|"
    r"Tárgy|Subiect|Θέμα|件名|主题|主旨|제목|Reply-To|Antwort an|Priority|Importance|Wichtigkeit|"
    r"Attachments|Anlagen)\*?\s*[:：]",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^[\s>*_]*\*?(?:From|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|От|Від|Kimden|Feladó|Από|差出人|发件人|"
    r"寄件者|보낸 사람)\*?\s*[:：]\*?\s*\S",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[\s]*[_\-=*─]{5,}\s*$")
_QUOTE = re.compile(r"^\s{0,3}(?:>|\|\s(?=\S)|»\s)")
_DELIMITER = re.compile(
    r"^\s*[#=-]*\s*(?:Please (?:type your )?reply above this line|"
    r"Reply above this line|Bitte (?:antworten Sie )?(?:über|"
    r"oberhalb)(?: von)? dieser Zeile.{0,40}|"
    r"Write ABOVE THIS LINE.{0,60}|Veuillez répondre au-dessus de cette ligne)\s*"
    r"[#=-]*\s*$",
    re.IGNORECASE,
)


def separated(text: str) -> tuple[str, str]:
    """What was written and what was quoted; either may be empty."""
    lines = text.split("\n", _MOST_LINES)
    rest = lines.pop() if len(lines) > _MOST_LINES else ""
    kept: list[str] = []
    quoted: list[str] = []
    number = 0
    attributions = _Budget(_MOST_CANDIDATES)
    while number < len(lines):
        line = lines[number]
        if _FORWARDED.match(line[:_LONGEST_LINE]) and not _QUOTE.match(line):
            kept.extend(lines[number:])
            break
        if _ends_here(lines, number, written=kept):
            quoted.extend(lines[number:])
            break
        if _QUOTE.match(line):
            quoted.append(line)
            number += 1
            continue
        length = _attribution(lines, number, attributions)
        if length and _history_follows(lines, number + length):
            quoted.extend(lines[number : number + length])
            if not _quote_marks_follow(lines, number + length):
                quoted.extend(lines[number + length :])
                break
            number += length
            continue
        kept.append(line)
        number += 1
    if rest:
        quoted.append(rest)
    return _tidy(kept), _tidy(quoted)


class _Budget:
    """Bounds how many lines are looked at closely."""

    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _ends_here(lines: Sequence[str], number: int, *, written: Sequence[str]) -> bool:
    """Whether everything from this line on is history."""
    line = lines[number][:_LONGEST_LINE]
    if line.strip() == MARK:
        return not _forward_below(lines, number)
    if _HISTORY.match(line) or _DELIMITER.match(line):
        return True
    if _RULE.match(line):
        below = _next_text(lines, number + 1)
        return below is not None and _header_block(lines, below)
    if not _header_block(lines, number):
        return False
    # A mail that only consists of a forwarded one is shown as it is.
    return any(piece.strip() for piece in written)


def _forward_below(lines: Sequence[str], number: int) -> bool:
    below = _next_text(lines, number + 1)
    return below is not None and bool(_FORWARDED.match(lines[below][:_LONGEST_LINE]))


def _header_block(lines: Sequence[str], number: int) -> bool:
    """From, Sent, To, Subject below each other, as Outlook writes them."""
    if not _FROM.match(lines[number][:_LONGEST_LINE]):
        return False
    found, blank = 0, 0
    for line in lines[number : number + 14]:
        if _FIELD.match(line[:_LONGEST_LINE]):
            found += 1
            blank = 0
        elif not line.strip():
            blank += 1
            if blank > 1 or found >= _NEEDED_FIELDS:
                break
    return found >= _NEEDED_FIELDS


def _attribution(lines: Sequence[str], number: int, budget: _Budget) -> int:
    """How many lines from here on say who wrote; 0 where they don't."""
    if not lines[number].strip() or lines[number].lstrip().startswith(">"):
        return 0
    for length in range(1, _WRAPPED + 1):
        if number + length > len(lines):
            return 0
        last = lines[number + length - 1].rstrip()
        if not last or len(last) > _LONGEST_LINE:
            return 0
        if not last.rstrip("*").endswith(_ENDS):
            continue
        if not budget.spend():
            return 0
        joined = " ".join(line.strip() for line in lines[number : number + length])
        joined = " ".join(joined.strip("*_ ").split())
        if any(pattern.match(joined) for pattern in _ATTRIBUTIONS):
            return length
        return 0
    return 0


def _history_follows(lines: Sequence[str], number: int) -> bool:
    return _next_text(lines, number) is not None


def _quote_marks_follow(lines: Sequence[str], number: int) -> bool:
    below = _next_text(lines, number)
    return below is not None and _QUOTE.match(lines[below]) is not None


def _next_text(lines: Sequence[str], number: int) -> int | None:
    for at in range(number, min(len(lines), number + 20)):
        if lines[at].strip() and lines[at].strip() != MARK:
            return at
    return None


def _tidy(lines: list[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines if line.strip() != MARK)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").strip()
