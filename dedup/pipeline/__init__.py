"""Each stage fed from the store, batch by batch, and its results written back to it.

One module a stage, of the stage's name. The stages themselves know no store.
"""
