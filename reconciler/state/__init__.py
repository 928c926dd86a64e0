"""Where the state is kept: its model, the stores that keep it, their lock and their history."""
