"""The comparative workbook portfolio.xlsx, written from the tables of a finished review."""
