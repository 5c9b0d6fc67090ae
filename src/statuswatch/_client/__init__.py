"""What `statuswatch.client` is made of. It runs inside other people's programs: it imports the standard library, and nothing else."""
