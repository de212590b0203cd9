// RUN: nnc-opt %s --nn-pack-frozen --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-NOT: @frozen
// CHECK: nn.variable parameter @free
nn.variable parameter @frozen : tensor<2xf32> attributes {nn.frozen = dense<[1.0, 2.0]> : tensor<2xf32>} init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2xf32>
  nn.yield %c : tensor<2xf32>
}
nn.variable parameter @free : tensor<2xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2xf32>
  nn.yield %c : tensor<2xf32>
}
// CHECK-LABEL: nn.entry @f
//       CHECK: %[[W:.*]] = nn.constant{{.*}} dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK: %[[V:.*]] = nn.read @free
//       CHECK: nn.add %[[W]], %[[V]]
nn.entry @f() -> (tensor<2xf32> {nn.name = "y"}) {
  %w = nn.read @frozen : tensor<2xf32>
  %v = nn.read @free : tensor<2xf32>
  %y = nn.add %w, %v : tensor<2xf32>
  nn.return %y : tensor<2xf32>
}

// -----

nn.variable state @frozen : tensor<2xf32> attributes {nn.frozen = dense<1.0> : tensor<2xf32>} init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2xf32>
  nn.yield %c : tensor<2xf32>
}
nn.entry @f(%x: tensor<2xf32> {nn.name = "x"}) -> (tensor<2xf32> {nn.name = "y"}) {
  // expected-error @below {{writes 'frozen', which is frozen}}
  nn.write @frozen, %x : tensor<2xf32>
  nn.return %x : tensor<2xf32>
}
