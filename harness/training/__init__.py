"""The training loop: phases of optimisers, the order of batches, the KL warm-up."""
