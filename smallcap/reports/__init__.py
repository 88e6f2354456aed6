"""What people read: results as text for the terminal. Nothing is computed here beyond formatting."""
