"""Kenneth French's factor files: reads their layouts, and downloads them from his data library."""
