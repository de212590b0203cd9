// RUN: nnc-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @no_axes(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x3xf32>, %[[C:.*]]: tensor<2xi1>
//       CHECK:   return %[[X]], %[[X]], %[[X]], %[[C]], %[[C]]
func.func @no_axes(%x: tensor<2x3xf32>, %c: tensor<2xi1>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xi1>, tensor<2xi1>) {
  %sum = nn.reduce_sum %x [] : tensor<2x3xf32> -> tensor<2x3xf32>
  %max = nn.reduce_max %x [] : tensor<2x3xf32> -> tensor<2x3xf32>
  %min = nn.reduce_min %x [] : tensor<2x3xf32> -> tensor<2x3xf32>
  %any = nn.reduce_any %c [] : tensor<2xi1> -> tensor<2xi1>
  %all = nn.reduce_all %c [] : tensor<2xi1> -> tensor<2xi1>
  return %sum, %max, %min, %any, %all : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xi1>, tensor<2xi1>
}

// CHECK-LABEL: func.func @rank_zero(
//  CHECK-SAME:     %[[X:.*]]: tensor<f32>
//       CHECK:   return %[[X]]
func.func @rank_zero(%x: tensor<f32>) -> tensor<f32> {
  %sum = nn.reduce_sum %x [] : tensor<f32> -> tensor<f32>
  return %sum : tensor<f32>
}

// CHECK-LABEL: func.func @some_axes_stay(
//       CHECK:   nn.reduce_sum
func.func @some_axes_stay(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %sum = nn.reduce_sum %x [1] : tensor<2x3xf32> -> tensor<2xf32>
  return %sum : tensor<2xf32>
}

// CHECK-LABEL: func.func @unit_axes(
//  CHECK-SAME:     %[[X:.*]]: tensor<1x3x1xf32>, %[[C:.*]]: tensor<1x3x1xi1>
//   CHECK-DAG:   %[[Y:.*]] = nn.reshape %[[X]] : tensor<1x3x1xf32> -> tensor<3xf32>
//   CHECK-DAG:   %[[B:.*]] = nn.reshape %[[C]] : tensor<1x3x1xi1> -> tensor<3xi1>
//   CHECK-NOT:   nn.reduce
func.func @unit_axes(%x: tensor<1x3x1xf32>, %c: tensor<1x3x1xi1>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xi1>, tensor<3xi1>) {
  %sum = nn.reduce_sum %x [0, 2] : tensor<1x3x1xf32> -> tensor<3xf32>
  %max = nn.reduce_max %x [0, 2] : tensor<1x3x1xf32> -> tensor<3xf32>
  %min = nn.reduce_min %x [0, 2] : tensor<1x3x1xf32> -> tensor<3xf32>
  %any = nn.reduce_any %c [0, 2] : tensor<1x3x1xi1> -> tensor<3xi1>
  %all = nn.reduce_all %c [0, 2] : tensor<1x3x1xi1> -> tensor<3xi1>
  return %sum, %max, %min, %any, %all : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xi1>, tensor<3xi1>
}
