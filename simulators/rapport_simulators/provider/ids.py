"""Ids in the shapes the providers use; never the same again, also after a restart."""

import base64
import random
import string

_LETTERS = string.ascii_letters + string.digits


class Ids:
    """A source of ids; with a seed it repeats itself, without one it doesn't."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def hexadecimal(self, digits: int) -> str:
        """Lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def digits(self, count: int) -> str:
        """A decimal number that doesn't begin with 0."""
        return str(self._random.randrange(10 ** (count - 1), 10**count))

    def token(self, length: int) -> str:
        """Letters and digits."""
        return "".join(self._random.choices(_LETTERS, k=length))

    def wamid(self) -> str:
        """A WhatsApp message id."""
        raw = self._random.getrandbits(8 * 30).to_bytes(30, "big")
        return f"wamid.HBg{base64.b64encode(raw).decode()}"

    def mid(self) -> str:
        """A Messenger message id."""
        return f"m_{self.token(40)}"

    def sid(self, prefix: str) -> str:
        """A Twilio id."""
        return prefix + self.hexadecimal(32)
