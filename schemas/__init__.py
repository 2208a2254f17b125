"""Everything declared as data: workbooks, registers, catalogues, texts, and the tables' models."""
