"""Each stage fed from the store, batch by batch, and its results written back to it.

One module a stage, of the stage's name. The stages themselves know no store.
"""

# Modules that load what workers need, each for the server that its workers are forked from.
PAGE_PRELOAD = "dedup.pipeline.page_worker_preload"
TEXT_PRELOAD = "dedup.pipeline.text_worker_preload"
