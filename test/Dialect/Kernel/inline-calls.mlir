// RUN: nnc-opt %s --kernel-inline-calls | FileCheck %s

// Each call becomes the kernel's body; `init`, which was made with the kernels,
// goes with them.

kernel.func @double(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>) {
  %y = nn.add %x, %x : tensor<4xf32>
  %s = nn.reduce_sum %y [0] : tensor<4xf32> -> tensor<f32>
  kernel.return %y, %s : tensor<4xf32>, tensor<f32>
}
// CHECK-NOT: kernel.func
// CHECK-LABEL: nn.entry @twice(%arg0: tensor<4xf32>)
// CHECK-NEXT: %[[A:.*]] = nn.add %arg0, %arg0
// CHECK-NEXT: nn.reduce_sum %[[A]]
// CHECK-NEXT: %[[B:.*]] = nn.add %[[A]], %[[A]]
// CHECK-NEXT: %[[S:.*]] = nn.reduce_sum %[[B]]
// CHECK-NEXT: nn.return %[[B]], %[[S]]
nn.entry @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>) {
  %a:2 = kernel.call @double(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
  %b:2 = kernel.call @double(%a#0) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>)
  nn.return %b#0, %b#1 : tensor<4xf32>, tensor<f32>
}
// CHECK-NOT: @init
nn.entry @init(%seed: tensor<i64>) {
  nn.return
}
