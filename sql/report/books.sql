-- Which books are there, and were their names chosen in advance?
SELECT book, kind, is_formed_in_advance, first_month, description FROM core.books ORDER BY book
