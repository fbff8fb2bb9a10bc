"""Reading and writing files: every format that enters or leaves motifgrid has its module here."""
