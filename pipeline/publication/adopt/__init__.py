"""Copies an analyst's views from a workbook into the office's ratings."""
