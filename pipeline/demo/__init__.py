"""A made-up portfolio: workbooks of invented clusters and the office's files beside them.

Everything is labelled as made up; the figures are spread like the published ones on go-cluster.
"""

from pipeline.demo.portfolio import write_portfolio

__all__ = ["write_portfolio"]
