"""What is told at the terminal: how far a class is while it is graded, and its table at the end."""
