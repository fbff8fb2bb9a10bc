"""What a reader sees: sequence logos, figures, tables and the summary page."""
