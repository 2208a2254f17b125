"""A second, independent reading of the contract, to check the pipeline against."""
