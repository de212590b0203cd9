// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Movements that do not fit their types.

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

// -----

func.func @slice_starts(%x: tensor<4xf32>) {
  // expected-error @below {{starts has 2 entries for 1 axes}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0, 0] to [4] by [1] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_limits(%x: tensor<4xf32>) {
  // expected-error @below {{limits has 0 entries for 1 axes}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0] to [] by [1] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_strides(%x: tensor<4xf32>) {
  // expected-error @below {{strides has 2 entries for 1 axes}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0] to [4] by [1, 1] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_negative_start(%x: tensor<4xf32>) {
  // expected-error @below {{starts entry 0 is -1 but must be at least 0}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [-1] to [4] by [1] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_negative_stride(%x: tensor<4xf32>) {
  // expected-error @below {{strides entry 0 is -1 but must be at least 1}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0] to [4] by [-1] : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @slice_limit(%x: tensor<4xf32>) {
  // expected-error @below {{limit 5 of axis 0 is beyond its size 4}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0] to [5] by [1] : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

func.func @slice_start(%x: tensor<4xf32>) {
  // expected-error @below {{start 3 of axis 0 is beyond its limit 2}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [3] to [2] by [1] : tensor<4xf32> -> tensor<0xf32>
  return
}

// -----

func.func @slice_result(%x: tensor<4xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<2xf32>' are incompatible with return type(s) of operation 'tensor<1xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.slice %x [0] to [3] by [2] : tensor<4xf32> -> tensor<1xf32>
  return
}

// -----

func.func @pad_value(%x: tensor<4xf32>, %v: tensor<1xf32>) {
  // expected-error @below {{value must be a scalar but has type 'tensor<1xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [0] high [0] interior [0] : tensor<4xf32>, tensor<1xf32> -> tensor<4xf32>
  return
}

// -----

func.func @pad_elements(%x: tensor<4xf32>, %v: tensor<i32>) {
  // expected-error @below {{element types differ: operand has 'f32' but value has 'i32'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [0] high [0] interior [0] : tensor<4xf32>, tensor<i32> -> tensor<4xf32>
  return
}

// -----

func.func @pad_low(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{low entry 0 is -1 but must be at least 0}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [-1] high [0] interior [0] : tensor<4xf32>, tensor<f32> -> tensor<3xf32>
  return
}

// -----

func.func @pad_high(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{high entry 0 is -1 but must be at least 0}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [0] high [-1] interior [0] : tensor<4xf32>, tensor<f32> -> tensor<3xf32>
  return
}

// -----

func.func @pad_interior(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{interior has 2 entries for 1 axes}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [0] high [0] interior [0, 0] : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return
}

// -----

func.func @pad_overflow(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{axis 0 of size 4 does not fit int64 once padded}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.pad %x, %v low [9223372036854775807] high [0] interior [0] : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  return
}

// -----

func.func @concat_nothing() {
  // expected-error @below {{joins no operand}}
  // expected-error @below {{failed to infer returned types}}
  %a = "nn.concat"() <{axis = 0 : i64}> : () -> tensor<4xf32>
  return
}

// -----

func.func @concat_axis(%x: tensor<4xf32>) {
  // expected-error @below {{axis 1 is not among the 1 axes of 'tensor<4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.concat %x axis 1 : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @concat_elements(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @below {{element types differ: operand 0 has 'f32' but operand 1 has 'i32'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.concat %x, %y axis 0 : tensor<4xf32>, tensor<4xi32> -> tensor<8xf32>
  return
}

// -----

func.func @concat_ranks(%x: tensor<4xf32>, %y: tensor<4x1xf32>) {
  // expected-error @below {{ranks differ: operand 0 has rank 1 but operand 1 has rank 2}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.concat %x, %y axis 0 : tensor<4xf32>, tensor<4x1xf32> -> tensor<8xf32>
  return
}

// -----

func.func @concat_sizes(%x: tensor<4x2xf32>, %y: tensor<4x3xf32>) {
  // expected-error @below {{sizes of axis 1 differ: operand 0 has 2 but operand 1 has 3}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.concat %x, %y axis 0 : tensor<4x2xf32>, tensor<4x3xf32> -> tensor<8x2xf32>
  return
}

// -----

func.func @concat_overflow(%x: tensor<9223372036854775807xi8>) {
  // expected-error @below {{joined axis 0 does not fit int64}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.concat %x, %x axis 0 : tensor<9223372036854775807xi8>, tensor<9223372036854775807xi8> -> tensor<4xi8>
  return
}

// -----

func.func @reverse_axis(%x: tensor<4xf32>) {
  // expected-error @below {{axis 1 is not among the 1 axes of 'tensor<4xf32>'}}
  %a = nn.reverse %x [1] : tensor<4xf32>
  return
}

// -----

func.func @reverse_twice(%x: tensor<4xf32>) {
  // expected-error @below {{axes [0, 0] do not increase: 0 follows 0}}
  %a = nn.reverse %x [0, 0] : tensor<4xf32>
  return
}
