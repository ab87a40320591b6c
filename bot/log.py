"""Where log lines go: stderr, one event a line, with every secret struck out: those of the settings, and what looks like one."""

import logging
import re
import sys

import structlog

_SECRET = re.compile(
    r"\b(xox[a-z](\.xox[a-z])?|xapp)-[\w-]+"  # Slack's
    r"|\bshp[a-z]{2}_\w+"  # Shopify's
    r"|\b(Basic|Bearer) [\w+/=.~-]{16,}"  # as they travel
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # in an address
    r"|(?<=[?&]password=)[^&\s'\"]+|(?<=[?&]ticket=)[^&\s'\"]+"  # after one
    r"|\bhooks\.slack\.com/[^\s'\"]+"  # who knows it may answer there
)
_STRUCK = "[struck out]"
_SHORTEST = 8
"""A secret shorter than this is a placeholder, and could be part of any word."""
_known: set[str] = set()
_OURS = ("bot", "storage")
_BOLTS_REMARK = "As you gave `client` as well"
"""Bolt looks into the environment for the token that the client it was given already has, and remarks on it."""


def hide(secret: str) -> None:
    """Strike this very text out from now on: the keys of ShipStation, for one, look like any other number."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def strike(text: str) -> str:
    """Replace what is hidden or looks like a token, and the user and password of an address, by a mark."""
    text = _SECRET.sub(_STRUCK, text)
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _STRUCK)
    return text


def configure(level: int) -> None:
    """Log our own events from `level` up, and the libraries' from WARNING up, to stderr in one form.

    APScheduler's only from ERROR: it warns whenever a run outlasts its interval, which is waited for on purpose.
    """
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _Stderr)]
    root.addHandler(_Stderr())
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_CHAIN,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


_CHAIN: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
    structlog.processors.format_exc_info,
)


class _Stderr(logging.Handler):
    """Writes to whatever stderr is at the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(lambda record: not str(record.msg).startswith(_BOLTS_REMARK))
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=_CHAIN,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.LogfmtRenderer(
                        key_order=["timestamp", "level", "event"], bool_as_flag=False
                    ),
                ],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        print(strike(self.format(record)), file=sys.stderr)  # noqa: T201  # this is where log lines end
