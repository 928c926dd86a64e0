"""What a command does from beginning to end: open, read, plan, apply, and look after the state."""
