"""Applies a configuration file; says what is wrong with it, by path.

RAPPORT_URL=https://desk.example RAPPORT_TOKEN=rpt_… python apply_configuration.py centre.yaml
"""

import os
import sys
from pathlib import Path

from rapport_client import ApiError, Client


def main() -> int:
    client = Client(os.environ["RAPPORT_URL"], os.environ.get("RAPPORT_TOKEN"))
    if login := os.environ.get("RAPPORT_LOGIN"):
        client.sign_in(login, os.environ["RAPPORT_PASSWORD"])
    document = Path(sys.argv[1]).read_bytes()
    try:
        applied = client.configuration.apply_configuration(document)
    except ApiError as error:
        print(error, error.details, file=sys.stderr)
        return 1
    print(applied)
    return 0


if __name__ == "__main__":
    sys.exit(main())
