// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Slices, pads, joins and reversals that do not fit their types.

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
