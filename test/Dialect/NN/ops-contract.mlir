// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Sums of products.

// CHECK-LABEL: func.func @matrix_product(
//  CHECK-NEXT:   %{{.*}} = nn.contract "bi,oi->bo" %{{.*}}, %{{.*}} : tensor<4x10xf32>, tensor<5x10xf32> -> tensor<4x5xf32>
func.func @matrix_product(%x: tensor<4x10xf32>, %w: tensor<5x10xf32>) {
  %y = nn.contract "bi,oi->bo" %x, %w : tensor<4x10xf32>, tensor<5x10xf32> -> tensor<4x5xf32>
  return
}

// CHECK-LABEL: func.func @batched(
//  CHECK-NEXT:   %{{.*}} = nn.contract "bij,bjk->bik" %{{.*}}, %{{.*}} : tensor<7x4x10xf64>, tensor<7x10x5xf64> -> tensor<7x4x5xf64>
func.func @batched(%x: tensor<7x4x10xf64>, %w: tensor<7x10x5xf64>) {
  %y = nn.contract "bij,bjk->bik" %x, %w : tensor<7x4x10xf64>, tensor<7x10x5xf64> -> tensor<7x4x5xf64>
  return
}

// CHECK-LABEL: func.func @outer(
//  CHECK-NEXT:   %{{.*}} = nn.contract "i,j->ji" %{{.*}}, %{{.*}} : tensor<4xi32>, tensor<5xi32> -> tensor<5x4xi32>
func.func @outer(%x: tensor<4xi32>, %w: tensor<5xi32>) {
  %y = nn.contract "i,j->ji" %x, %w : tensor<4xi32>, tensor<5xi32> -> tensor<5x4xi32>
  return
}

// CHECK-LABEL: func.func @letter_of_one_operand_summed(
//  CHECK-NEXT:   %{{.*}} = nn.contract "ij,i->i" %{{.*}}, %{{.*}} : tensor<4x2xf32>, tensor<4xf32> -> tensor<4xf32>
func.func @letter_of_one_operand_summed(%x: tensor<4x2xf32>, %w: tensor<4xf32>) {
  %y = nn.contract "ij,i->i" %x, %w : tensor<4x2xf32>, tensor<4xf32> -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @scalars(
//  CHECK-NEXT:   %{{.*}} = nn.contract ",->" %{{.*}}, %{{.*}} : tensor<f32>, tensor<f32> -> tensor<f32>
func.func @scalars(%x: tensor<f32>) {
  %y = nn.contract ",->" %x, %x : tensor<f32>, tensor<f32> -> tensor<f32>
  return
}
