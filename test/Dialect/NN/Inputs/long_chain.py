"""Prints an entry that differentiates a chain of N sines by its input, twice."""

import sys

count = int(sys.argv[1])
print("nn.entry @chain(%v0: tensor<f32>) -> (tensor<f32>) {")
for i in range(count):
    print(f"  %v{i + 1} = nn.sin %v{i} : tensor<f32>")
for name, loss in [("g", f"v{count}"), ("h", "g")]:
    print(f"  %{name} = nn.gradient %{loss} by %v0 : tensor<f32> by tensor<f32> -> tensor<f32>")
print("  nn.return %h : tensor<f32>\n}")
