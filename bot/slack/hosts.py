"""Which addresses are Slack's: nothing of ours, and no token, goes anywhere else."""

from urllib.parse import urlsplit

_SLACK = "slack.com"


def is_slack(address: str, base_url: str) -> bool:
    """Whether an address is Slack's, over https, or one of the Slack that is configured as `base_url`."""
    try:
        to, ours = urlsplit(address), urlsplit(base_url)
        host, port = to.hostname or "", to.port
    except ValueError:  # brackets without an address, a port that is no number
        return False
    if to.scheme == "https" and port in {None, 443} and (host == _SLACK or host.endswith("." + _SLACK)):
        return True
    return (to.scheme, to.netloc) == (ours.scheme, ours.netloc)
