// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Over whole axes.

// CHECK-LABEL: func.func @reduce(
//  CHECK-NEXT:   %{{.*}} = nn.reduce_sum %{{.*}} [0, 2] : tensor<2x3x4xf32> -> tensor<3xf32>
//  CHECK-NEXT:   %{{.*}} = nn.reduce_max %{{.*}} [1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.reduce_min %{{.*}} [0, 1, 2] : tensor<2x3x4xf32> -> tensor<f32>
//  CHECK-NEXT:   %{{.*}} = nn.reduce_sum %{{.*}} [] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
func.func @reduce(%x: tensor<2x3x4xf32>) {
  %a = nn.reduce_sum %x [0, 2] : tensor<2x3x4xf32> -> tensor<3xf32>
  %b = nn.reduce_max %x [1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
  %c = nn.reduce_min %x [0, 1, 2] : tensor<2x3x4xf32> -> tensor<f32>
  %d = nn.reduce_sum %x [] : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @logical(
//  CHECK-NEXT:   %{{.*}} = nn.reduce_any %{{.*}} [1] : tensor<2x3xi1> -> tensor<2xi1>
//  CHECK-NEXT:   %{{.*}} = nn.reduce_all %{{.*}} [0, 1] : tensor<2x3xi1> -> tensor<i1>
func.func @logical(%x: tensor<2x3xi1>) {
  %a = nn.reduce_any %x [1] : tensor<2x3xi1> -> tensor<2xi1>
  %b = nn.reduce_all %x [0, 1] : tensor<2x3xi1> -> tensor<i1>
  return
}

// CHECK-LABEL: func.func @empty_sum(
//  CHECK-NEXT:   %{{.*}} = nn.reduce_sum %{{.*}} [1] : tensor<2x0xf32> -> tensor<2xf32>
func.func @empty_sum(%x: tensor<2x0xf32>) {
  %a = nn.reduce_sum %x [1] : tensor<2x0xf32> -> tensor<2xf32>
  return
}

// CHECK-LABEL: func.func @index_of_extreme(
//  CHECK-NEXT:   %{{.*}} = nn.argmax %{{.*}} axis 1 : tensor<2x3xi16> -> tensor<2xi32>
//  CHECK-NEXT:   %{{.*}} = nn.argmin %{{.*}} axis 0 : tensor<2x3xi16> -> tensor<3xi32>
func.func @index_of_extreme(%x: tensor<2x3xi16>) {
  %a = nn.argmax %x axis 1 : tensor<2x3xi16> -> tensor<2xi32>
  %b = nn.argmin %x axis 0 : tensor<2x3xi16> -> tensor<3xi32>
  return
}

// CHECK-LABEL: func.func @running_sum(
//  CHECK-NEXT:   %{{.*}} = nn.cumsum %{{.*}} axis 1 : tensor<2x3xf32>
//  CHECK-NEXT:   %{{.*}} = nn.cumsum %{{.*}} axis 0 reverse : tensor<2x3xf32>
func.func @running_sum(%x: tensor<2x3xf32>) {
  %a = nn.cumsum %x axis 1 : tensor<2x3xf32>
  %b = nn.cumsum %x axis 0 reverse : tensor<2x3xf32>
  return
}
