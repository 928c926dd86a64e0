"""Plans and results for people and for machines: text, JSON, progress."""
