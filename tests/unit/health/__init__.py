"""Tests of the health of a home: what is judged, what is logged, who is told."""
