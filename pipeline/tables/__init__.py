"""The tables of a review as others rely on them (contract 3), with their texts."""
