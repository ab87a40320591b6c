"""The canonical tables out of the rows as they landed: orders that continue over rows, and what was given twice.

Where no order and no parcel occurs twice, which a count tells, the canonical tables are views and cost nothing.
Otherwise rows are put together by runs: rows of one order that follow each other in a file, in whose order they stand.
"""

from collections.abc import Sequence

import duckdb

_ORDER = (
    *("key", "name", "id", "created_at", "processed_at", "updated_at", "cancelled_at", "closed_at"),
    *("cancel_reason", "paid_at", "fulfilled_at", "financial_status", "fulfillment_status", "total"),
    *("currency", "refunded", "tags", "source", "shipping_method", "addressed"),
)
_LINE = ("line_id", "sku", "quantity", "fulfillable", "requires_shipping", "gift_card", "line_status")
_ROW = ("key", "number", "status", "store", "ordered_at", "paid_at", "shipped_at", "ship_by", "hold_until")
_ROW_MORE = ("carrier", "service", "marketplace")
_ITEM = ("key", "store", "status", "sku", "quantity", "parcel", "file")
_PARCEL = (
    *("key", "number", "kind", "parcel", "tracking", "tracking_damaged", "carrier", "service", "store"),
    *("marketplace", "provider", "order_status", "ordered_at", "made_at", "ship_date", "voided", "voided_at"),
    *("return_label", "notified", "status"),
)
_PARCEL_IDENTITY = "coalesce(plain_tracking(tracking), parcel, concat_ws('|', ship_date::VARCHAR, made_at::VARCHAR, service), '')"


def merge(connection: duckdb.DuckDBPyConnection, *, clash: bool) -> dict[int, int]:
    """Make the canonical tables; return for each file how many orders or parcels in it are elsewhere too.

    `clash`: as `orders_clash` says; the rows of Shopify's files have to stand in the files' order then.
    """
    repeated: dict[int, int] = {}
    for add in (_shopify(connection, clash=clash), _orders(connection), _parcels(connection)):
        for file, count in add.items():
            repeated[file] = repeated.get(file, 0) + count
    connection.execute(
        "INSERT INTO unread SELECT DISTINCT key, 'shopify' FROM shopify_parts WHERE tracking_damaged"
    )
    return repeated


def _one(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[int, ...]:
    return connection.execute(question).fetchone() or ()


def _by_file(connection: duckdb.DuckDBPyConnection, question: str) -> dict[int, int]:
    return {int(file): int(count) for file, count in connection.execute(question).fetchall()}


def _list(columns: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{column}" for column in columns)


# ---------------------------------------------------------------- Shopify


def orders_clash(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any order has more than one first row, or none: then its rows have to be put together with care."""
    [clashes] = _one(
        connection,
        "SELECT count(*) FROM (SELECT count(*) FILTER (WHERE first) AS firsts FROM shopify_rows GROUP BY hash(key)) "
        "WHERE firsts <> 1",
    )
    return clashes > 0


def _shopify(connection: duckdb.DuckDBPyConnection, *, clash: bool) -> dict[int, int]:
    if not clash:
        connection.execute(
            f"CREATE VIEW shopify_orders AS SELECT {_list(_ORDER)}, file, rowid FROM shopify_rows WHERE first"
        )
        connection.execute(
            "CREATE VIEW shopify_lines AS SELECT key, NULL::BIGINT AS id, rowid AS line, line_id, sku, quantity, "
            "fulfillable, requires_shipping, gift_card, line_status AS status, file, rowid FROM shopify_rows "
            "WHERE quantity IS NOT NULL"
        )
        return {}
    _runs(connection, "shopify_rows", "OR (first AND NOT lag(first) OVER ())")
    _choose_orders(connection)
    _orders_and_lines(connection)
    repeated = _by_file(
        connection,
        "SELECT file, count(*) FROM order_runs WHERE started AND run NOT IN (SELECT run FROM chosen) GROUP BY file",
    )
    connection.execute("DROP TABLE runs; DROP TABLE order_runs; DROP TABLE chosen")
    return repeated


def _runs(connection: duckdb.DuckDBPyConnection, table: str, also: str = "") -> None:
    """Number the runs of a table's rows: a new one begins with another order, another file, or where `also` says so."""
    connection.execute(
        f"""CREATE OR REPLACE TABLE runs AS
        SELECT *, sum(begins) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
        FROM (SELECT *, rowid AS place, CASE WHEN key IS DISTINCT FROM lag(key) OVER ()
            OR file IS DISTINCT FROM lag(file) OVER () {also} THEN 1 ELSE 0 END AS begins FROM {table})"""
    )


def _choose_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Choose one run for each order: the latest state of it, then the export that reaches furthest."""
    connection.execute(
        """CREATE OR REPLACE TABLE order_runs AS
        SELECT run, any_value(key) AS key, any_value(file) AS file, bool_or(first) AS started, max(id) AS id,
            greatest(max(updated_at), max(cancelled_at), max(fulfilled_at), max(paid_at)) AS changed_at
        FROM runs GROUP BY run"""
    )
    connection.execute(
        """CREATE OR REPLACE TABLE chosen AS
        WITH reach AS (SELECT file, max(created_at) AS until FROM shopify_rows GROUP BY file),
        named AS (
            SELECT r.*, until, coalesce(id, max(id) OVER (PARTITION BY key)) AS order_id
            FROM order_runs r JOIN reach USING (file) WHERE started
        )
        SELECT run, key, order_id FROM named
        QUALIFY row_number() OVER (
            PARTITION BY key, order_id ORDER BY changed_at DESC NULLS LAST, until DESC, file DESC, run DESC
        ) = 1"""
    )


def _orders_and_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the orders of the chosen runs, and their lines.

    Lines of runs without a first row belong to the order too: a part of a split file began with them. Where two orders
    have the number, nothing tells to which. In a run with
    several first rows every row repeats its order, so that equal rows there are one row twice.
    """
    latest = ", ".join(
        f"any_value({column}) FILTER (WHERE first OR NOT started) AS {column}"
        for column in _ORDER
        if column != "key"
    )
    connection.execute(
        f"""CREATE TABLE shopify_orders AS
        WITH used AS (
            SELECT r.*, o.started FROM runs r JOIN order_runs o USING (run)
            WHERE run IN (SELECT run FROM chosen) OR (NOT o.started AND r.key NOT IN (SELECT key FROM chosen))
        )
        SELECT key, {latest}, any_value(file) AS file FROM used
        GROUP BY key, CASE WHEN started THEN run END"""
    )
    same = _list((*_LINE, "key", "id"))
    connection.execute(
        f"""CREATE TABLE shopify_lines AS
        WITH single AS (
            SELECT key, any_value(order_id) AS order_id FROM chosen GROUP BY key HAVING count(*) = 1
        ), counted AS (
            SELECT r.run, r.key, coalesce(c.order_id, single.order_id) AS id, {_list(_LINE, "r.")}, min(r.place) AS place, min(r.file) AS file,
                CASE WHEN bool_and(r.first) THEN 1 ELSE count(*) END AS times
            FROM runs r LEFT JOIN chosen c USING (run) LEFT JOIN single ON single.key = r.key JOIN order_runs o USING (run)
            WHERE r.quantity IS NOT NULL AND (c.run IS NOT NULL OR NOT o.started) GROUP BY ALL
        ), most AS (
            SELECT {same}, min(place) AS place, min(file) AS file, max(times) AS times FROM counted GROUP BY ALL
        )
        SELECT key, id, place * 1000 + generate_series AS line, line_id, sku, quantity, fulfillable,
            requires_shipping, gift_card, line_status AS status, file
        FROM most, generate_series(1, times)"""
    )


# ---------------------------------------------------------------- ShipStation's orders


def _orders(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    rows, keys = _one(connection, "SELECT count(*), count(DISTINCT key) FROM order_rows")
    if rows == keys:
        connection.execute(
            f"CREATE VIEW shipstation_orders AS SELECT {_list(_ROW)}, {_list(_ROW_MORE)}, file, rowid "
            "FROM order_rows"
        )
        source = (
            "SELECT key, store, status, sku, quantity, NULL::VARCHAR AS parcel, file, rowid FROM order_rows"
        )
        connection.execute(
            f"CREATE VIEW order_items AS {source} WHERE sku IS NOT NULL OR quantity IS NOT NULL"
        )
        return {}
    _runs(connection, "order_rows")
    _latest_orders(connection)
    _items(connection)
    repeated = _by_file(
        connection,
        "SELECT file, count(DISTINCT key) FROM order_rows r "
        "WHERE file <> (SELECT c.file FROM order_files c WHERE c.key = r.key) GROUP BY file",
    )
    connection.execute("DROP TABLE runs; DROP TABLE order_files")
    return repeated


def _latest_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Take each order from the export that reaches furthest: within one, several states are parts of a split order."""
    connection.execute(
        """CREATE OR REPLACE TABLE order_files AS
        WITH reach AS (
            SELECT file, greatest(max(ordered_at), max(paid_at), max(shipped_at)) AS until FROM order_rows GROUP BY file
        )
        SELECT key, file FROM (SELECT DISTINCT key, file FROM order_rows) JOIN reach USING (file)
        QUALIFY row_number() OVER (PARTITION BY key ORDER BY until DESC NULLS LAST, file DESC) = 1"""
    )
    told = ", ".join(
        f"any_value({column}) AS {column}"
        for column in (*_ROW, *_ROW_MORE)
        if column not in {"key", "status", "store"}
    )
    connection.execute(
        f"""CREATE TABLE shipstation_orders AS
        SELECT key, status, store, {told}, any_value(file) AS file
        FROM order_rows JOIN order_files USING (key, file) GROUP BY key, status, store"""
    )


def _items(connection: duckdb.DuckDBPyConnection) -> None:
    """Take each product as often as one run has it: more often it was given twice. Of older states nothing is kept."""
    connection.execute(
        """CREATE TABLE order_items AS
        WITH counted AS (
            SELECT run, key, store, status, sku, quantity, any_value(file) AS file, count(*) AS times FROM runs
            WHERE sku IS NOT NULL OR quantity IS NOT NULL GROUP BY run, key, store, status, sku, quantity
        ), most AS (
            SELECT key, store, status, sku, quantity, max(file) AS file, max(times) AS times FROM counted
            GROUP BY key, store, status, sku, quantity
        )
        SELECT m.key, m.store, m.status, m.sku, m.quantity, NULL::VARCHAR AS parcel, m.file
        FROM most m SEMI JOIN shipstation_orders o ON m.key = o.key
            AND m.store IS NOT DISTINCT FROM o.store AND m.status IS NOT DISTINCT FROM o.status,
        generate_series(1, times)"""
    )


# ---------------------------------------------------------------- parcels


def _parcels(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    files, itemised = _one(connection, "SELECT count(DISTINCT file), count(sku) FROM parcel_rows")
    identity = (
        _PARCEL_IDENTITY if files > 1 else _PARCEL_IDENTITY.replace("plain_tracking(tracking)", "tracking")
    )
    connection.execute("CREATE TABLE several AS SELECT key FROM parcel_rows GROUP BY key HAVING count(*) > 1")
    [again] = _one(
        connection,
        f"SELECT count(*) - count(DISTINCT hash(key, {identity})) FROM parcel_rows SEMI JOIN several USING (key)",
    )
    simple = not again and not itemised and (files < 2 or not _apart(connection))
    if simple:
        connection.execute(
            f"CREATE VIEW shipstation_parcels AS SELECT {_list(_PARCEL)}, {_PARCEL_IDENTITY} AS identity, file, "
            "rowid FROM parcel_rows"
        )
        connection.execute(f"CREATE VIEW shipstation_items AS SELECT {_list(_ITEM)}, rowid FROM order_items")
        return {}
    connection.execute(
        f"CREATE TABLE known AS SELECT *, {_PARCEL_IDENTITY} AS identity, rowid AS place FROM parcel_rows"
    )
    _one_each(connection)
    _drop_unnumbered(connection)
    _parcel_items(connection)
    repeated = {} if itemised else _given_before(connection)
    connection.execute("DROP TABLE known")
    return repeated


def _apart(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether parcels without a number stand beside others, and may be the same ones told in another way."""
    [unnumbered] = _one(
        connection,
        "SELECT count(*) FROM parcel_rows WHERE tracking IS NULL AND NOT coalesce(tracking_damaged, FALSE)",
    )
    return unnumbered > 0


def _one_each(connection: duckdb.DuckDBPyConnection) -> None:
    """Make one parcel of all rows that mean the same: a void told once is a void, and a label beats a mark."""
    whether = ("tracking_damaged", "voided", "return_label", "notified")
    told = [f"bool_or({column}) AS {column}" for column in whether]
    told += [f"min({column}) AS {column}" for column in ("kind", "made_at", "ship_date", "ordered_at")]
    told.append("max(voided_at) AS voided_at")
    plain = {"key", *whether, "kind", "made_at", "ship_date", "ordered_at", "voided_at"}
    told += [f"arg_max({column}, place) AS {column}" for column in _PARCEL if column not in plain]
    connection.execute(
        f"CREATE TABLE shipstation_parcels AS SELECT key, identity, {', '.join(told)}, max(file) AS file "
        "FROM known GROUP BY key, identity"
    )


def _drop_unnumbered(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave out a parcel without a number where another export names that order's parcel of that day by its number."""
    connection.execute(
        """DELETE FROM shipstation_parcels AS bare WHERE tracking IS NULL AND EXISTS (
            SELECT 1 FROM shipstation_parcels AS full_one
            WHERE full_one.key = bare.key AND full_one.file <> bare.file AND full_one.tracking IS NOT NULL
            AND (bare.ship_date IS NULL OR full_one.ship_date IS NULL
                OR abs(date_diff('day', bare.ship_date, full_one.ship_date)) <= 1)
        )"""
    )


def _parcel_items(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the products of parcels, for exports that repeat a parcel for each of them. A row stands for one or more."""
    connection.execute(
        f"""CREATE TABLE shipstation_items AS
        SELECT {_list(_ITEM)} FROM order_items UNION ALL BY NAME
        SELECT key, any_value(store) AS store, any_value(order_status) AS status, sku,
            max(units) AS quantity, parcel, max(file) AS file
        FROM (
            SELECT key, file, identity AS parcel, sku, any_value(store) AS store, any_value(order_status) AS order_status,
                sum(coalesce(quantity, 1)) AS units
            FROM known WHERE sku IS NOT NULL GROUP BY key, file, identity, sku
        ) GROUP BY key, parcel, sku"""
    )


def _given_before(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    return _by_file(
        connection,
        "SELECT file, count(*) FROM (SELECT file, row_number() OVER (PARTITION BY key, identity ORDER BY place) AS nth "
        "FROM known) WHERE nth > 1 GROUP BY file",
    )
