"""Writers: what leaves the library, each derived from a `Restored` and nothing else."""
