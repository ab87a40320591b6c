"""Every code that Slack may answer has an outcome, and the outcomes are the right ones."""

import pytest

from bot.errors import SlackRefused
from bot.slack.outcomes import OUTCOMES, SlackFailure, decision

NAMED_IN_THE_FACTS = """
channel_not_found not_in_channel is_archived restricted_action msg_blocks_too_long invalid_blocks
invalid_blocks_format no_text metadata_too_large invalid_metadata_format ratelimited message_limit_exceeded
token_revoked account_inactive missing_scope msg_too_long edit_window_closed cant_update_message block_mismatch
message_not_found fatal_error internal_error invalid_auth not_authed
"""
"""The codes that slack.md names for the calls we make (chat.postMessage, chat.update) or that every call may answer."""

DOCUMENTED = """
access_denied account_inactive as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message
cant_broadcast_message cant_update_message channel_not_found channel_type_not_supported deprecated_endpoint
duplicate_channel_not_found edit_window_closed ekm_access_denied enterprise_is_restricted external_channel_migrating
fatal_error file_share_limit_exceeded internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth
invalid_blocks invalid_blocks_format invalid_charset invalid_cursor invalid_form_data invalid_metadata_format
invalid_metadata_schema invalid_post_type invalid_ts_latest invalid_ts_oldest is_archived is_inactive
markdown_text_conflict message_limit_exceeded message_not_found messages_tab_disabled metadata_must_be_sent_from_app
metadata_too_large method_deprecated missing_post_type missing_scope msg_blocks_too_long msg_too_long no_permission
no_text not_allowed_token_type not_authed not_in_channel org_login_required rate_limited ratelimited request_timeout
restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
restricted_action_thread_locked restricted_action_thread_only_channel service_unavailable
slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
team_access_not_granted team_added_to_org thread_not_found token_expired token_revoked too_many_attachments
too_many_contact_cards two_factor_setup_required update_failed
"""
"""The documented errors of chat.postMessage, chat.update, conversations.history and conversations.replies."""


@pytest.mark.parametrize("code", sorted({*NAMED_IN_THE_FACTS.split(), *DOCUMENTED.split()}))
def test_every_code_of_the_calls_we_make_is_decided(code):
    assert code in OUTCOMES


@pytest.mark.parametrize(
    ("code", "outcome", "fault"),
    [
        ("ok", "sent", "none"),
        ("ratelimited", "retry", "pace"),
        ("not_in_channel", "retry", "channel"),
        ("is_archived", "retry", "channel"),
        ("token_revoked", "retry", "token"),
        ("missing_scope", "retry", "token"),
        ("invalid_blocks", "dead", "content"),
        ("msg_too_long", "dead", "content"),
        ("message_not_found", "lost", "message"),
        ("edit_window_closed", "dead", "message"),
        ("fatal_error", "unknown", "slack"),
        ("internal_error", "unknown", "slack"),
        ("timeout", "unknown", "slack"),
        ("cut", "unknown", "slack"),
        ("unreachable", "retry", "slack"),
    ],
)
def test_a_code_means_what_the_design_says(code, outcome, fault):
    assert (outcome, fault) == (decision(code).outcome, decision(code).fault)


def test_a_code_never_heard_of_is_neither_lost_nor_sent_twice():
    assert decision("brand_new_error").outcome == "unknown"


def test_only_what_we_wrote_or_may_not_edit_can_be_dead():
    dead = {decided.fault for decided in OUTCOMES.values() if decided.outcome == "dead"}
    assert dead == {"content", "message"}


def test_every_failure_tells_a_person_what_to_do():
    assert all(decided.todo for code, decided in OUTCOMES.items() if code != "ok")


def test_a_failure_reads_as_what_happened_why_it_matters_and_what_to_do():
    failure = SlackFailure("chat.postMessage", "not_in_channel")
    assert isinstance(failure, SlackRefused)
    assert str(failure).startswith(
        "Slack answered not_in_channel to chat.postMessage. What the bot has to say waits"
    )
    assert "/invite @stuck" in str(failure)


def test_a_missing_scope_is_named():
    assert "channels:history" in SlackFailure("x", "missing_scope", needed="channels:history").todo
