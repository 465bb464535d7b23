"""Price data of others, made into one catalogue of integers."""
