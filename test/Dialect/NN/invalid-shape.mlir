// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Constants, reshapes, broadcasts and transposes that do not fit their types.

func.func @constant_type() {
  // expected-error @below {{all of {value, result} have same type}}
  %a = "nn.constant"() <{value = dense<1.0> : tensor<4xf32>}> : () -> tensor<5xf32>
  return
}

// -----

func.func @constant_elements() {
  // expected-error @below {{result #0 must be tensor of static shape and less than 2^63 bytes, but got 'tensor<4xf16>'}}
  %a = nn.constant dense<1.0> : tensor<4xf16>
  return
}

// -----

func.func @constant_sparse() {
  // expected-error @below {{value must be a 'dense' literal but is sparse<0, 1.000000e+00> : tensor<4xf32>}}
  %a = nn.constant sparse<0, 1.0> : tensor<4xf32>
  return
}

// -----

func.func @iota_axis() {
  // expected-error @below {{axis 2 is not among the 2 axes of 'tensor<2x4xi32>'}}
  %a = nn.iota 2 : tensor<2x4xi32>
  return
}

// -----

func.func @reshape_count(%x: tensor<2x6xf32>) {
  // expected-error @below {{operand has 12 elements but result has 5}}
  %a = nn.reshape %x : tensor<2x6xf32> -> tensor<5xf32>
  return
}

// -----

func.func @reshape_elements(%x: tensor<2x6xf32>) {
  // expected-error @below {{element types differ: operand has 'f32' but result has 'i32'}}
  %a = nn.reshape %x : tensor<2x6xf32> -> tensor<12xi32>
  return
}

// -----

func.func @broadcast_elements(%x: tensor<5xf32>) {
  // expected-error @below {{element types differ: operand has 'f32' but result has 'f64'}}
  %a = nn.broadcast %x [1] : tensor<5xf32> -> tensor<4x5xf64>
  return
}

// -----

func.func @broadcast_axis_count(%x: tensor<5xf32>) {
  // expected-error @below {{has 2 axes for an operand of rank 1}}
  %a = nn.broadcast %x [0, 1] : tensor<5xf32> -> tensor<4x5xf32>
  return
}

// -----

func.func @broadcast_axis(%x: tensor<5xf32>) {
  // expected-error @below {{axis 2 is not among the 2 axes of 'tensor<4x5xf32>'}}
  %a = nn.broadcast %x [2] : tensor<5xf32> -> tensor<4x5xf32>
  return
}

// -----

func.func @broadcast_order(%x: tensor<4x5xf32>) {
  // expected-error @below {{axes [1, 0] do not increase: 0 follows 1}}
  %a = nn.broadcast %x [1, 0] : tensor<4x5xf32> -> tensor<5x4xf32>
  return
}

// -----

func.func @broadcast_size(%x: tensor<5xf32>) {
  // expected-error @below {{axis 0 of the operand has size 5 but axis 0 of the result has size 4}}
  %a = nn.broadcast %x [0] : tensor<5xf32> -> tensor<4x5xf32>
  return
}

// -----

func.func @transpose_count(%x: tensor<2x3xf32>) {
  // expected-error @below {{permutation has 1 entries for an operand of rank 2}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.transpose %x [0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_axis(%x: tensor<2x3xf32>) {
  // expected-error @below {{axis 2 is not among the 2 axes of 'tensor<2x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.transpose %x [0, 2] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_twice(%x: tensor<2x3xf32>) {
  // expected-error @below {{permutation [1, 1] names axis 1 twice}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.transpose %x [1, 1] : tensor<2x3xf32> -> tensor<3x3xf32>
  return
}

// -----

func.func @transpose_result(%x: tensor<2x3xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<3x2xf32>' are incompatible with return type(s) of operation 'tensor<2x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}
