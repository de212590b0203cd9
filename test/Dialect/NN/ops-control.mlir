// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Gradients.

// CHECK-LABEL: func.func @gradient(
//  CHECK-NEXT:   %{{.*}} = nn.gradient %{{.*}} by %{{.*}} : tensor<f32> by tensor<5x10xf32> -> tensor<5x10xf32>
//  CHECK-NEXT:   %{{.*}}:2 = nn.gradient %{{.*}} by %{{.*}}, %{{.*}} : tensor<f32> by tensor<5x10xf32>, tensor<5xf32> -> tensor<5x10xf32>, tensor<5xf32>
func.func @gradient(%loss: tensor<f32>, %w: tensor<5x10xf32>, %b: tensor<5xf32>) {
  %dw = nn.gradient %loss by %w : tensor<f32> by tensor<5x10xf32> -> tensor<5x10xf32>
  %g:2 = nn.gradient %loss by %w, %b : tensor<f32> by tensor<5x10xf32>, tensor<5xf32> -> tensor<5x10xf32>, tensor<5xf32>
  return
}
