// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Moving elements without changing them.

// CHECK-LABEL: func.func @constant(
//  CHECK-NEXT:   %{{.*}} = nn.constant dense<1.500000e+00> : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.constant dense<{{\[\[}}1, 2], [3, 4]]> : tensor<2x2xui8>
//  CHECK-NEXT:   %{{.*}} = nn.constant dense<true> : tensor<i1>
//  CHECK-NEXT:   %{{.*}} = nn.constant dense<> : tensor<0xf64>
func.func @constant() {
  %a = nn.constant dense<1.500000e+00> : tensor<4xf32>
  %b = nn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xui8>
  %c = nn.constant dense<true> : tensor<i1>
  %d = nn.constant dense<> : tensor<0xf64>
  return
}

// CHECK-LABEL: func.func @iota(
//  CHECK-NEXT:   %{{.*}} = nn.iota 1 : tensor<2x4xi32>
//  CHECK-NEXT:   %{{.*}} = nn.iota 0 : tensor<4xf64>
func.func @iota() {
  %a = nn.iota 1 : tensor<2x4xi32>
  %b = nn.iota 0 : tensor<4xf64>
  return
}

// CHECK-LABEL: func.func @reshape(
//  CHECK-NEXT:   %{{.*}} = nn.reshape %{{.*}} : tensor<2x6xf32> -> tensor<3x4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.reshape %{{.*}} : tensor<0x3xf32> -> tensor<5x0xf32>
func.func @reshape(%x: tensor<2x6xf32>, %e: tensor<0x3xf32>) {
  %a = nn.reshape %x : tensor<2x6xf32> -> tensor<3x4xf32>
  %b = nn.reshape %e : tensor<0x3xf32> -> tensor<5x0xf32>
  return
}

// CHECK-LABEL: func.func @broadcast(
//  CHECK-NEXT:   %{{.*}} = nn.broadcast %{{.*}} [1] : tensor<5xf32> -> tensor<4x5xf32>
//  CHECK-NEXT:   %{{.*}} = nn.broadcast %{{.*}} [0, 1] : tensor<1x5xf32> -> tensor<4x5xf32>
//  CHECK-NEXT:   %{{.*}} = nn.broadcast %{{.*}} [] : tensor<i32> -> tensor<4x5xi32>
func.func @broadcast(%x: tensor<5xf32>, %u: tensor<1x5xf32>, %s: tensor<i32>) {
  %a = nn.broadcast %x [1] : tensor<5xf32> -> tensor<4x5xf32>
  %b = nn.broadcast %u [0, 1] : tensor<1x5xf32> -> tensor<4x5xf32>
  %c = nn.broadcast %s [] : tensor<i32> -> tensor<4x5xi32>
  return
}

// CHECK-LABEL: func.func @transpose(
//  CHECK-NEXT:   %{{.*}} = nn.transpose %{{.*}} [2, 0, 1] : tensor<2x3x4xi1> -> tensor<4x2x3xi1>
func.func @transpose(%x: tensor<2x3x4xi1>) {
  %a = nn.transpose %x [2, 0, 1] : tensor<2x3x4xi1> -> tensor<4x2x3xi1>
  return
}

// CHECK-LABEL: func.func @slice(
//  CHECK-NEXT:   %{{.*}} = nn.slice %{{.*}} [0, 1] to [4, 5] by [1, 2] : tensor<4x6xf32> -> tensor<4x2xf32>
//  CHECK-NEXT:   %{{.*}} = nn.slice %{{.*}} [4, 0] to [4, 6] by [1, 5] : tensor<4x6xf32> -> tensor<0x2xf32>
func.func @slice(%x: tensor<4x6xf32>) {
  %a = nn.slice %x [0, 1] to [4, 5] by [1, 2] : tensor<4x6xf32> -> tensor<4x2xf32>
  %b = nn.slice %x [4, 0] to [4, 6] by [1, 5] : tensor<4x6xf32> -> tensor<0x2xf32>
  return
}

// CHECK-LABEL: func.func @pad(
//  CHECK-NEXT:   %{{.*}} = nn.pad %{{.*}}, %{{.*}} low [0, 1] high [0, 2] interior [1, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<3x6xf32>
func.func @pad(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  %a = nn.pad %x, %v low [0, 1] high [0, 2] interior [1, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<3x6xf32>
  return
}

// CHECK-LABEL: func.func @concat(
//  CHECK-NEXT:   %{{.*}} = nn.concat %{{.*}}, %{{.*}}, %{{.*}} axis 1 : tensor<2x3xf32>, tensor<2x0xf32>, tensor<2x3xf32> -> tensor<2x6xf32>
func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x0xf32>) {
  %a = nn.concat %x, %y, %x axis 1 : tensor<2x3xf32>, tensor<2x0xf32>, tensor<2x3xf32> -> tensor<2x6xf32>
  return
}

// CHECK-LABEL: func.func @reverse(
//  CHECK-NEXT:   %{{.*}} = nn.reverse %{{.*}} [0, 1] : tensor<2x3xf32>
func.func @reverse(%x: tensor<2x3xf32>) {
  %a = nn.reverse %x [0, 1] : tensor<2x3xf32>
  return
}
