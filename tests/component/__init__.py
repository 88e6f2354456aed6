"""Tests of single parts that need files, a database, a server or a process."""
