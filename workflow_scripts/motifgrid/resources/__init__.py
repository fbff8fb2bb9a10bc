"""Files from outside: where each comes from, how it is downloaded, and what it must be."""
