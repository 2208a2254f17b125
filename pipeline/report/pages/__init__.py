"""The HTML report: views built from the tables, and templates that only print them."""
