"""How sequences and labels come about: one module per kind of dataset, one registry of kinds."""
