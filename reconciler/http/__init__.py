"""HTTP for one connection: pooled requests, retries that cannot duplicate, pace, and redaction.

`client` is the way in. Nothing here imports `requests` before a connection is opened.
"""
