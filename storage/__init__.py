"""What stuck knows and remembers. Imports nothing from bot."""
