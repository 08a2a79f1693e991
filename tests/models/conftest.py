"""Tests of the methods are many small steps: one thread each is fastest."""

import torch

torch.set_num_threads(1)
