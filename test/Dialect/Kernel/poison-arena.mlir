// RUN: nnc-opt %s --kernel-plan-memory --kernel-poison-arena --split-input-file | FileCheck %s

// The place of a result before its call, and what is dead after it.

// CHECK-LABEL: nn.entry @chain
func.func private @k(memref<32xf32>, memref<32xf32>)
nn.entry @chain(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK-NEXT: kernel.poison 0, 128
  // CHECK-NEXT: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 0>]}
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK-NEXT: kernel.poison 128, 128
  // CHECK-NEXT: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 128>]}
  // CHECK-NEXT: kernel.poison 0, 128
  %b = kernel.call @k(%a) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK-NEXT: kernel.call @k(%{{.*}}) {places = [#kernel.place<output, 0, spare 0>]}
  // CHECK-NEXT: kernel.poison 128, 128
  %c = kernel.call @k(%b) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %c : tensor<32xf32>
}

// -----

// What is computed in its operand is left alone.

// CHECK-LABEL: nn.entry @in_place
func.func private @k(memref<32xf32>, memref<32xf32>)
func.func private @inplace(memref<32xf32>, memref<32xf32>) attributes {kernel.inplace = [[0, 0]]}
nn.entry @in_place(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, [[A:.*]]>]}
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK-NEXT: kernel.call @inplace(%{{.*}}) {places = [#kernel.place<scratch, [[A]]>]}
  %b = kernel.call @inplace(%a) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK-NEXT: kernel.call @k
  %c = kernel.call @k(%b) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK-NEXT: kernel.poison [[A]], 128
  nn.return %c : tensor<32xf32>
}

// -----

// Scratch, on both sides of the call.

// CHECK-LABEL: nn.entry @kernel_scratch
func.func private @k(memref<32xf32>, memref<32xf32>, memref<256xi8>)
nn.entry @kernel_scratch(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK-NEXT: kernel.poison [[S:[0-9]+]], 256
  // CHECK-NEXT: kernel.call @k(%{{.*}}) {places = [{{.*}}], scratch = [[S]] : i64}
  // CHECK-NEXT: kernel.poison [[S]], 256
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %a : tensor<32xf32>
}
