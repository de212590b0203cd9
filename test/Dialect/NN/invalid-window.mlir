// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Windows that do not fit what they slide over.

func.func @no_spatial_axis(%x: tensor<1x3xf32>) {
  // expected-error @below {{operand must have a batch axis, a channel axis and at least one spatial axis but has type 'tensor<1x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [] strides [] low [] high [] : tensor<1x3xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @size_count(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{size has 2 entries for 1 spatial axes}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2, 2] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @no_size(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{size entry 0 is 0 but must be at least 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [0] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @no_stride(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{strides entry 0 is 0 but must be at least 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [0] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @negative_low(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{low entry 0 is -1 but must be at least 0}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [2] low [-1] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @negative_high(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{high entry 0 is -1 but must be at least 0}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [2] low [0] high [-1] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @padding_as_large_as_window(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{padding 2 of spatial axis 0 must be less than the window's size 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [2] low [2] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @empty_axis(%x: tensor<1x3x0xf32>) {
  // expected-error @below {{spatial axis 0 of 'tensor<1x3x0xf32>' is empty}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [2] low [1] high [1] : tensor<1x3x0xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @window_too_large(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{spatial axis 0 has size 8, 10 with padding, but the window spans 12}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [12] strides [1] low [1] high [1] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @overflow(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{spatial axis 0 with its padding or window does not fit int64}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [9223372036854775807] strides [1] low [9223372036854775806] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @result(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<1x3x4xf32>' are incompatible with return type(s) of operation 'tensor<1x3x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_max %x size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x5xf32>
  return
}

// -----

func.func @window_sum(%x: tensor<1x3x8xf32>) {
  // expected-error @below {{strides has 2 entries for 1 spatial axes}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_sum %x size [2] strides [2, 1] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @window_pick(%k: tensor<1x3x8xf32>) {
  // expected-error @below {{low has 2 entries for 1 spatial axes}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.window_pick %k, %k size [2] strides [2] low [0, 0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  return
}

// -----

func.func @window_scatter(%k: tensor<1x3x8xf32>, %v: tensor<1x3x8xf32>) {
  // expected-error @below {{value has type 'tensor<1x3x8xf32>' but the windows of key give 'tensor<1x3x4xf32>'}}
  %y = nn.window_scatter %k, %v size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32>, tensor<1x3x8xf32>
  return
}

// -----

func.func @window_scatter_attributes(%k: tensor<1x3x8xf32>, %v: tensor<1x3x4xf32>) {
  // expected-error @below {{high has 0 entries for 1 spatial axes}}
  %y = nn.window_scatter %k, %v size [2] strides [2] low [0] high [] : tensor<1x3x8xf32>, tensor<1x3x4xf32>
  return
}
