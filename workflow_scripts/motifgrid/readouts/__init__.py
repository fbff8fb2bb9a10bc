"""Methods that turn a trained cell and test sequences into motifs or scores, one module each."""
