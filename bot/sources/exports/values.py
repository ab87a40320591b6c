"""SQL macros that turn what exports write into values: numbers with Excel's guards and damage, flags, statuses.

Every macro takes VARCHAR and returns NULL for NULL. A file has millions of values: what is asked of each is cheap.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

TRUE = (
    *("true", "yes", "y", "t", "1", "x", "wahr", "vrai"),
    *("voided", "void", "return", "sent", "notified", "success"),
)
FALSE = (
    *("false", "no", "n", "f", "0", "falsch", "faux", "active", "none", "-"),
    *("failed", "not attempted", "not notified", "not sent", "pending"),
)
BLANK = ("", "-", "--", "n/a", "null", "none", "nan", "never")
"""Words that stand for nothing."""

DAMAGED = r"\d([.,]\d+)?E\+\d+|\d{15}0{5,}"
"""A long number that Excel has rounded: `9.40011E+21`, or 15 digits and only zeros after them."""


def _texts(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_TIDY = "NOT suffix(x, '.0') AND NOT suffix(x, ' ')"

MACROS = MappingProxyType(
    {
        "bare(x)": r"""trim(regexp_replace(trim(x), '(?s)^(?:="?([^"]*)"?|''(.*))$', '\1\2'))""",
        "given(x)": f"x IS NOT NULL AND lower(trim(x)) NOT IN ({_texts(BLANK)})",
        "pointless(x)": r"regexp_replace(x, '^(\d+)\.0+$', '\1')",
        "is_damaged(x)": f"""CASE WHEN contains(x, '+') OR suffix(x, '00000')
            THEN regexp_full_match(upper(bare(x)), '{DAMAGED}') ELSE FALSE END""",
        "any_number(x)": "CASE WHEN given(x) THEN pointless(bare(x)) END",
        "number(x)": f"""CASE WHEN (x BETWEEN '0' AND ':' OR x BETWEEN '#!' AND '$') AND {_TIDY} THEN x
            ELSE any_number(x) END""",
        "any_key(x)": "nullif(trim(regexp_replace(lower(pointless(bare(x))), '^#', '')), '')",
        "number_key(x)": f"""CASE WHEN x BETWEEN '0' AND ':' AND {_TIDY} THEN lower(x)
            WHEN x BETWEEN '#!' AND '$' AND {_TIDY} THEN lower(substring(x, 2)) ELSE any_key(x) END""",
        "tracking_number(x)": "CASE WHEN is_damaged(x) THEN NULL ELSE number(x) END",
        "any_flag(x)": f"""CASE WHEN lower(bare(x)) IN ({_texts(TRUE)}) THEN TRUE
            WHEN lower(bare(x)) IN ({_texts(FALSE)}) THEN FALSE
            WHEN regexp_matches(x, '\\d{{1,4}}[-/.]\\d{{1,2}}[-/.]\\d{{1,4}}') THEN TRUE END""",
        "flag(x)": """CASE WHEN x IN ('true', 'True', 'TRUE') THEN TRUE WHEN x IN ('false', 'False', 'FALSE') THEN FALSE
            ELSE any_flag(x) END""",
        "units(x)": "coalesce(try_cast(x AS INTEGER), try_cast(replace(bare(x), ',', '') AS INTEGER))",
        "long_id(x)": r"""CASE WHEN is_damaged(x) THEN NULL ELSE coalesce(try_cast(x AS BIGINT),
            try_cast(regexp_extract(bare(x), '(^|/)(\d{1,18})(\.0+)?$', 2) AS BIGINT)) END""",
        "any_state(x)": "replace(replace(trim(x), ' ', '_'), '-', '_')",
        "payment_state(x)": "CASE x WHEN 'paid' THEN 'PAID' ELSE upper(any_state(x)) END",
        "fulfilled_state(x)": """CASE lower(x) WHEN 'fulfilled' THEN 'FULFILLED' WHEN 'unfulfilled' THEN 'UNFULFILLED'
            WHEN 'partial' THEN 'PARTIALLY_FULFILLED' ELSE upper(any_state(x)) END""",
        "order_state(x)": """CASE lower(x) WHEN 'shipped' THEN 'shipped' WHEN 'canceled' THEN 'cancelled'
            ELSE lower(any_state(x)) END""",
        "plain_tracking(x)": "upper(regexp_replace(x, '[^0-9A-Za-z]', '', 'g'))",
    }
)
"""Those beginning with `any_` take every form; the others first look for the usual one, which costs a tenth."""


def macros(of: Mapping[str, str] = MACROS) -> list[str]:
    """Return the statements that create these macros, in the order in which they use each other."""
    return [f"CREATE OR REPLACE MACRO {name} AS ({body})" for name, body in of.items()]
