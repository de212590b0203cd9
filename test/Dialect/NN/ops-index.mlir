// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Elements by computed index.

// CHECK-LABEL: func.func @gather(
//  CHECK-NEXT:   %{{.*}} = nn.gather %{{.*}}, %{{.*}} axis 0 : tensor<100x8xf32>, tensor<2x4xi32> -> tensor<2x4x8xf32>
//  CHECK-NEXT:   %{{.*}} = nn.gather %{{.*}}, %{{.*}} axis 1 : tensor<100x8xf32>, tensor<i64> -> tensor<100xf32>
func.func @gather(%t: tensor<100x8xf32>, %i: tensor<2x4xi32>, %j: tensor<i64>) {
  %a = nn.gather %t, %i axis 0 : tensor<100x8xf32>, tensor<2x4xi32> -> tensor<2x4x8xf32>
  %b = nn.gather %t, %j axis 1 : tensor<100x8xf32>, tensor<i64> -> tensor<100xf32>
  return
}

// CHECK-LABEL: func.func @scatter_add(
//  CHECK-NEXT:   %{{.*}} = nn.scatter_add %{{.*}}, %{{.*}}, %{{.*}} axis 0 : tensor<100x8xf32>, tensor<4xi32>, tensor<4x8xf32>
func.func @scatter_add(%t: tensor<100x8xf32>, %i: tensor<4xi32>, %u: tensor<4x8xf32>) {
  %a = nn.scatter_add %t, %i, %u axis 0 : tensor<100x8xf32>, tensor<4xi32>, tensor<4x8xf32>
  return
}

// CHECK-LABEL: func.func @one_hot(
//  CHECK-NEXT:   %{{.*}} = nn.one_hot %{{.*}} : tensor<4xi64> -> tensor<4x10xf32>
//  CHECK-NEXT:   %{{.*}} = nn.one_hot %{{.*}} : tensor<i32> -> tensor<3xi1>
func.func @one_hot(%i: tensor<4xi64>, %j: tensor<i32>) {
  %a = nn.one_hot %i : tensor<4xi64> -> tensor<4x10xf32>
  %b = nn.one_hot %j : tensor<i32> -> tensor<3xi1>
  return
}

// CHECK-LABEL: func.func @sort(
//  CHECK-NEXT:   %{{.*}}, %{{.*}} = nn.sort %{{.*}} axis 0 : tensor<4x5xf32> -> tensor<4x5xi32>
//  CHECK-NEXT:   %{{.*}}, %{{.*}} = nn.sort %{{.*}} axis 1 descending : tensor<4x5xf32> -> tensor<4x5xi32>
func.func @sort(%x: tensor<4x5xf32>) {
  %v, %i = nn.sort %x axis 0 : tensor<4x5xf32> -> tensor<4x5xi32>
  %w, %j = nn.sort %x axis 1 descending : tensor<4x5xf32> -> tensor<4x5xi32>
  return
}
