// RUN: nnc-opt %s --nn-form-kernels --split-input-file | FileCheck %s
// RUN: nnc-opt %s --nn-form-kernels=fuse=false --split-input-file | FileCheck %s --check-prefix=APART

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
