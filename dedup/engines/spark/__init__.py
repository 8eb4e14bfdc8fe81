"""The engine of a cluster: a plan over Spark Connect, which Spark and Sail answer."""
