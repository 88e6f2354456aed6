-- Which files do the views read, named from the home?
SELECT path FROM meta.published_files ORDER BY path
