// RUN: nnc-opt %s --kernel-plan-memory --split-input-file --verify-diagnostics

kernel.func @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
nn.entry @not_lowered(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{calls 'k', which is no function on memrefs}}
  %a = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nn.return %a : tensor<4xf32>
}

// -----

func.func private @k(memref<4xf32>)
nn.entry @buffer_missing(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{has 2 operands and results, but 'k' takes 1 buffers}}
  %a = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nn.return %a : tensor<4xf32>
}

// -----

nn.entry @not_in_a_kernel(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{stands outside a kernel}}
  %a = nn.add %x, %x : tensor<4xf32>
  nn.return %a : tensor<4xf32>
}
