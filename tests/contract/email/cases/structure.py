"""Bodies: charsets, encodings, multiparts, files, as RFC 2045 to 2049 say and as they come."""

from __future__ import annotations

import base64

from tests.contract.email.cases.form import BASE, Case, body, case, file, page, parts, plain

CT = "Content-Type: "
CTE = "Content-Transfer-Encoding: "
PNG = 'Content-Type: image/png; name="a.png"\nContent-ID: <i1@x>\n' + CTE + "base64\n\niVBORw0KGgo="


def text(name: str, data: bytes, kind: str, expected: str, **more: object) -> Case:
    return body(f"text: {name}", data, f"{CT}{kind}\n" if kind else "", text=expected, **more)


def multi(name: str, content: str, **expect: object) -> Case:
    return case(f"parts: {name}", BASE + content, **expect)


def names(*found: tuple[str, bool]) -> list[tuple[str, bool]]:
    return list(found)


CHARSETS = [
    text("ascii", b"Hello", "text/plain; charset=us-ascii", "Hello", problems=[]),
    text("utf-8", "Grüße".encode(), "text/plain; charset=utf-8", "Grüße", problems=[]),
    text("utf-8 in quotes", "ü".encode(), 'text/plain; charset="UTF-8"', "ü", problems=[]),
    text("iso-8859-1", "ü".encode("latin-1"), "text/plain; charset=iso-8859-1", "ü", problems=[]),
    text("iso-8859-15", b"\xa4", "text/plain; charset=iso-8859-15", "€", problems=[]),
    text("windows-1252 said to be latin-1", b"\x93a\x94", "text/plain; charset=iso-8859-1", "“a”"),
    text("windows-1251", "Привет".encode("cp1251"), "text/plain; charset=windows-1251", "Привет"),
    text("koi8-r", "Привет".encode("koi8-r"), "text/plain; charset=koi8-r", "Привет"),
    text("shift_jis", "日本".encode("cp932"), "text/plain; charset=Shift_JIS", "日本"),
    text("iso-2022-jp", "日本".encode("iso2022_jp"), "text/plain; charset=ISO-2022-JP", "日本"),
    text("euc-kr", "한국".encode("cp949"), "text/plain; charset=ks_c_5601-1987", "한국"),
    text("gbk said to be gb2312", "鎔基".encode("gbk"), "text/plain; charset=gb2312", "鎔基"),
    text("big5", "中文".encode("big5"), "text/plain; charset=big5", "中文"),
    text("utf-16 with mark", "Grüße".encode("utf-16"), "text/plain; charset=utf-16", "Grüße"),
    text("utf-7", b"Gr+APwA3w-e", "text/plain; charset=utf-7", "Grüße"),
    text("utf-8 with mark", b"\xef\xbb\xbfa\xc3\xbc", "text/plain; charset=utf-8", "aü"),
    text("undeclared utf-8", "Grüße".encode(), "", "Grüße", problems=[]),
    text("undeclared latin-1", "Grüße".encode("latin-1"), "", "Grüße",
         problems_has="charset_unknown"),
    text("ascii that is utf-8", "ü".encode(), "text/plain; charset=us-ascii", "ü"),
    text("latin-1 that is utf-8", "ü".encode(), "text/plain; charset=iso-8859-1", "ü",
         problems_has="charset_wrong"),
    text("utf-8 that is latin-1", "Grüße".encode("latin-1"), "text/plain; charset=utf-8", "Grüße",
         problems_has="charset_wrong"),
    text("utf-8 cut in a character", "äöüß".encode()[:-1], "text/plain; charset=utf-8",
         "äöü\ufffd", problems_has="charset_wrong"),
    text("unknown", "ü".encode(), "text/plain; charset=x-nothing", "ü",
         problems_has="charset_unknown"),
    text("a codec that is none for text", b"abc\xfc", "text/plain; charset=rot13", "abcü"),
    text("a codec that is slow", b"abc\xfc", "text/plain; charset=punycode", "abcü"),
    text("null bytes", b"a\x00b", "text/plain; charset=utf-8", "ab", problems_has="null_bytes"),
    text("lone carriage returns", b"a\rb", "text/plain", "a\nb"),
    text("content type broken", b"Hi", "text", "Hi"),
    text("content type nonsense", b"Hi", ";;;=", "Hi"),
    text("parameter without a value", b"Hi", "text/plain; charset", "Hi"),
    text("flowed", b"one \r\ntwo\r\n> quoted \r\n> on", "text/plain; format=flowed",
         "one two\n> quoted on"),
    text("flowed with delsp", b"eins \r\nzwei", "text/plain; format=flowed; delsp=yes", "einszwei"),
    text("flowed keeps the signature", b"a\r\n-- \r\nAda", "text/plain; format=flowed",
         "a\n-- \nAda"),
    body("html: charset in meta", b"<meta charset=iso-8859-1><p>" + b"\xfc</p>",
         f"{CT}text/html\n", text="ü"),
    body("html: text is made of it", "<p>One</p><ul><li>two</li></ul>", f"{CT}text/html\n",
         text_has="* two", html="<p>One</p><ul><li>two</li></ul>\n"[:-1]),
    body("html: script and style are no text", "<style>p{}</style><script>x()</script><p>Hi</p>",
         f"{CT}text/html\n", text="Hi"),
    body("html: entities", "<p>a&nbsp;&amp;&uuml;&#8364;</p>", f"{CT}text/html\n", text="a &ü€"),
]  # fmt: skip

ENCODINGS = [
    body("encoding: quoted-printable", "Gr=C3=BC=C3=9Fe=\n lang", CTE + "quoted-printable\n"
         + CT + "text/plain; charset=utf-8\n", text="Grüße lang"),
    body("encoding: broken quoted-printable", "a=ZZ b=", CTE + "quoted-printable\n",
         text_has="a=ZZ b"),
    body("encoding: base64", "SGVsbG8=", CTE + "base64\n", text="Hello"),
    body("encoding: base64 in capitals", "SGVsbG8=", CTE + "BASE64\n", text="Hello"),
    body("encoding: base64 without padding", "SGVsbG8", CTE + "base64\n", text="Hello"),
    body("encoding: base64 with strange letters", "SGV*sb!G8=", CTE + "base64\n", text="Hello"),
    body("encoding: base64 with a footer", "SGVsbG8=\n\n_____\nlist footer", CTE + "base64\n",
         text="Hello", problems_has="base64_broken"),
    body("encoding: two base64 blocks", "SGVs\nbG8=\nIFlvdQ==", CTE + "base64\n",
         text="Hello You"),
    body("encoding: a single letter left", "SGVsbG8hX", CTE + "base64\n", text="Hello!",
         problems_has="base64_broken"),
    body("encoding: unknown", "Hello", CTE + "x-future\n", text="Hello",
         problems_has="encoding_unknown"),
    body("encoding: 8bit with a comment", "Hello", CTE + "8bit; x\n", text="Hello"),
    body("encoding: uuencode", "begin 644 a.txt\n%2&5L;&\\\n`\nend\n", CTE + "x-uuencode\n",
         text="Hello"),
]  # fmt: skip

PARTS = [
    multi("alternative", parts("alternative", plain("Hi"), page("<p>Hi</p>")), text="Hi",
          html="<p>Hi</p>", attachments=[]),
    multi("alternative in the wrong order", parts("alternative", page("<p>H</p>"), plain("T")),
          text="T", html="<p>H</p>"),
    multi("alternative with amp", parts("alternative", plain("T"),
          "Content-Type: text/x-amp-html\n\n<html amp4email></html>", page("<p>H</p>")),
          text="T", html="<p>H</p>", attachments=[]),
    multi("mixed", parts("mixed", plain("Hi"), file("a.pdf")), text="Hi",
          files=names(("a.pdf", False))),
    multi("related", parts("related", page('<img src="cid:i1@x">'), PNG),
          html='<img src="cid:i1@x">', files=names(("a.png", True))),
    multi("related, root named by start", parts("related", PNG,
          "Content-ID: <root>\n" + page("<p>Root</p>"), more='; start="<root>"'),
          html="<p>Root</p>", files=names(("a.png", True))),
    multi("alternative in related in mixed", parts("mixed",
          parts("related", parts("alternative", plain("T"), page('<img src="cid:i1@x">'),
                                 boundary="c"), PNG, boundary="b2"), file("z.zip"), boundary="a2"),
          text="T", files=names(("a.png", True), ("z.zip", False))),
    multi("inline image without related", parts("mixed", page('<img src="CID:i1@x">'), PNG),
          files=names(("a.png", True))),
    multi("content id but not shown", parts("mixed", page("<p>x</p>"), PNG),
          files=names(("a.png", False))),
    multi("apple: text, image, text", parts("mixed", plain("One"),
          file("p.jpg", "image/jpeg", "inline"), plain("Two")), text="One\nTwo",
          files=names(("p.jpg", True))),
    multi("a list's footer as a part", parts("mixed", parts("alternative", plain("T"),
          page("<p>T</p>"), boundary="i"), plain("-- \nlist footer")),
          text="T\n-- \nlist footer", html_has="list footer"),
    multi("text as a file", parts("mixed", plain("Hi"), file("n.txt", "text/plain")), text="Hi",
          files=names(("n.txt", False))),
    multi("html as a file", parts("mixed", plain("Hi"), file("n.html", "text/html")), text="Hi",
          html=None, files=names(("n.html", False))),
    multi("invitation", parts("alternative", plain("Meet"), page("<p>Meet</p>"),
          "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR"),
          text="Meet", files=names(("invite.ics", False))),
    multi("signed", parts("signed", plain("Hi"),
          'Content-Type: application/pgp-signature; name="signature.asc"\n\nsig'), text="Hi",
          files=names(("signature.asc", False))),
    multi("encrypted", parts("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1",
          file("encrypted.asc", "application/octet-stream", "inline")), problems_has="encrypted"),
    body("parts: s/mime encrypted", "MIIB", f"{CT}application/pkcs7-mime; smime-type="
         f"enveloped-data; name=smime.p7m\n{CTE}base64\n", files=names(("smime.p7m", False)),
         problems_has="encrypted"),
    multi("attached message", parts("mixed", plain("See"), "Content-Type: message/rfc822\n\n"
          "From: b@example.com\nSubject: Inner one\n\nInner text"), text="See",
          files=names(("Inner one.eml", False))),
    multi("attached multipart message", parts("mixed", plain("See"),
          "Content-Type: message/rfc822\n\nSubject: In\n" + parts("mixed", plain("Inner"),
          file("i.pdf"), boundary="zz")), text="See", files=names(("In.eml", False))),
    multi("digest", parts("digest", "\nSubject: One\n\nText"), files=names(("One.eml", False))),
    multi("winmail.dat", parts("mixed", plain("Hi"), file("winmail.dat", "application/ms-tnef")),
          files=names(("winmail.dat", False)), problems_has="tnef"),
    multi("unknown multipart", parts("x-future", plain("Hi"), file("a.pdf")), text="Hi",
          files=names(("a.pdf", False))),
    multi("preamble and epilogue are no text", "MIME-Version: 1.0\n" + parts("mixed", plain("Hi"))
          .replace("\n\n--", "\n\nThis is a multi-part message.\n--", 1) + "epilogue\n", text="Hi"),
    multi("unfinished", parts("mixed", plain("Hi"), file("a.pdf")).replace("--=_b--\n", ""),
          text="Hi", files=names(("a.pdf", False)), problems_has="multipart_unfinished"),
    multi("boundary missing in the header", parts("mixed", plain("Hi"), plain("You"))
          .replace('; boundary="=_b"', "", 1), text="Hi\nYou", problems_has="no_boundary"),
    multi("boundary that never comes", "Content-Type: multipart/mixed; boundary=q\n\nHello\n",
          text="Hello", problems_has="multipart_without_parts"),
    multi("boundary that is a beginning of another", parts("mixed", plain("A"),
          parts("mixed", plain("B"), boundary="ab"), boundary="a"), text="A\nB"),
    multi("the same boundary inside", parts("mixed", plain("A"), parts("mixed", plain("B"))),
          text_has="A"),
    multi("spaces after a boundary", parts("mixed", plain("Hi"), file("a.pdf"))
          .replace("--=_b\n", "--=_b  \n"), text="Hi", files=names(("a.pdf", False))),
    multi("a dashed line in the text", parts("mixed", plain("a\n--\nb\n-----\nc")),
          text="a\n--\nb\n-----\nc"),
    multi("part without headers", parts("mixed", "\nHi"), text="Hi"),
    multi("part without an empty line", parts("mixed", "Content-Type: text/plain\nHi there"),
          text="Hi there"),
    multi("empty part", parts("mixed", plain("Hi"), ""), text="Hi"),
    multi("no parts", parts("mixed"), text_has=""),
]  # fmt: skip


def named(name: str, lines: str, expected: str) -> Case:
    content = f"{lines}\nContent-Transfer-Encoding: base64\n\naGVsbG8="
    return multi(f"name {name}", parts("mixed", plain("x"), content), files=[(expected, False)])


DISPOSITION = "Content-Type: application/pdf\nContent-Disposition: attachment; "
NAMES = [
    named("in quotes", DISPOSITION + 'filename="a b.pdf"', "a b.pdf"),
    named("without quotes", DISPOSITION + "filename=a.pdf", "a.pdf"),
    named("with spaces, without quotes", DISPOSITION + "filename=a b.pdf", "a b.pdf"),
    named("with a semicolon", DISPOSITION + 'filename="a;b.pdf"', "a;b.pdf"),
    named("with escapes", DISPOSITION + r'filename="a\"b.pdf"', "a_b.pdf"),
    named("of the content type", 'Content-Type: application/pdf; name="n.pdf"', "n.pdf"),
    named("extended", DISPOSITION + "filename*=UTF-8''r%C3%A4.pdf", "rä.pdf"),
    named("extended in latin-1", DISPOSITION + "filename*=iso-8859-1'de'r%E4.pdf", "rä.pdf"),
    named("continued", DISPOSITION + 'filename*0="one";\n filename*1=" two.pdf"', "one two.pdf"),
    named("continued and extended", DISPOSITION
          + "filename*0*=utf-8''%C3;\n filename*1*=%A4;\n filename*2=.pdf", "ä.pdf"),
    named("continued out of order", DISPOSITION + "filename*1=b.pdf; filename*0=a", "ab.pdf"),
    named("both forms", DISPOSITION + "filename=x.pdf; filename*=utf-8''%C3%A4.pdf", "ä.pdf"),
    named("as an encoded word", DISPOSITION + 'filename="=?utf-8?q?r=C3=A4.pdf?="', "rä.pdf"),
    named("as encoded words", DISPOSITION
          + 'filename="=?utf-8?q?r=C3?=\n =?utf-8?q?=A4.pdf?="', "rä.pdf"),
    named("in raw utf-8", DISPOSITION + 'filename="rä.pdf"', "rä.pdf"),
    named("with a path", DISPOSITION + 'filename="../../etc/a.pdf"', "a.pdf"),
    named("with a windows path", DISPOSITION + r'filename="C:\\Users\\a.pdf"', "a.pdf"),
    named("of dots", DISPOSITION + 'filename=".."', "file.pdf"),
    named("that turns round", DISPOSITION + 'filename="a\u202efdp.exe"', "a_fdp.exe"),
    named("missing", "Content-Type: application/pdf", "file.pdf"),
    named("missing, image", "Content-Type: image/jpeg", "image.jpg"),
    named("missing, unknown type", "Content-Type: application/x-y", "file.bin"),
    named("never ends", DISPOSITION + 'filename="a.pdf', "a.pdf"),
    multi("name taken twice", parts("mixed", plain("x"), file("a.pdf"), file("a.pdf")),
          files=[("a.pdf", False), ("a-2.pdf", False)]),
]  # fmt: skip

BYTES = base64.b64encode(bytes(range(256))).decode()
FILES = [
    multi("size is of the content", parts("mixed", plain("x"), file("a.bin")
          .replace("aGVsbG8=", BYTES)), size=256),
    multi("size of text as it came", parts("mixed", plain("x"),
          "Content-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\na;b\n1;2"),
          size=8),
    body("the whole mail is a file", "aGVsbG8=", f"{CT}application/pdf; name=a.pdf\n{CTE}base64\n",
         text="", files=names(("a.pdf", False))),
    body("the whole mail is text with a name", "Hi", f"{CT}text/plain; name=a.txt\n", text="Hi"),
]  # fmt: skip

CASES: list[Case] = [*CHARSETS, *ENCODINGS, *PARTS, *NAMES, *FILES]
