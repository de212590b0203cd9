"""The benchmark of nnc against what a user would pick instead."""
