// RUN: nnc-opt %s --nn-form-kernels --split-input-file | FileCheck %s
// RUN: nnc-opt %s --nn-form-kernels=disable=fusion --split-input-file | FileCheck %s --check-prefix=APART

// A chain with its reduction, and what follows the reduction row by row, is one
// kernel; by itself each op is one.
// CHECK-LABEL: kernel.func @{{.*}}(%{{.*}}: tensor<8x5xf32>) -> tensor<8x5xf32>
//       CHECK:   nn.reduce_max
//       CHECK:   nn.exp
//       CHECK:   nn.reduce_sum
//       CHECK:   nn.div
//       CHECK: nn.entry @softmax
//  CHECK-NEXT:   %[[Y:.*]] = kernel.call
//  CHECK-NEXT:   nn.return %[[Y]]
// APART-LABEL: nn.entry @softmax
// APART-COUNT-5: kernel.call
nn.entry @softmax(%x: tensor<8x5xf32> {nn.name = "x"}) -> (tensor<8x5xf32> {nn.name = "y"}) {
  %max = nn.reduce_max %x [1] : tensor<8x5xf32> -> tensor<8xf32>
  %wide = nn.broadcast %max [0] : tensor<8xf32> -> tensor<8x5xf32>
  %less = nn.sub %x, %wide : tensor<8x5xf32>
  %exp = nn.exp %less : tensor<8x5xf32>
  %sum = nn.reduce_sum %exp [1] : tensor<8x5xf32> -> tensor<8xf32>
  %sums = nn.broadcast %sum [0] : tensor<8xf32> -> tensor<8x5xf32>
  %y = nn.div %exp, %sums : tensor<8x5xf32>
  nn.return %y : tensor<8x5xf32>
}

// -----

// An axis of length 1 that the reduction leaves changes nothing.
// CHECK-LABEL: kernel.func
//       CHECK:   nn.reduce_sum
//       CHECK:   nn.div
//       CHECK:   nn.sub
//   CHECK-NOT: kernel.func
//       CHECK: nn.entry @centred
nn.entry @centred(%x: tensor<8x5xf32> {nn.name = "x"}) -> (tensor<8x5xf32> {nn.name = "y"}) {
  %n = nn.constant dense<5.0> : tensor<8x1xf32>
  %sum = nn.reduce_sum %x [1] : tensor<8x5xf32> -> tensor<8xf32>
  %kept = nn.reshape %sum : tensor<8xf32> -> tensor<8x1xf32>
  %mean = nn.div %kept, %n : tensor<8x1xf32>
  %wide = nn.broadcast %mean [0, 1] : tensor<8x1xf32> -> tensor<8x5xf32>
  %y = nn.sub %x, %wide : tensor<8x5xf32>
  nn.return %y : tensor<8x5xf32>
}

// -----

// A contraction takes in what is computed of its result element by element, also
// where that began as a cluster of its own: an update with a decayed slot.
// CHECK-LABEL: kernel.func
//       CHECK:   nn.contract
//       CHECK:   nn.add
//       CHECK:   nn.sub
//   CHECK-NOT: kernel.func
//       CHECK: nn.step @update
nn.variable parameter @"m.w" : tensor<6x7xf32> init {
^bb0(%random: tensor<2xi64>):
  %zero = nn.constant dense<0.0> : tensor<6x7xf32>
  nn.yield %zero : tensor<6x7xf32>
}
nn.variable slot @"m.v" : tensor<6x7xf32> init {
^bb0(%random: tensor<2xi64>):
  %zero = nn.constant dense<0.0> : tensor<6x7xf32>
  nn.yield %zero : tensor<6x7xf32>
}
nn.step @update(%a: tensor<9x6xf32> {nn.name = "a"}, %b: tensor<9x7xf32> {nn.name = "b"}) {
  %w = nn.read @"m.w" : tensor<6x7xf32>
  %v = nn.read @"m.v" : tensor<6x7xf32>
  %beta = nn.constant dense<0.9> : tensor<6x7xf32>
  %old = nn.mul %v, %beta : tensor<6x7xf32>
  %g = nn.contract "no,ni->oi" %a, %b : tensor<9x6xf32>, tensor<9x7xf32> -> tensor<6x7xf32>
  %new = nn.add %old, %g : tensor<6x7xf32>
  %next = nn.sub %w, %new : tensor<6x7xf32>
  nn.write @"m.v", %new : tensor<6x7xf32>
  nn.write @"m.w", %next : tensor<6x7xf32>
  nn.return
}

// -----

// Equal kernels are one, called twice.
// CHECK-COUNT-1: kernel.func
//     CHECK-NOT: kernel.func
//         CHECK: nn.entry @twice
//         CHECK:   kernel.call @[[K:.*]](%arg0
//         CHECK:   kernel.call @[[K]](%arg1
nn.entry @twice(%a: tensor<3x4xf32> {nn.name = "a"}, %b: tensor<3x4xf32> {nn.name = "b"},
                %w: tensor<4x4xf32> {nn.name = "w"})
    -> (tensor<3x4xf32> {nn.name = "x"}, tensor<3x4xf32> {nn.name = "y"}) {
  %x = nn.contract "ij,jk->ik" %a, %w : tensor<3x4xf32>, tensor<4x4xf32> -> tensor<3x4xf32>
  %y = nn.contract "ij,jk->ik" %b, %w : tensor<3x4xf32>, tensor<4x4xf32> -> tensor<3x4xf32>
  nn.return %x, %y : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// Parts are joined where they are computed; what has its own stages, and what
// is computed of the whole, is a kernel of its own.
// CHECK-LABEL: kernel.func @kernel_0_exp
//       CHECK:   nn.exp
//       CHECK:   nn.mul
//       CHECK:   nn.concat
//       CHECK:   nn.concat
//  CHECK-NEXT:   kernel.return %{{[0-9]+}}, %{{[0-9]+}} : tensor<4x6xf32>, tensor<8x3xf32>
// CHECK-LABEL: kernel.func @kernel_1_neg
//       CHECK:   nn.neg
//  CHECK-NEXT:   kernel.return
// CHECK-LABEL: kernel.func @kernel_2_reduce_sum
//   CHECK-NOT:   nn.concat
// CHECK-LABEL: kernel.func @kernel_3_concat
//       CHECK: nn.entry @joined
nn.entry @joined(%x: tensor<4x3xf32> {nn.name = "x"}) -> (tensor<4x6xf32> {nn.name = "y"}, tensor<8x3xf32> {nn.name = "u"}, tensor<4x6xf32> {nn.name = "z"}) {
  %a = nn.exp %x : tensor<4x3xf32>
  %b = nn.mul %a, %x : tensor<4x3xf32>
  %both = nn.concat %a, %b axis 1 : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<4x6xf32>
  %other = nn.concat %b, %a axis 0 : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
  %y = nn.neg %both : tensor<4x6xf32>
  %sum = nn.reduce_sum %x [1] : tensor<4x3xf32> -> tensor<4xf32>
  %wide = nn.broadcast %sum [0] : tensor<4xf32> -> tensor<4x3xf32>
  %less = nn.sub %x, %wide : tensor<4x3xf32>
  %z = nn.concat %less, %x axis 1 : tensor<4x3xf32>, tensor<4x3xf32> -> tensor<4x6xf32>
  nn.return %y, %other, %z : tensor<4x6xf32>, tensor<8x3xf32>, tensor<4x6xf32>
}
