"""What runs replicates: workers, executors, transport of what users wrote, result files."""
