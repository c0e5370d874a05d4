"""PostgreSQL: owns every write. Read models are in `queries/`, schema changes in `migrations/`."""
