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

// Loops: every part, and none but the count.

// CHECK-LABEL: func.func @scan(
//       CHECK:   %[[R:.*]]:2 = nn.scan 10 reverse carry(%[[A:.*]] = %{{.*}} : tensor<4xf32>) over(%[[XT:.*]] = %{{.*}} : tensor<10x4xf32>) with(%[[W:.*]] = %{{.*}} : tensor<4xf32>) collect(tensor<10x4xf32>) {
//  CHECK-NEXT:     %[[M:.*]] = nn.mul %[[A]], %[[W]] : tensor<4xf32>
//  CHECK-NEXT:     %[[S:.*]] = nn.add %[[M]], %[[XT]] : tensor<4xf32>
//  CHECK-NEXT:     nn.next %[[S]] collect %[[M]] : tensor<4xf32> collect tensor<4xf32>
//  CHECK-NEXT:   }
//  CHECK-NEXT:   nn.scan 3 carry(%{{.*}} = %[[R]]#0 : tensor<4xf32>) {
//  CHECK-NEXT:     nn.next %{{.*}} : tensor<4xf32>
//       CHECK:   nn.scan 10 over(%{{.*}} = %[[R]]#1 : tensor<10x4xf32>) collect(tensor<10x4xf32>, tensor<10x4xf32>) {
//  CHECK-NEXT:     nn.next collect %[[T:.*]], %[[T]] collect tensor<4xf32>, tensor<4xf32>
//       CHECK:   nn.scan 1 attributes {a} {
//  CHECK-NEXT:     nn.next
func.func @scan(%h0: tensor<4xf32>, %x: tensor<10x4xf32>, %weight: tensor<4xf32>) {
  %h, %hs = nn.scan 10 reverse carry(%a = %h0 : tensor<4xf32>) over(%xt = %x : tensor<10x4xf32>) with(%w = %weight : tensor<4xf32>) collect(tensor<10x4xf32>) {
    %0 = nn.mul %a, %w : tensor<4xf32>
    %1 = nn.add %0, %xt : tensor<4xf32>
    nn.next %1 collect %0 : tensor<4xf32> collect tensor<4xf32>
  }
  %only = nn.scan 3 carry(%a = %h : tensor<4xf32>) {
    nn.next %a : tensor<4xf32>
  }
  %two:2 = nn.scan 10 over(%t = %hs : tensor<10x4xf32>) collect(tensor<10x4xf32>, tensor<10x4xf32>) {
    nn.next collect %t, %t collect tensor<4xf32>, tensor<4xf32>
  }
  nn.scan 1 attributes {a} {
    nn.next
  }
  return
}
