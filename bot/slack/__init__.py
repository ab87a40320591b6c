"""The mouth and hands: cards, words and listeners for Slack, and the outbox sender."""
