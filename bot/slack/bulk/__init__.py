"""Many gaps at once: which ones, what is done to them, how it went, and taking it back."""
