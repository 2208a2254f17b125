"""The HTML report: `pages.write_pages` builds views from the tables, the templates only print them."""
