"""Prints the conversations in which somebody wrote some words.

RAPPORT_URL=https://desk.example RAPPORT_TOKEN=rpt_… python list_conversations.py refund
"""

import json
import os
import sys

from rapport_client import Client


def main() -> None:
    client = Client(os.environ["RAPPORT_URL"], os.environ.get("RAPPORT_TOKEN"))
    if login := os.environ.get("RAPPORT_LOGIN"):
        client.sign_in(login, os.environ["RAPPORT_PASSWORD"])
    found = client.search.search(q=" ".join(sys.argv[1:]), kind="conversations", limit=100)
    for conversation in found["items"]:
        print(json.dumps(conversation))


if __name__ == "__main__":
    main()
