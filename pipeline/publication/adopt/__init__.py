"""Takes an analyst's views from a workbook over into the office's ratings."""
