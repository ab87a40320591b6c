"""What each Slack error code means for a message that we owe, and what a person can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bot.errors import SlackRefused

Outcome = Literal["sent", "retry", "dead", "unknown", "lost"]
"""sent: it stands in the channel. retry: it does not, try again later. dead: it never will.
unknown: nobody knows, look before sending again. lost: the message it is about is gone."""

Fault = Literal["none", "pace", "channel", "token", "content", "message", "reading", "slack"]
"""What is wrong: our speed, the channel, the token, what we sent, the message it is about, how we read, Slack itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one answer of Slack."""

    outcome: Outcome
    fault: Fault
    todo: str = ""
    """For a person, where one can help."""


_ELSEWHERE = "set SLACK_CHANNEL (or `channel` in stuck.toml) to the id of another channel"

_ROWS: tuple[tuple[Decision, str], ...] = (
    (Decision("sent", "none"), "ok"),
    (
        Decision("retry", "pace", "Nothing: the bot waits as long as Slack asks and keeps all it owes."),
        "ratelimited rate_limited message_limit_exceeded",
    ),
    (
        Decision(
            "retry", "channel", f"Type `/invite @stuck` in the channel; if it was deleted, {_ELSEWHERE}."
        ),
        "channel_not_found not_in_channel user_not_in_channel",
    ),
    (
        Decision("retry", "channel", "Nothing: what they should know is said in the thread."),
        "cannot_dm_bot user_disabled",
    ),
    (
        Decision("retry", "channel", f"Unarchive the channel, or {_ELSEWHERE}."),
        "is_archived is_inactive",
    ),
    (
        Decision(
            "retry",
            "channel",
            f"Let apps post in it (channel settings, posting permissions), or {_ELSEWHERE}.",
        ),
        """restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel
        restricted_action_non_threadable_channel restricted_action_thread_locked messages_tab_disabled
        channel_type_not_supported method_not_supported_for_channel_type duplicate_channel_not_found
        external_channel_migrating""",
    ),
    (
        Decision("retry", "token", "Install the app again and put its new bot token into SLACK_BOT_TOKEN."),
        """token_revoked token_expired account_inactive invalid_auth not_authed not_allowed_token_type
        two_factor_setup_required""",
    ),
    (
        Decision(
            "retry", "token", "Add the scopes that `stuck manifest` lists to the app, then install it again."
        ),
        "missing_scope no_permission access_denied team_access_not_granted",
    ),
    (
        Decision("retry", "token", "Ask a workspace administrator to allow the app."),
        """ekm_access_denied enterprise_is_restricted org_login_required accesslimited app_access_restricted
        team_not_found metadata_must_be_sent_from_app""",
    ),
    (
        Decision("dead", "content", "Please report it: Slack refused this message even as plain text."),
        """invalid_blocks invalid_blocks_format msg_blocks_too_long block_mismatch msg_too_long no_text
        markdown_text_conflict too_many_attachments too_many_contact_cards attachment_payload_limit_exceeded
        cant_broadcast_message as_user_not_supported
        invalid_metadata_format invalid_metadata_schema metadata_too_large
        invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data
        invalid_post_type missing_post_type invalid_json json_not_object missing_charset superfluous_charset
        unknown_method deprecated_endpoint method_deprecated
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked slack_connect_clip_sharing_blocked slack_connect_blocked_file_type
        file_share_limit_exceeded""",
    ),
    (
        Decision("lost", "message", "Nothing: the bot posts it again once."),
        "message_not_found cant_update_message thread_not_found cannot_reply_to_message",
    ),
    (
        Decision(
            "dead", "message", "Let messages be edited for longer (workspace settings, message editing)."
        ),
        "edit_window_closed",
    ),
    (
        Decision("retry", "reading", "Nothing: the bot reads again from the start."),
        """invalid_cursor invalid_ts_latest invalid_ts_oldest invalid_limit
        user_not_found user_not_visible users_not_found""",
    ),
    (
        Decision(
            "unknown",
            "slack",
            "Nothing: the bot looks in the channel first. See slack-status.com if it stays so.",
        ),
        """fatal_error internal_error server_error service_unavailable update_failed
        timeout cut http_error garbled""",
    ),
    (
        Decision(
            "retry", "slack", "Nothing: the request did not reach Slack. Check the network if it stays so."
        ),
        "unreachable request_timeout team_added_to_org",
    ),
)

OUTCOMES: Mapping[str, Decision] = MappingProxyType(
    {code: decided for decided, codes in _ROWS for code in codes.split()}
)
"""Slack's error codes, and our own for answers without one (timeout, cut, unreachable, http_error, garbled).

Source: slack.md 1.2, the error lists of chat.postMessage, chat.update, conversations.history and .replies.
"""

_UNHEARD = Decision("unknown", "slack", "Please report the code: the bot does not know it yet.")

_WHY: Mapping[Outcome, str] = {
    "dead": "This message cannot be delivered.",
    "unknown": "Whether the message stands in the channel is settled before anything is sent again.",
}


def decision(code: str) -> Decision:
    """Return what to do about this code; one never heard of is unknown, so it is neither lost nor sent twice."""
    return OUTCOMES.get(code, _UNHEARD)


class SlackFailure(SlackRefused):
    """One call to Slack did not do what it should, and this is what that means for the message."""

    def __init__(
        self, method: str, code: str, *, retry_after: float | None = None, needed: str | None = None
    ) -> None:
        decided = decision(code)
        super().__init__(
            f"Slack answered {code} to {method}.",
            why=_WHY.get(decided.outcome, "What the bot has to say waits; nothing of it is lost."),
            todo=f"Add the scope {needed} to the app, then install it again." if needed else decided.todo,
        )
        self.method = method
        self.code = code
        self.outcome: Outcome = decided.outcome
        self.fault: Fault = decided.fault
        self.retry_after = retry_after
        """Seconds; with the fault `pace`."""
