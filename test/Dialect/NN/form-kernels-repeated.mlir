// RUN: nnc-opt %s --nn-form-kernels --split-input-file | FileCheck %s
// RUN: nnc-opt %s --nn-form-kernels=disable=fusion --split-input-file | FileCheck %s --check-prefix=APART
// RUN: nnc-opt %s --nn-form-kernels=strict --split-input-file | FileCheck %s --check-prefix=STRICT

// A cheap value of what is in memory anyway is computed by all who read it: of
// the difference from a mean only the mean is stored.
// CHECK-LABEL: kernel.func @kernel_0_reduce_sum
//  CHECK-SAME:   (%{{.*}}: tensor<64x64xf32>) -> (tensor<64xf32>, tensor<64xf32>)
//       CHECK:   nn.sub
//       CHECK:   nn.reduce_sum
//       CHECK: kernel.func
//  CHECK-SAME:   (%{{.*}}: tensor<64xf32>, %{{.*}}: tensor<64xf32>, %{{.*}}: tensor<64x64xf32>) -> tensor<64x64xf32>
//       CHECK:   nn.contract
//       CHECK:   nn.sub
//       CHECK:   nn.mul
//   CHECK-NOT: nn.repeated
//       CHECK: nn.entry @centred
// APART-LABEL: nn.entry @centred
// APART-COUNT-7: kernel.call
nn.entry @centred(%x: tensor<64x64xf32> {nn.name = "x"})
    -> (tensor<64xf32> {nn.name = "v"}, tensor<64x64xf32> {nn.name = "y"}) {
  %n = nn.constant dense<64.0> : tensor<64xf32>
  %sum = nn.reduce_sum %x [1] : tensor<64x64xf32> -> tensor<64xf32>
  %mean = nn.div %sum, %n : tensor<64xf32>
  %wide = nn.broadcast %mean [0] : tensor<64xf32> -> tensor<64x64xf32>
  %less = nn.sub %x, %wide : tensor<64x64xf32>
  %square = nn.mul %less, %less : tensor<64x64xf32>
  %v = nn.reduce_sum %square [1] : tensor<64x64xf32> -> tensor<64xf32>
  %o = nn.contract "i,j->ij" %v, %v : tensor<64xf32>, tensor<64xf32> -> tensor<64x64xf32>
  %y = nn.mul %less, %o : tensor<64x64xf32>
  nn.return %v, %y : tensor<64xf32>, tensor<64x64xf32>
}

// -----

// Not where more would be loaded: of two large values instead of their sum.
// CHECK-LABEL: kernel.func @kernel_0_add
//       CHECK:   kernel.return {{.*}} : tensor<64x64xf32>, tensor<64xf32>
//       CHECK: nn.entry @sum
nn.entry @sum(%a: tensor<64x64xf32> {nn.name = "a"}, %b: tensor<64x64xf32> {nn.name = "b"})
    -> (tensor<64x64xf32> {nn.name = "y"}) {
  %less = nn.add %a, %b : tensor<64x64xf32>
  %v = nn.reduce_sum %less [1] : tensor<64x64xf32> -> tensor<64xf32>
  %o = nn.contract "i,j->ij" %v, %v : tensor<64xf32>, tensor<64xf32> -> tensor<64x64xf32>
  %p = nn.mul %less, %o : tensor<64x64xf32>
  %s = nn.reduce_sum %p [1] : tensor<64x64xf32> -> tensor<64xf32>
  %q = nn.contract "i,j->ij" %s, %v : tensor<64xf32>, tensor<64xf32> -> tensor<64x64xf32>
  %y = nn.mul %less, %q : tensor<64x64xf32>
  nn.return %y : tensor<64x64xf32>
}

// -----

// What reads a rectifier's result anyway asks that, and no mask is stored.
// CHECK-LABEL: kernel.func @kernel_0_tanh
//       CHECK:   %[[R:.*]] = nn.select
//       CHECK:   kernel.return %[[R]] : tensor<64x64xf32>
//       CHECK: nn.cumsum
//       CHECK: kernel.func {{.*}}(%{{.*}}: tensor<64x64xf32>, %{{.*}}: tensor<64x64xf32>) -> tensor<64x64xf32>
//       CHECK:   nn.compare le
//       CHECK: nn.entry @rectified
nn.entry @rectified(%x: tensor<64x64xf32> {nn.name = "x"})
    -> (tensor<64x64xf32> {nn.name = "y"}) {
  %zero = nn.constant dense<0.0> : tensor<64x64xf32>
  %h = nn.tanh %x : tensor<64x64xf32>
  %c = nn.compare le %h, %zero : tensor<64x64xf32>
  %r = nn.select %c, %zero, %h : tensor<64x64xf32>
  %p = nn.cumsum %r axis 1 : tensor<64x64xf32>
  %g = nn.select %c, %zero, %p : tensor<64x64xf32>
  %y = nn.mul %g, %r : tensor<64x64xf32>
  nn.return %y : tensor<64x64xf32>
}

// -----

// Values that follow from a stored one by several ops: GELU's derivative asks for
// three of its values, and the kernel that computes it gets its operand alone.
// CHECK-LABEL: kernel.func @kernel_0_contract
//       CHECK:   %[[H:.*]] = nn.contract
//       CHECK:   nn.erf
//   CHECK-NOT:   nn.exp
//       CHECK:   kernel.return %[[H]], %{{.*}} : tensor<1024x512xf32>, tensor<1024x512xf32>
//       CHECK: kernel.func @{{.*}}contract
//       CHECK: kernel.func @{{.*}}contract(%[[G:.*]]: tensor<1024x32xf32>, %{{.*}}: tensor<32x512xf32>, %{{.*}}: tensor<1024x512xf32>) -> tensor<1024x512xf32>
//       CHECK:   nn.contract
//       CHECK:   nn.exp
//       CHECK:   nn.erf
//       CHECK: nn.entry @gelu
nn.entry @gelu(%x: tensor<1024x32xf32> {nn.name = "x"}, %w: tensor<32x512xf32> {nn.name = "w"})
    -> (tensor<1024x512xf32> {nn.name = "y"}) {
  %h = nn.contract "ij,jk->ik" %x, %w : tensor<1024x32xf32>, tensor<32x512xf32> -> tensor<1024x512xf32>
  %half = nn.constant dense<0.5> : tensor<1024x512xf32>
  %root = nn.constant dense<0.70710678> : tensor<1024x512xf32>
  %one = nn.constant dense<1.0> : tensor<1024x512xf32>
  %a = nn.mul %h, %half : tensor<1024x512xf32>
  %b = nn.mul %h, %root : tensor<1024x512xf32>
  %erf = nn.erf %b : tensor<1024x512xf32>
  %c = nn.add %erf, %one : tensor<1024x512xf32>
  %gelu = nn.mul %a, %c : tensor<1024x512xf32>
  %square = nn.mul %b, %b : tensor<1024x512xf32>
  %minus = nn.neg %square : tensor<1024x512xf32>
  %bell = nn.exp %minus : tensor<1024x512xf32>
  %z = nn.contract "ik,jk->ij" %gelu, %w : tensor<1024x512xf32>, tensor<32x512xf32> -> tensor<1024x32xf32>
  %g = nn.contract "ij,jk->ik" %z, %w : tensor<1024x32xf32>, tensor<32x512xf32> -> tensor<1024x512xf32>
  %p = nn.mul %g, %a : tensor<1024x512xf32>
  %q = nn.mul %p, %bell : tensor<1024x512xf32>
  %r = nn.mul %g, %c : tensor<1024x512xf32>
  %y = nn.add %q, %r : tensor<1024x512xf32>
  nn.return %y : tensor<1024x512xf32>
}

// -----

// Of a softmax only the quotients and the sums are stored: the numerators are
// their products, but for rounding.
// CHECK-LABEL: kernel.func @kernel_0_reduce_max
//  CHECK-SAME:   -> (tensor<64xf32>, tensor<64x64xf32>)
// STRICT-LABEL: kernel.func @kernel_0_reduce_max
//  STRICT-SAME:   -> (tensor<64x64xf32>, tensor<64x64xf32>)
nn.entry @softmax(%x: tensor<64x64xf32> {nn.name = "x"})
    -> (tensor<64x64xf32> {nn.name = "y"}) {
  %max = nn.reduce_max %x [1] : tensor<64x64xf32> -> tensor<64xf32>
  %wide = nn.broadcast %max [0] : tensor<64xf32> -> tensor<64x64xf32>
  %less = nn.sub %x, %wide : tensor<64x64xf32>
  %e = nn.exp %less : tensor<64x64xf32>
  %sum = nn.reduce_sum %e [1] : tensor<64x64xf32> -> tensor<64xf32>
  %sums = nn.broadcast %sum [0] : tensor<64xf32> -> tensor<64x64xf32>
  %p = nn.div %e, %sums : tensor<64x64xf32>
  %g = nn.contract "ij,kj->ik" %p, %p : tensor<64x64xf32>, tensor<64x64xf32> -> tensor<64x64xf32>
  %y = nn.mul %g, %e : tensor<64x64xf32>
  nn.return %y : tensor<64x64xf32>
}
