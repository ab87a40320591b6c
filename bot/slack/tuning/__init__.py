"""Settings in Slack: what is set now, the window that changes it, and what was changed by whom."""
