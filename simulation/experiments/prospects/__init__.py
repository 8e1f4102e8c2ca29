"""What a state could do next: candidates, what a run says of each, and how each is imposed on a run."""
