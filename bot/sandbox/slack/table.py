"""Which Web API methods there are, and what each needs."""

from bot.sandbox.slack import chat, files, methods, unfurling, view_methods
from bot.sandbox.slack.methods import Method

METHODS = {
    "api.test": Method(methods.api_test),
    "auth.test": Method(methods.auth_test),
    "apps.connections.open": Method(methods.connections_open, app_token=True),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(chat.permalink),
    "chat.unfurl": Method(unfurling.unfurl, "links:write"),
    "conversations.info": Method(methods.conversations_info, "channels:read"),
    "conversations.list": Method(methods.conversations_list, "channels:read"),
    "conversations.members": Method(methods.conversations_members, "channels:read"),
    "conversations.open": Method(methods.conversations_open, "im:write"),
    "conversations.history": Method(methods.conversations_history),
    "conversations.replies": Method(methods.conversations_replies),
    "files.info": Method(files.info, "files:read"),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "users.info": Method(methods.users_info, "users:read"),
    "users.list": Method(methods.users_list, "users:read"),
    "usergroups.users.list": Method(methods.usergroup_members, "usergroups:read"),
    "reactions.add": Method(methods.react, "reactions:write"),
    "reactions.remove": Method(methods.unreact, "reactions:write"),
    "views.open": Method(view_methods.open_view),
    "views.push": Method(view_methods.push_view),
    "views.update": Method(view_methods.update_view),
    "views.publish": Method(view_methods.publish_view),
}
