"""Motifs: arithmetic, databases, comparison by Tomtom, match fractions against ground truth."""
