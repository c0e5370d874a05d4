"""Replies as mail programs write them, and what of them a person wrote."""

from __future__ import annotations

from tests.contract.email.cases.form import Case, body

NEW = "Thanks, that works."
SHOP = "Shop <help@example.org>"


def reply(name: str, text: str, visible: str = NEW, quoted_head: str = "") -> Case:
    return body(f"reply: {name}", text, quoted_head, visible_reply=visible)


def below(name: str, attribution: str, mark: str = "> ") -> Case:
    return reply(name, f"{NEW}\n\n{attribution}\n\n{mark}Did it work?\n{mark}\n{mark}Shop\n")


def outlook(name: str, *fields: str) -> Case:
    block = "\n".join(fields)
    return reply(name, f"{NEW}\n\n{'_' * 32}\n{block}\n\nDid it work?\n")


def html(name: str, content: str, visible: str = NEW) -> Case:
    return body(
        f"reply html: {name}", content, "Content-Type: text/html; charset=utf-8\n",
        visible_reply=visible,
    )  # fmt: skip


CASES: list[Case] = [
    reply("nothing quoted", f"{NEW}\n"),
    below("gmail", f"On Mon, Mar 2, 2026 at 9:00 AM {SHOP} wrote:"),
    below("gmail, line broken", "On Mon, Mar 2, 2026 at 9:00 AM Shop\n<help@example.org> wrote:"),
    below("gmail, name long", "On Mon, Mar 2, 2026 at 9:00 AM The Shop of Many\nThings and More "
          "Things\n<help@example.org>\nwrote:"),
    below("apple", "> On 2 Mar 2026, at 09:00, Shop <help@example.org> wrote:"),
    below("apple, not quoted", "On 2. Mar 2026, at 09:00, Shop <help@example.org> wrote:"),
    below("thunderbird", "On 02.03.26 09:00, Shop wrote:"),
    below("thunderbird, old", "Shop wrote on 02.03.26 09:00:"),
    below("mutt", "On Mon, Mar 02, 2026 at 09:00:00AM +0100, Shop wrote:"),
    below("gnus", "Shop <help@example.org> writes:"),
    below("without dates", "help@example.org wrote:"),
    below("german gmail", f"Am Mo., 2. März 2026 um 09:00 Uhr schrieb {SHOP}:"),
    below("german thunderbird", "Am 02.03.26 um 09:00 schrieb Shop:"),
    below("german apple", f"Am 02.03.2026 um 09:00 schrieb {SHOP}:"),
    below("german, line broken", "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Shop <\nhelp@example.org>:"),
    below("french", f"Le lun. 2 mars 2026 à 09:00, {SHOP} a écrit :"),
    below("french apple", f"Le 2 mars 2026 à 09:00, {SHOP} a écrit :"),
    below("spanish", f"El lun, 2 mar 2026 a las 9:00, {SHOP} escribió:"),
    below("italian", f"Il giorno lun 2 mar 2026 alle ore 09:00 {SHOP} ha scritto:"),
    below("italian thunderbird", "Il 02/03/26 09:00, Shop ha scritto:"),
    below("portuguese", f"Em seg., 2 de mar. de 2026 às 09:00, {SHOP} escreveu:"),
    below("dutch", f"Op ma 2 mrt 2026 om 09:00 schreef {SHOP}:"),
    below("swedish", f"Den mån 2 mars 2026 kl 09:00 skrev {SHOP}:"),
    below("danish", f"Den man. 2. mar. 2026 kl. 09.00 skrev {SHOP}:"),
    below("norwegian", f"man. 2. mars 2026 kl. 09:00 skrev {SHOP}:"),
    below("finnish", f"ma 2. maalisk. 2026 klo 9.00 {SHOP} kirjoitti:"),
    below("polish", f"pon., 2 mar 2026 o 09:00 {SHOP} napisał(a):"),
    below("polish thunderbird", "W dniu 2.03.2026 o 09:00, Shop pisze:"),
    below("czech", f"po 2. 3. 2026 v 9:00 odesílatel {SHOP} napsal:"),
    below("russian", "02.03.2026 09:00, Shop пишет:"),
    below("russian gmail", f"пн, 2 мар. 2026 г. в 09:00, {SHOP} написал:"),
    below("ukrainian", f"пн, 2 бер. 2026 р. о 09:00 {SHOP} пише:"),
    below("turkish", f"{SHOP}, 2 Mar 2026 Pzt, 09:00 tarihinde şunu yazdı:"),
    below("hungarian", f"{SHOP} ezt írta (időpont: 2026. márc. 2., H, 9:00):"),
    below("romanian", f"În lun., 2 mar. 2026 la 09:00, {SHOP} a scris:"),
    below("greek", f"Στις Δευ 2 Μαρ 2026 στις 9:00 π.μ., ο χρήστης {SHOP} έγραψε:"),
    below("vietnamese", f"Vào Th 2, 2 thg 3, 2026 vào lúc 09:00 {SHOP} đã viết:"),
    below("japanese", "2026年3月2日(月) 9:00 Shop <help@example.org> のメッセージ:"),
    below("chinese", "Shop <help@example.org> 于2026年3月2日周一 09:00写道："),
    below("korean", "2026년 3월 2일 (월) 오전 9:00, Shop <help@example.org>님이 작성:"),
    below("marks without an attribution", ""),
    below("marks without a space", "On 2 Mar 2026 Shop wrote:", ">"),
    outlook("outlook", "From: Shop <help@example.org>", "Sent: Monday, March 2, 2026 9:00 AM",
            "To: Ada <ada@example.com>", "Subject: Question"),
    outlook("outlook german", "Von: Shop <help@example.org>", "Gesendet: Montag, 2. März 2026",
            "An: Ada <ada@example.com>", "Betreff: Frage"),
    outlook("outlook french", "De : Shop <help@example.org>", "Envoyé : lundi 2 mars 2026",
            "À : Ada <ada@example.com>", "Objet : Question"),
    outlook("outlook spanish", "De: Shop <help@example.org>", "Enviado el: lunes, 2 de marzo",
            "Para: Ada <ada@example.com>", "Asunto: Pregunta"),
    outlook("outlook italian", "Da: Shop <help@example.org>", "Inviato: lunedì 2 marzo 2026",
            "A: Ada <ada@example.com>", "Oggetto: Domanda"),
    outlook("outlook dutch", "Van: Shop <help@example.org>", "Verzonden: maandag 2 maart 2026",
            "Aan: Ada <ada@example.com>", "Onderwerp: Vraag"),
    outlook("outlook swedish", "Från: Shop <help@example.org>", "Skickat: den 2 mars 2026",
            "Till: Ada <ada@example.com>", "Ämne: Fråga"),
    outlook("outlook polish", "Od: Shop <help@example.org>", "Wysłano: 2 marca 2026",
            "Do: Ada <ada@example.com>", "Temat: Pytanie"),
    outlook("outlook russian", "От: Shop <help@example.org>", "Отправлено: 2 марта 2026",
            "Кому: Ada <ada@example.com>", "Тема: Вопрос"),
    outlook("outlook with stars", "*From:* Shop <help@example.org>", "*Sent:* Monday",
            "*To:* Ada <ada@example.com>", "*Subject:* Question"),
    reply("outlook without a rule", f"{NEW}\n\nFrom: Shop\nSent: Monday\nTo: Ada\nSubject: Q\n\nX"),
    reply("outlook express", f"{NEW}\n\n-----Original Message-----\nFrom: Shop\n\nDid it work?"),
    reply("outlook express german",
          f"{NEW}\n\n-----Ursprüngliche Nachricht-----\nVon: Shop\n\nGeht es?"),
    reply("outlook express french", f"{NEW}\n\n-----Message d'origine-----\nDe : Shop\n\nAlors ?"),
    reply("outlook express spanish", f"{NEW}\n\n-----Mensaje original-----\nDe: Shop\n\nQué?"),
    reply("attribution without marks (text of html)",
          f"{NEW}\n\nOn Mon, Mar 2, 2026 at 9:00 AM {SHOP} wrote:\n\nDid it work?\n"),
    reply("written below the quote", f"On 2 Mar 2026 Shop wrote:\n> Did it work?\n\n{NEW}\n"),
    reply("written between the quotes",
          "On 2 Mar 2026 Shop wrote:\n> Did it work?\nYes.\n> And the other?\nNo.",
          "Yes.\nNo."),
    reply("signature stays", f"{NEW}\n\n-- \nAda\n\nOn 2 Mar 2026 Shop wrote:\n> Q",
          f"{NEW}\n\n--\nAda"),
    reply("reply line of a help desk",
          f"{NEW}\n\n##- Please type your reply above this line -##\nOld text"),
    reply("history of a history", f"{NEW}\n\nOn 2 Mar 2026 Shop wrote:\n> a\n>\n>> b\n>> c\n"),
    reply("a list with colons is no attribution",
          "I need these on 2 March:\n- a lamp\n- a table", "I need these on 2 March:\n- a lamp\n"
          "- a table"),
    reply("a person who wrote something",
          "Yesterday your colleague wrote: no refund.\nIs that so?",
          "Yesterday your colleague wrote: no refund.\nIs that so?"),
    reply("a form is no history", "From: Vienna\nTo: Graz\nWhen: Monday",
          "From: Vienna\nTo: Graz\nWhen: Monday"),
    reply("forwarded: it is what the sender wants read",
          "See below\n\n---------- Forwarded message ---------\nFrom: X <x@example.net>\n\nText",
          "See below\n\n---------- Forwarded message ---------\nFrom: X <x@example.net>\n\nText"),
    reply("only a quote", "On 2 Mar 2026 Shop wrote:\n> Did it work?", ""),
    html("gmail", f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote"><div class="gmail_attr">'
         "On Mon, Mar 2, 2026 at 9:00 AM Shop wrote:<br></div><blockquote>Q?</blockquote></div>"),
    html("gmail in a language of the future", f'<div dir="ltr">{NEW}</div><div class="gmail_quote '
         'gmail_quote_container">Lun Shop parolis<blockquote>Q?</blockquote></div>'),
    html("outlook web", f'<div>{NEW}</div><div id="appendonsend"></div><hr><div '
         'id="divRplyFwdMsg"><b>From:</b> Shop<br><b>Sent:</b> Monday</div><div>Q?</div>'),
    html("outlook desktop", f"<p>{NEW}</p><div style='border:none;border-top:solid 1pt'>"
         "<p><b>From:</b> Shop<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br><b>Subject:</b> Q</p>"
         "</div><p>Did it work?</p>"),
    html("apple", f'<div>{NEW}</div><blockquote type="cite"><div>On 2 Mar 2026, Shop wrote:</div>'
         "<div>Q?</div></blockquote>"),
    html("thunderbird", f'<p>{NEW}</p><div class="moz-cite-prefix">On 02.03.26 Shop wrote:</div>'
         '<blockquote type="cite"><p>Q?</p></blockquote>'),
    html("yahoo", f'<div>{NEW}</div><div class="yahoo_quoted"><div>On Monday, Shop wrote:</div>'
         "<div>Q?</div></div>"),
    html("proton", f'<div>{NEW}</div><div class="protonmail_quote">On Monday, Shop wrote:<br>'
         "<blockquote>Q?</blockquote></div>"),
    html("nothing quoted", f"<p>{NEW}</p>"),
]  # fmt: skip
