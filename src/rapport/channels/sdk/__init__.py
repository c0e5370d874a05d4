"""What connectors share: the contract and nothing else."""
