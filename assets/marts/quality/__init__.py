"""Marts of the quality screen."""
