"""From publishers' live services to new vintages: fetched politely, trusted only after checks.

`client` speaks HTTP, one module a publisher knows its service, `trust` judges what arrived,
`refresh` brings them together and writes vintages, and `state` remembers how it went.
"""
