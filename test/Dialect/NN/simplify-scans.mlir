// RUN: nnc-opt %s --nn-simplify-scans | FileCheck %s
// RUN: nnc-opt %s --nn-simplify-scans=max-turns=1 | FileCheck %s --check-prefix=KEEP

// Only what the last carry needs is left: the second carry, the second array and
// a capture feed nothing else, and an array given twice is given once.

// CHECK-LABEL: func.func @prunes(
//       CHECK:   %[[R:.*]] = nn.scan 10 carry(%[[A:.*]] = %{{.*}} : tensor<4xf32>) over(%[[X:.*]] = %{{.*}} : tensor<10x4xf32>) with(%[[W:.*]] = %{{.*}} : tensor<4xf32>) {
//  CHECK-NEXT:     %[[M:.*]] = nn.mul %[[A]], %[[W]]
//  CHECK-NEXT:     %[[S:.*]] = nn.add %[[M]], %[[X]]
//  CHECK-NEXT:     %[[T:.*]] = nn.add %[[S]], %[[X]]
//  CHECK-NEXT:     nn.next %[[T]] : tensor<4xf32>
//       CHECK:   return %[[R]]
func.func @prunes(%h: tensor<4xf32>, %x: tensor<10x4xf32>, %y: tensor<10x4xf32>, %w: tensor<4xf32>, %v: tensor<4xf32>) -> tensor<4xf32> {
  %r, %q, %c = nn.scan 10 carry(%a = %h : tensor<4xf32>, %b = %h : tensor<4xf32>) over(%xt = %x : tensor<10x4xf32>, %yt = %y : tensor<10x4xf32>, %zt = %x : tensor<10x4xf32>) with(%k = %w : tensor<4xf32>, %l = %v : tensor<4xf32>) collect(tensor<10x4xf32>) {
    %0 = nn.mul %a, %k : tensor<4xf32>
    %1 = nn.add %0, %xt : tensor<4xf32>
    %2 = nn.add %1, %zt : tensor<4xf32>
    %3 = nn.mul %b, %yt : tensor<4xf32>
    %4 = nn.mul %3, %l : tensor<4xf32>
    nn.next %2, %4 collect %1 : tensor<4xf32>, tensor<4xf32> collect tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// A value collected twice is collected once.

// CHECK-LABEL: func.func @twice(
//       CHECK:   %[[R:.*]] = nn.scan 10 over({{.*}}) collect(tensor<10xf32>) {
//       CHECK:   return %[[R]], %[[R]]
func.func @twice(%x: tensor<10xf32>) -> (tensor<10xf32>, tensor<10xf32>) {
  %r:2 = nn.scan 10 over(%xt = %x : tensor<10xf32>) collect(tensor<10xf32>, tensor<10xf32>) {
    %0 = nn.exp %xt : tensor<f32>
    nn.next collect %0, %0 collect tensor<f32>, tensor<f32>
  }
  return %r#0, %r#1 : tensor<10xf32>, tensor<10xf32>
}

// Few turns are unrolled, in their order.

// CHECK-LABEL: func.func @unrolls(
//   CHECK-NOT:   nn.scan
//       CHECK:   nn.slice %{{.*}} [1, 0] to [2, 4]
//       CHECK:   %[[A:.*]] = nn.mul %arg0,
//       CHECK:   %[[AS:.*]] = nn.reshape %[[A]]
//       CHECK:   nn.slice %{{.*}} [0, 0] to [1, 4]
//       CHECK:   %[[B:.*]] = nn.mul %[[A]],
//       CHECK:   %[[BS:.*]] = nn.reshape %[[B]]
//       CHECK:   %[[C:.*]] = nn.concat %[[BS]], %[[AS]]
//       CHECK:   return %[[B]], %[[C]]
// KEEP-LABEL: func.func @unrolls(
//       KEEP:   nn.scan 2 reverse
func.func @unrolls(%h: tensor<4xf32>, %x: tensor<2x4xf32>) -> (tensor<4xf32>, tensor<2x4xf32>) {
  %r, %c = nn.scan 2 reverse carry(%a = %h : tensor<4xf32>) over(%xt = %x : tensor<2x4xf32>) collect(tensor<2x4xf32>) {
    %0 = nn.mul %a, %xt : tensor<4xf32>
    nn.next %0 collect %0 : tensor<4xf32> collect tensor<4xf32>
  }
  return %r, %c : tensor<4xf32>, tensor<2x4xf32>
}

// A single turn is no loop.

// KEEP-LABEL: func.func @single(
//   KEEP-NOT:   nn.scan
//       KEEP:   return
func.func @single(%h: tensor<4xf32>) -> tensor<4xf32> {
  %r = nn.scan 1 carry(%a = %h : tensor<4xf32>) {
    %0 = nn.exp %a : tensor<4xf32>
    nn.next %0 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
