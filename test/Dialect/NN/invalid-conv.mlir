// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Convolutions whose shapes or attributes do not fit.

func.func @no_spatial_axis(%x: tensor<1x4xf32>, %w: tensor<6x4xf32>) {
  // expected-error @below {{input must have a batch axis, a channel axis and at least one spatial axis but has type 'tensor<1x4xf32>'}}
  %y = nn.conv %x, %w strides [] low [] high [] dilations [] groups 1 : tensor<1x4xf32>, tensor<6x4xf32> -> tensor<1x6xf32>
  return
}

// -----

func.func @ranks(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{ranks differ: input has rank 3, weight has rank 4 and result has rank 3}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @element_types(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf64>) {
  // expected-error @below {{element types differ: input has 'f32' but weight has 'f64'}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf64> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @result_element_type(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{element types differ: input has 'f32' but result has 'f64'}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf64>
  return
}

// -----

func.func @stride_count(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{strides has 2 entries for 1 spatial axes}}
  %y = nn.conv %x, %w strides [1, 1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @no_stride(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{strides entry 0 is 0 but must be at least 1}}
  %y = nn.conv %x, %w strides [0] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @low_count(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{low has 0 entries for 1 spatial axes}}
  %y = nn.conv %x, %w strides [1] low [] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @negative_low(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{low entry 0 is -1 but must be at least 0}}
  %y = nn.conv %x, %w strides [1] low [-1] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @high_count(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{high has 2 entries for 1 spatial axes}}
  %y = nn.conv %x, %w strides [1] low [0] high [0, 0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @negative_high(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{high entry 0 is -2 but must be at least 0}}
  %y = nn.conv %x, %w strides [1] low [0] high [-2] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @dilation_count(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{dilations has 0 entries for 1 spatial axes}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @no_dilation(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{dilations entry 0 is 0 but must be at least 1}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [0] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @no_group(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{groups is 0 but must be at least 1}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 0 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @groups_of_channels(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{groups 3 does not divide the 4 channels of input}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 3 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @groups_of_filters(%x: tensor<1x4x8xf32>, %w: tensor<6x1x3xf32>) {
  // expected-error @below {{groups 4 does not divide the 6 filters of weight}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 4 : tensor<1x4x8xf32>, tensor<6x1x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{weight has 4 channels but input has 2 per group}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 2 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @empty_window(%x: tensor<1x4x8xf32>, %w: tensor<6x4x0xf32>) {
  // expected-error @below {{weight has size 0 on spatial axis 0 but must have at least 1}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x0xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @window_too_large(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{spatial axis 0 has size 8, 9 with padding, but the window spans 11}}
  %y = nn.conv %x, %w strides [1] low [1] high [0] dilations [5] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @overflow(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{spatial axis 0 with its padding or window does not fit int64}}
  %y = nn.conv %x, %w strides [1] low [9223372036854775807] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x6xf32>
  return
}

// -----

func.func @result_shape(%x: tensor<1x4x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{result has shape [1, 6, 8] but input and weight give [1, 6, 6]}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<6x4x3xf32> -> tensor<1x6x8xf32>
  return
}

// -----

func.func @input_grad(%dy: tensor<1x6x5xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{output gradient has shape [1, 6, 5] but result and weight give [1, 6, 6]}}
  %dx = nn.conv_input_grad %dy, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x6x5xf32>, tensor<6x4x3xf32> -> tensor<1x4x8xf32>
  return
}

// -----

func.func @weight_grad(%x: tensor<1x4x8xf32>, %dy: tensor<1x6x6xf32>) {
  // expected-error @below {{output gradient has shape [1, 6, 6] but input and result give [1, 6, 5]}}
  %dw = nn.conv_weight_grad %x, %dy strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xf32>, tensor<1x6x6xf32> -> tensor<6x4x4xf32>
  return
}

// -----

func.func @integers(%x: tensor<1x4x8xi32>, %w: tensor<6x4x3xi32>) {
  // expected-error @below {{operand #0 must be floating-point tensor of static shape and less than 2^63 bytes, but got 'tensor<1x4x8xi32>'}}
  %y = nn.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 1 : tensor<1x4x8xi32>, tensor<6x4x3xi32> -> tensor<1x6x6xi32>
  return
}
