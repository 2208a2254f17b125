"""The stage: a review as pages and workbooks; all arithmetic is done before."""
