// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Reductions over axes that are not there, repeated or empty.

func.func @axis(%x: tensor<2x3xf32>) {
  // expected-error @below {{axis 2 is not among the 2 axes of 'tensor<2x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_sum %x [2] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @axes_repeat(%x: tensor<2x3xf32>) {
  // expected-error @below {{axes [1, 1] do not increase: 1 follows 1}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_sum %x [1, 1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @axes_decrease(%x: tensor<2x3xf32>) {
  // expected-error @below {{axes [1, 0] do not increase: 0 follows 1}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_sum %x [1, 0] : tensor<2x3xf32> -> tensor<f32>
  return
}

// -----

func.func @empty_max(%x: tensor<2x0xf32>) {
  // expected-error @below {{axis 1 of 'tensor<2x0xf32>' is empty and has no such element}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_max %x [1] : tensor<2x0xf32> -> tensor<2xf32>
  return
}

// -----

func.func @empty_min(%x: tensor<0xf32>) {
  // expected-error @below {{axis 0 of 'tensor<0xf32>' is empty and has no such element}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_min %x [0] : tensor<0xf32> -> tensor<f32>
  return
}

// -----

func.func @result(%x: tensor<2x3xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<2xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.reduce_sum %x [1] : tensor<2x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @any_of_numbers(%x: tensor<2xf32>) {
  // expected-error @below {{operand #0 must be boolean tensor of static shape and less than 2^63 bytes, but got 'tensor<2xf32>'}}
  %a = nn.reduce_any %x [0] : tensor<2xf32> -> tensor<f32>
  return
}

// -----

func.func @argmax_axis(%x: tensor<2xf32>) {
  // expected-error @below {{axis 1 is not among the 1 axes of 'tensor<2xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.argmax %x axis 1 : tensor<2xf32> -> tensor<i32>
  return
}

// -----

func.func @argmax_of_nothing(%x: tensor<0xf32>) {
  // expected-error @below {{axis 0 of 'tensor<0xf32>' is empty and has no such element}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.argmax %x axis 0 : tensor<0xf32> -> tensor<i32>
  return
}

// -----

func.func @argmin_too_long(%x: tensor<2147483648xi8>) {
  // expected-error @below {{axis 0 has 2147483648 elements but an i32 index counts at most 2147483647}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.argmin %x axis 0 : tensor<2147483648xi8> -> tensor<i32>
  return
}

// -----

func.func @argmax_index_type(%x: tensor<2xf32>) {
  // expected-error @below {{result #0 must be i32 tensor of static shape and less than 2^63 bytes, but got 'tensor<i64>'}}
  %a = nn.argmax %x axis 0 : tensor<2xf32> -> tensor<i64>
  return
}

// -----

func.func @cumsum_axis(%x: tensor<2xf32>) {
  // expected-error @below {{axis -1 is not among the 1 axes of 'tensor<2xf32>'}}
  %a = nn.cumsum %x axis -1 : tensor<2xf32>
  return
}

// -----

func.func @cumsum_of_scalar(%x: tensor<f32>) {
  // expected-error @below {{axis 0 is not among the 0 axes of 'tensor<f32>'}}
  %a = nn.cumsum %x axis 0 : tensor<f32>
  return
}
