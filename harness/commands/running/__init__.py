"""What commands that run trials share: what is planned, where it goes, what is missing of it."""
