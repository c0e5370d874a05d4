"""A disk without room for a file: said in words, nothing left behind, and it heals by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from rapport.domain.errors import FilesAway
from tests.centre import Centre, TestClock, furnish, serving
from tests.journeys.test_email import mailbox
from tests.journeys.test_files import agent_sends, code, visitor_sends
from tests.journeys.test_task_life import active
from tests.small_disk import fill, small_disk

LARGE = b"words " * 500_000  # 3 MB


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", "8m") as directory:
        yield directory


@pytest_asyncio.fixture
async def centre(database: str, disk: Path) -> AsyncIterator[Centre]:
    async with serving(database, disk, TestClock()) as made:
        await furnish(made)
        yield made
        await made.settle()


def kept(disk: Path) -> list[Path]:
    return [path for path in (disk / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("room", [0, 1_000_000], ids=["none", "for a part of it"])
async def test_an_upload_is_refused_in_words_and_leaves_nothing(
    centre: Centre, disk: Path, room: int
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    filler, spare = disk / "filler", disk / "spare"
    rows = "SELECT count(*) FROM attachment"
    for times in (1, 2):
        spare.write_bytes(b"x" * room)
        fill(filler)
        spare.unlink()
        with capture_logs() as logs:
            for answer in (
                await agent_sends(ana, task_id, LARGE),
                await visitor_sends(page, LARGE),
                await agent_sends(ana, task_id, LARGE),
            ):
                assert (answer.status_code, code(answer)) == (503, "files_full")
                assert "room" in answer.json()["error"]["message"]
                assert int(answer.headers["retry-after"]) > 0
                assert str(disk) not in answer.text
        told = [entry for entry in logs if entry["log_level"] in {"error", "warning"}]
        assert [entry["event"] for entry in told] == ["files.full"], "once until there is room"
        assert told[0]["file_system"] == str(disk)
        assert len(kept(disk)) == 2 * (times - 1)
        assert await centre.node.database.pool.fetchval(rows) == 2 * (times - 1)
        filler.unlink()
        assert (await agent_sends(ana, task_id, LARGE[:1000])).is_success
        assert (await visitor_sends(page, LARGE[:1000])).is_success
    # Who only writes notices nothing.
    fill(filler)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Here I am."})


async def test_a_mail_stays_with_its_server_until_there_is_room(centre: Centre, disk: Path) -> None:
    """M10: it is not passed by after a few tries, as one is that can't be stored at all."""
    async with mailbox(centre) as box:
        fill(disk / "filler")
        with pytest.raises(FilesAway) as refused:
            await box.comes("The cup is broken." * 1000)
        assert (refused.value.code, refused.value.kind) == ("files_full", "unavailable")
        assert kept(disk) == []
        (disk / "filler").unlink()
        await box.comes("The cup is broken." * 1000)
        assert await centre.node.database.pool.fetchval("SELECT count(*) FROM task") == 1
