"""Which lines and companies the inputs name, and the assignment of our own ids."""
