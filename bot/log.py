"""Where log lines go: stderr, one event a line, with every secret struck out."""

import logging
import sys

import structlog

from bot.secrets import strike

_OURS = ("bot", "storage")
_BOLTS_REMARK = "As you gave `client` as well"
"""Bolt looks into the environment for the token that the client it was given already has, and remarks on it."""


def configure(level: int | str) -> None:
    """Log our own events from `level` (or its name) up, and the libraries' from WARNING up, to stderr in one form.

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
