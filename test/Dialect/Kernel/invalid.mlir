// RUN: nnc-opt %s --split-input-file --verify-diagnostics

kernel.func @other_type(%x: tensor<4xf32>) -> tensor<f32> {
  %y = nn.add %x, %x : tensor<4xf32>
  // expected-error @below {{returns 'tensor<4xf32>' but its kernel is '(tensor<4xf32>) -> tensor<f32>'}}
  kernel.return %y : tensor<4xf32>
}

// -----

kernel.func @too_many(%x: tensor<4xf32>) {
  // expected-error @below {{returns 'tensor<4xf32>' but its kernel is '(tensor<4xf32>) -> ()'}}
  kernel.return %x : tensor<4xf32>
}
