"""What a search draws from, what it is for, and how it chooses: its settings, resolved."""
