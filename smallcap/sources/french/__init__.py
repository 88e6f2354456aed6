"""Kenneth French's factor files: their layouts, and the library that serves them."""
