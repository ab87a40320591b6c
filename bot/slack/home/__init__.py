"""The Home tab: the queue in Slack."""
