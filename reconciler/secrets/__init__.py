"""References to secrets, their fingerprints, and where those go that a provider makes."""
