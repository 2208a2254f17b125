"""Everything declared as data: workbooks, registers, catalogues, texts, and the tables' models."""

import os

# We use no plugins of pydantic, which would search every installed package for some.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
