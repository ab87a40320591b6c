"""How far the reading is: told file by file, and within a file on both ways of reading it."""

from itertools import pairwise
from time import monotonic

import duckdb
import pytest

from bot.sources.exports import careful, open_exports, progress
from bot.sources.exports.progress import QUIETLY, watched
from tests.unit.sources.exports.writing import LABELS, SHOPIFY, label, shopify, text, write


@pytest.fixture
def heard():
    return []


@pytest.fixture
def read(heard):
    def read_all(*paths):
        with open_exports(paths, progress=lambda what, part: heard.append((what, part))):
            pass

    return read_all


def test_each_file_is_told_with_its_share_of_all_bytes(tmp_path, read, heard):
    orders = write(tmp_path / "orders.csv", SHOPIFY, [shopify(f"#{number}") for number in range(1001, 1031)])
    labels = write(tmp_path / "labels.csv", LABELS, [label(str(number)) for number in range(1001, 1011)])
    read(orders, labels)
    sizes = orders.stat().st_size, labels.stat().st_size
    assert heard == [
        (f"Reading {orders}", 0.0),
        (f"Reading {labels}", pytest.approx(sizes[0] / sum(sizes))),
    ]


def test_within_a_file_duckdb_is_asked_how_far_it_is(monkeypatch):
    monkeypatch.setattr(progress, "_EVERY", 0.001)
    parts = []
    with duckdb.connect() as connection:
        connection.execute("; ".join(QUIETLY))
        deadline = monotonic() + 30
        while not parts and monotonic() < deadline:
            with watched(connection, parts.append):
                connection.execute("SELECT sum(hash(range)) FROM range(20_000_000)").fetchall()
        before = len(parts)
        connection.execute("SELECT sum(hash(range)) FROM range(1_000_000)").fetchall()
    assert parts
    assert all(0 <= part <= 1 for part in parts)
    assert len(parts) == before, "nobody watches once the block is left"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_within_a_file_that_is_read_carefully_the_lines_tell(tmp_path, monkeypatch, read, heard, encoding):
    monkeypatch.setattr(careful, "_TOLD_EVERY", 500)
    file = tmp_path / "orders.csv"
    rows = [shopify(f"#{number}") for number in range(1001, 4001)]
    mixed = text(SHOPIFY, rows).replace("\n", "\r\n", 1)
    file.write_bytes(mixed.encode(encoding))
    read(file)
    parts = [part for what, part in heard if what == f"Reading {file}"]
    assert all(before <= after for before, after in pairwise(parts))
    assert parts[0] == 0
    assert len({part for part in parts if 0 < part <= 1}) > 3
