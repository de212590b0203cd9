// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Convolutions and their gradients.

// CHECK-LABEL: func.func @conv(
//  CHECK-NEXT:   %{{.*}} = nn.conv %{{.*}}, %{{.*}} strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x16x8x8xf32>
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<16x3x3x3xf32>) {
  %y = nn.conv %x, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x16x8x8xf32>
  return
}

// CHECK-LABEL: func.func @sizes_round_down(
//  CHECK-NEXT:   %{{.*}} = nn.conv %{{.*}}, %{{.*}} strides [3] low [0] high [1] dilations [2] groups 2 : tensor<2x4x9xf64>, tensor<6x2x3xf64> -> tensor<2x6x2xf64>
func.func @sizes_round_down(%x: tensor<2x4x9xf64>, %w: tensor<6x2x3xf64>) {
  %y = nn.conv %x, %w strides [3] low [0] high [1] dilations [2] groups 2 : tensor<2x4x9xf64>, tensor<6x2x3xf64> -> tensor<2x6x2xf64>
  return
}

// CHECK-LABEL: func.func @input_grad(
//  CHECK-NEXT:   %{{.*}} = nn.conv_input_grad %{{.*}}, %{{.*}} strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x16x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x3x8x8xf32>
func.func @input_grad(%dy: tensor<1x16x8x8xf32>, %w: tensor<16x3x3x3xf32>) {
  %dx = nn.conv_input_grad %dy, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x16x8x8xf32>, tensor<16x3x3x3xf32> -> tensor<1x3x8x8xf32>
  return
}

// CHECK-LABEL: func.func @weight_grad(
//  CHECK-NEXT:   %{{.*}} = nn.conv_weight_grad %{{.*}}, %{{.*}} strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<1x16x8x8xf32> -> tensor<16x3x3x3xf32>
func.func @weight_grad(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x16x8x8xf32>) {
  %dw = nn.conv_weight_grad %x, %dy strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<1x3x8x8xf32>, tensor<1x16x8x8xf32> -> tensor<16x3x3x3xf32>
  return
}

// CHECK-LABEL: func.func @three_spatial_axes(
//  CHECK-NEXT:   %{{.*}} = nn.conv %{{.*}}, %{{.*}} strides [2, 2, 2] low [0, 0, 0] high [0, 0, 0] dilations [1, 1, 1] groups 1 : tensor<1x1x4x4x4xf32>, tensor<1x1x2x2x2xf32> -> tensor<1x1x2x2x2xf32>
func.func @three_spatial_axes(%x: tensor<1x1x4x4x4xf32>, %w: tensor<1x1x2x2x2xf32>) {
  %y = nn.conv %x, %w strides [2, 2, 2] low [0, 0, 0] high [0, 0, 0] dilations [1, 1, 1] groups 1 : tensor<1x1x4x4x4xf32>, tensor<1x1x2x2x2xf32> -> tensor<1x1x2x2x2xf32>
  return
}
