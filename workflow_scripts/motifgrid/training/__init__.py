"""Training one cell: settings, device, loss, progress, metrics."""
