"""The benchmark: sets of damaged texts with gold, measures, peers in the same run, reports, and the quality gate."""
