"""Writes the figures of some days by queue as CSV.

    RAPPORT_URL=https://desk.example RAPPORT_TOKEN=rpt_… \\
        python export_report.py 2026-11-01 2026-11-30 > november.csv
"""

import os
import sys

from rapport_client import Client


def main() -> None:
    client = Client(os.environ["RAPPORT_URL"], os.environ.get("RAPPORT_TOKEN"))
    if login := os.environ.get("RAPPORT_LOGIN"):
        client.sign_in(login, os.environ["RAPPORT_PASSWORD"])
    first, last = sys.argv[1:3]
    sys.stdout.buffer.write(client.reports.report_as_csv(first=first, last=last, by="queue"))


if __name__ == "__main__":
    main()
