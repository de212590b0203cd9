// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Over windows of the last axes.

// CHECK-LABEL: func.func @window(
//  CHECK-NEXT:   %{{.*}} = nn.window_max %{{.*}} size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.window_sum %{{.*}} size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
func.func @window(%x: tensor<1x3x8x8xf32>) {
  %a = nn.window_max %x size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
  %b = nn.window_sum %x size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<1x3x8x8xf32> -> tensor<1x3x4x4xf32>
  return
}

// CHECK-LABEL: func.func @sizes_round_down(
//  CHECK-NEXT:   %{{.*}} = nn.window_max %{{.*}} size [3] strides [2] low [0] high [0] : tensor<1x3x8xf64> -> tensor<1x3x3xf64>
//  CHECK-NEXT:   %{{.*}} = nn.window_max %{{.*}} size [3] strides [2] low [1] high [2] : tensor<1x3x8xf64> -> tensor<1x3x5xf64>
func.func @sizes_round_down(%x: tensor<1x3x8xf64>) {
  %a = nn.window_max %x size [3] strides [2] low [0] high [0] : tensor<1x3x8xf64> -> tensor<1x3x3xf64>
  %b = nn.window_max %x size [3] strides [2] low [1] high [2] : tensor<1x3x8xf64> -> tensor<1x3x5xf64>
  return
}

// CHECK-LABEL: func.func @pick_and_scatter(
//  CHECK-NEXT:   %{{.*}} = nn.window_pick %{{.*}}, %{{.*}} size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.window_scatter %{{.*}}, %{{.*}} size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32>, tensor<1x3x4xf32>
func.func @pick_and_scatter(%k: tensor<1x3x8xf32>, %v: tensor<1x3x8xf32>, %d: tensor<1x3x4xf32>) {
  %a = nn.window_pick %k, %v size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32> -> tensor<1x3x4xf32>
  %b = nn.window_scatter %k, %d size [2] strides [2] low [0] high [0] : tensor<1x3x8xf32>, tensor<1x3x4xf32>
  return
}
