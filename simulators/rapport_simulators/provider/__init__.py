"""What the simulated providers share: ledger, webhook delivery, faults, media, customers."""
