// RUN: nnc-opt %s --kernel-recompute=arena-limit=1200 --split-input-file | FileCheck %s
// RUN: nnc-opt %s --kernel-recompute=arena-limit=3000 --split-input-file | FileCheck %s --check-prefix=ENOUGH
// RUN: nnc-opt %s --kernel-recompute=arena-limit=1400 --split-input-file | FileCheck %s --check-prefix=ANEW

// %a would wait while @wide takes its scratch: it is made again for its use
// after that, with the view through which it is used.

func.func private @grow(memref<32xf32>, memref<128xf32>)
func.func private @sum(memref<128xf32>, memref<f32>)
func.func private @wide(memref<128xf32>, memref<f32>, memref<1024xi8>)
func.func private @both(memref<f32>, memref<f32>, memref<2x64xf32>, memref<f32>)
// CHECK-LABEL: nn.entry @again
// ENOUGH-LABEL: nn.entry @again
nn.entry @again(%x: tensor<32xf32>, %y: tensor<128xf32>) -> tensor<f32> {
  // CHECK: kernel.call @grow
  // CHECK: kernel.call @sum
  // CHECK: kernel.call @wide
  // CHECK: %[[A:.*]] = kernel.call @grow
  // CHECK: %[[V:.*]] = nn.reshape %[[A]]
  // CHECK: kernel.call @both(%{{.*}}, %{{.*}}, %[[V]])
  // ENOUGH-COUNT-1: kernel.call @grow
  // ENOUGH-NOT: kernel.call @grow
  // ENOUGH: nn.return
  %a = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<128xf32>
  %v = nn.reshape %a : tensor<128xf32> -> tensor<2x64xf32>
  %b = kernel.call @sum(%a) : (tensor<128xf32>) -> tensor<f32>
  %c = kernel.call @wide(%y) : (tensor<128xf32>) -> tensor<f32>
  %s = kernel.call @both(%b, %c, %v) : (tensor<f32>, tensor<f32>, tensor<2x64xf32>) -> tensor<f32>
  nn.return %s : tensor<f32>
}

// -----

// What is used at the fullest moment stays, whatever the limit.

func.func private @grow(memref<32xf32>, memref<128xf32>)
func.func private @wide(memref<128xf32>, memref<f32>, memref<512xi8>)
// CHECK-LABEL: nn.entry @needed
nn.entry @needed(%x: tensor<32xf32>) -> tensor<f32> {
  // CHECK-COUNT-1: kernel.call @grow
  // CHECK-NOT: kernel.call @grow
  // CHECK: nn.return
  %a = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<128xf32>
  %b = kernel.call @wide(%a) : (tensor<128xf32>) -> tensor<f32>
  nn.return %b : tensor<f32>
}

// -----

// Where the variable that a call reads has its new value before the call would
// be repeated, that value would have to wait in the arena: here it is as large
// as what would be won.

nn.variable parameter @w : tensor<32xf32> init {
^bb0(%random: tensor<2xi64>):
  %z = nn.constant dense<0.0> : tensor<32xf32>
  nn.yield %z : tensor<32xf32>
}
func.func private @copy(memref<32xf32>, memref<32xf32>)
func.func private @next(memref<32xf32>, memref<32xf32>)
func.func private @wide(memref<128xf32>, memref<f32>, memref<512xi8>)
func.func private @both(memref<f32>, memref<32xf32>, memref<f32>)
// CHECK-LABEL: nn.step @variable
nn.step @variable(%x: tensor<32xf32>, %y: tensor<128xf32>) -> tensor<f32> {
  // CHECK-COUNT-1: kernel.call @copy
  // CHECK-NOT: kernel.call @copy
  // CHECK: nn.return
  %w = nn.read @w : tensor<32xf32>
  %a = kernel.call @copy(%w) : (tensor<32xf32>) -> tensor<32xf32>
  %n = kernel.call @next(%x) : (tensor<32xf32>) -> tensor<32xf32>
  nn.write @w, %n : tensor<32xf32>
  %c = kernel.call @wide(%y) : (tensor<128xf32>) -> tensor<f32>
  %s = kernel.call @both(%c, %a) : (tensor<f32>, tensor<32xf32>) -> tensor<f32>
  nn.return %s : tensor<f32>
}

// -----

// While @wide runs, %p is the cheapest to make again, as long as %a waits anyway.
// But then %a would have to be made for it beside %d. A choice that leads nowhere
// is not made: %p is kept, and %a made again for its last use.

func.func private @grow(%x: memref<32xf32>, %y: memref<256xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<32xf32>) outs(%y : memref<256xf32>) {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}
func.func private @pool(memref<256xf32>, memref<64xf32>)
func.func private @wide(memref<64xf32>, memref<64xf32>, memref<832xi8>)
func.func private @join(memref<64xf32>, memref<64xf32>, memref<64xf32>)
func.func private @end(memref<256xf32>, memref<64xf32>, memref<f32>)
// ANEW-LABEL: nn.entry @anew
nn.entry @anew(%x: tensor<32xf32>, %y: tensor<64xf32>) -> tensor<f32> {
  // ANEW: kernel.call @grow
  // ANEW-NEXT: %[[P:.*]] = kernel.call @pool
  // ANEW-NEXT: %[[D:.*]] = kernel.call @wide
  // ANEW-NEXT: kernel.call @join(%[[P]], %[[D]])
  // ANEW-NEXT: %[[A:.*]] = kernel.call @grow
  // ANEW-NEXT: kernel.call @end(%[[A]]
  %a = kernel.call @grow(%x) : (tensor<32xf32>) -> tensor<256xf32>
  %p = kernel.call @pool(%a) : (tensor<256xf32>) -> tensor<64xf32>
  %d = kernel.call @wide(%y) : (tensor<64xf32>) -> tensor<64xf32>
  %e = kernel.call @join(%p, %d) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  %f = kernel.call @end(%a, %e) : (tensor<256xf32>, tensor<64xf32>) -> tensor<f32>
  nn.return %f : tensor<f32>
}
