// RUN: nnc-opt %s --convert-graph-to-llvm --split-input-file --verify-diagnostics

// expected-error @below {{module has no memory plan}}
module {
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  // expected-error @below {{is never initialised: run nn-build-init first}}
  nn.variable parameter @w : tensor<4xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<4xf32>
    nn.yield %c : tensor<4xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  func.func private @k(memref<4xf32>, memref<4xf32>)
  nn.entry @not_lowered(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @below {{calls 'k', which is not lowered}}
    %y = kernel.call @k(%x) {places = [#kernel.place<output, 0, spare 0>]} : (tensor<4xf32>) -> tensor<4xf32>
    nn.return %y : tensor<4xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  llvm.func @k(!llvm.ptr)
  nn.entry @buffer_missing(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @below {{passes 2 buffers to 'k', which takes 1}}
    %y = kernel.call @k(%x) {places = [#kernel.place<output, 0, spare 0>]} : (tensor<4xf32>) -> tensor<4xf32>
    nn.return %y : tensor<4xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  llvm.func @k(!llvm.ptr, !llvm.ptr)
  // expected-error @below {{has a value without a place: run kernel-plan-memory first}}
  nn.entry @not_planned(%x: tensor<4xf32>) -> tensor<4xf32> {
    %y = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
    nn.return %y : tensor<4xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  // expected-error @below {{has the name of something that every model has}}
  nn.entry @read(%x: tensor<4xf32>) -> tensor<4xf32> {
    nn.return %x : tensor<4xf32>
  }
}
