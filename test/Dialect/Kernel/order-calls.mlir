// RUN: nnc-opt %s --kernel-order-calls --split-input-file | FileCheck %s

// What frees its operand runs at once; what only takes memory keeps its turn.

func.func private @grow(memref<32xf32>, memref<64xf32>)
func.func private @sum(memref<64xf32>, memref<f32>)
// CHECK-LABEL: nn.entry @early
nn.entry @early(%x: tensor<32xf32>) -> (tensor<f32>, tensor<f32>) {
  // CHECK-NEXT: %[[A:.*]] = kernel.call @grow
  // CHECK-NEXT: %[[S:.*]] = kernel.call @sum(%[[A]])
  // CHECK-NEXT: %[[B:.*]] = kernel.call @grow
  // CHECK-NEXT: %[[T:.*]] = kernel.call @sum(%[[B]])
  // CHECK-NEXT: nn.return %[[S]], %[[T]]
  %a = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<64xf32>
  %b = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<64xf32>
  %t = kernel.call @sum(%b) : (tensor<64xf32>) -> tensor<f32>
  %s = kernel.call @sum(%a) : (tensor<64xf32>) -> tensor<f32>
  nn.return %s, %t : tensor<f32>, tensor<f32>
}

// -----

// A variable's new value is not made before the last use of the old one, though
// it would free memory; views follow what they look at.

nn.variable parameter @w : tensor<32xf32> init {
^bb0(%random: tensor<2xi64>):
  %z = nn.constant dense<0.0> : tensor<32xf32>
  nn.yield %z : tensor<32xf32>
}
func.func private @grow(memref<32xf32>, memref<64xf32>)
func.func private @update(memref<32xf32>, memref<64xf32>, memref<32xf32>)
func.func private @use(memref<32xf32>, memref<4x16xf32>, memref<64xf32>)
func.func private @sum(memref<64xf32>, memref<f32>)
// CHECK-LABEL: nn.step @variable
nn.step @variable(%x: tensor<32xf32>) -> tensor<f32> {
  // CHECK: kernel.call @grow
  // CHECK-NEXT: nn.reshape
  // CHECK-NEXT: kernel.call @use
  // CHECK-NEXT: kernel.call @update
  // CHECK-NEXT: kernel.call @sum
  // CHECK-NEXT: nn.write
  %w = nn.read @w : tensor<32xf32>
  %a = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<64xf32>
  %v = nn.reshape %a : tensor<64xf32> -> tensor<4x16xf32>
  %b = kernel.call @use(%w, %v) : (tensor<32xf32>, tensor<4x16xf32>) -> tensor<64xf32>
  %n = kernel.call @update(%w, %a) : (tensor<32xf32>, tensor<64xf32>) -> tensor<32xf32>
  nn.write @w, %n : tensor<32xf32>
  %s = kernel.call @sum(%b) : (tensor<64xf32>) -> tensor<f32>
  nn.return %s : tensor<f32>
}
