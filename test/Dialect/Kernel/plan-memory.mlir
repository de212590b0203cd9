// RUN: nnc-opt %s --kernel-plan-memory --split-input-file | FileCheck %s

// Two results that do not live together share memory; a result and what it is
// computed from do not.

//       CHECK: module attributes {kernel.arena_size = 256 : i64}
// CHECK-LABEL: nn.entry @chain
func.func private @k(memref<32xf32>, memref<32xf32>)
nn.entry @chain(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 0>]}
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 128>]}
  %b = kernel.call @k(%a) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<output, 0, spare 0>]}
  %c = kernel.call @k(%b) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %c : tensor<32xf32>
}

// -----

// A dying input gives its buffer to the result where the kernel allows it.

//       CHECK: module attributes {kernel.arena_size = 256 : i64}
// CHECK-LABEL: nn.entry @in_place
func.func private @k(memref<32xf32>, memref<32xf32>)
func.func private @inplace(memref<32xf32>, memref<32xf32>) attributes {kernel.inplace = [[0, 0]]}
nn.entry @in_place(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, [[A:.*]]>]}
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK: kernel.call @inplace(%{{.*}}) {places = [#kernel.place<scratch, [[A]]>]}
  %b = kernel.call @inplace(%a) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<output, 0, spare {{.*}}>]}
  %c = kernel.call @k(%b) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %c : tensor<32xf32>
}

// -----

// An input that is needed later keeps its buffer.

// CHECK-LABEL: nn.entry @not_in_place
func.func private @k(memref<32xf32>, memref<32xf32>)
func.func private @inplace(memref<32xf32>, memref<32xf32>) attributes {kernel.inplace = [[0, 0]]}
func.func private @add(memref<32xf32>, memref<32xf32>, memref<32xf32>)
nn.entry @not_in_place(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 0>]}
  %a = kernel.call @k(%x) : (tensor<32xf32>) -> tensor<32xf32>
  // CHECK: kernel.call @inplace(%{{.*}}) {places = [#kernel.place<scratch, 128>]}
  %b = kernel.call @inplace(%a) : (tensor<32xf32>) -> tensor<32xf32>
  %c = kernel.call @add(%a, %b) : (tensor<32xf32>, tensor<32xf32>) -> tensor<32xf32>
  nn.return %c : tensor<32xf32>
}

// -----

// Scratch of a kernel, and a result that nobody uses, live during the call only.

//       CHECK: module attributes {kernel.arena_size = 640 : i64}
// CHECK-LABEL: nn.entry @kernel_scratch
func.func private @k(memref<32xf32>, memref<32xf32>, memref<32xf32>, memref<256xi8>)
nn.entry @kernel_scratch(%x: tensor<32xf32>) -> tensor<32xf32> {
  // CHECK: kernel.call @k(%{{.*}}) {places = [#kernel.place<scratch, 256>, #kernel.place<scratch, 384>], scratch = 0 : i64}
  %a:2 = kernel.call @k(%x) : (tensor<32xf32>) -> (tensor<32xf32>, tensor<32xf32>)
  // CHECK: kernel.call @k
  // CHECK-SAME: scratch = 0 : i64
  %b:2 = kernel.call @k(%a#0) : (tensor<32xf32>) -> (tensor<32xf32>, tensor<32xf32>)
  nn.return %b#0 : tensor<32xf32>
}

// -----

// One arena, as large as the largest function needs.

// CHECK: module attributes {kernel.arena_size = 1024 : i64}
func.func private @k1(memref<32xf32>, memref<32xf32>, memref<64xi8>)
func.func private @k2(memref<32xf32>, memref<32xf32>, memref<896xi8>)
nn.entry @small(%x: tensor<32xf32>) -> tensor<32xf32> {
  %a = kernel.call @k1(%x) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %a : tensor<32xf32>
}
nn.entry @large(%x: tensor<32xf32>) -> tensor<32xf32> {
  %a = kernel.call @k2(%x) : (tensor<32xf32>) -> tensor<32xf32>
  nn.return %a : tensor<32xf32>
}

// -----

// A value that is returned twice is computed in the first output.

// CHECK-LABEL: nn.entry @returned_twice
func.func private @k(memref<4xf32>, memref<4xf32>)
nn.entry @returned_twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: places = [#kernel.place<output, 0, spare 0>]
  %a = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nn.return %a, %a : tensor<4xf32>, tensor<4xf32>
}

// -----

// Bools take a byte each.

// CHECK: module attributes {kernel.arena_size = 64 : i64}
func.func private @k(memref<4xf32>, memref<40xi8>)
nn.entry @bools(%x: tensor<4xf32>) -> tensor<40xi1> {
  %a = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<40xi1>
  nn.return %a : tensor<40xi1>
}
