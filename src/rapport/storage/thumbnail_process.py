"""Makes one thumbnail, in a process of its own: `python -m rapport.storage.thumbnail_process`.

Pictures come from strangers: a decoder that fails, swells or is taken over does so here, under
limits, where nothing else is. Imports nothing of Rapport, so that it starts fast.

The picture is an open file on standard input, the thumbnail goes to the file on standard output.
Exit status 0: made. Everything else: there is none to be had of this picture.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

LONGEST_SIDE = 480
MOST_PIXELS = 50_000_000
MOST_MEMORY = 1_500_000_000
MOST_CPU_S = 15
LARGEST_RESULT = 5_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


BEHIND = 10
"""How far it steps back for the node and its database: starting it costs more than most pictures,
and a mailbox with a thousand of them took half of the machine."""


def limit() -> None:
    """Bound what the process may use; Windows has no such limits, the caller's time limit stays."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(BEHIND)
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_S),
        (resource.RLIMIT_FSIZE, LARGEST_RESULT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def make(source: BinaryIO, target: BinaryIO) -> bool:
    """A WebP without metadata, turned as the camera was held; False where it has too many pixels.

    Raises:
        OSError: no picture, or a damaged one.
    """
    # Loaded within the limits, too: it is most of what a small picture costs.
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source, formats=FORMATS) as picture:
        # By the header, before a pixel is decoded.
        if picture.width * picture.height > MOST_PIXELS:
            return False
        # A JPEG is decoded at a fraction of its size where that is enough.
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        clear = picture.has_transparency_data
        turned = ImageOps.exif_transpose(picture)
        small = turned.convert("RGBA" if clear else "RGB")
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Only pixels go on: position, camera and profile stay with the original.
    bare = Image.frombytes(small.mode, small.size, small.tobytes())
    bare.save(target, "WEBP", quality=80, method=4)
    return True


if __name__ == "__main__":
    limit()
    sys.exit(0 if make(sys.stdin.buffer, sys.stdout.buffer) else 3)
