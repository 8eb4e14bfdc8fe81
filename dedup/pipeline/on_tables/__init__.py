"""The stages of the plan: each is fed from the rows of a partition, and yields rows."""
