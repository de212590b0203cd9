// RUN: nnc-opt %s --nn-form-kernels --split-input-file | FileCheck %s

// Attention's products and the softmax between them are one kernel where there are
// many heads: what they hand each other is then as large as one head's.
// CHECK-LABEL: kernel.func @kernel_0_contract
//  CHECK-SAME:   -> tensor<16x128x4x32xf32>
//       CHECK:   nn.contract
//       CHECK:   nn.reduce_max
//       CHECK:   nn.exp
//       CHECK:   nn.contract
//       CHECK: nn.entry @attention
// CHECK-COUNT-1: kernel.call
//   CHECK-NOT: kernel.call
nn.entry @attention(%q: tensor<16x128x4x32xf32> {nn.name = "q"}, %k: tensor<16x128x4x32xf32> {nn.name = "k"},
                    %v: tensor<16x128x4x32xf32> {nn.name = "v"}) -> (tensor<16x128x4x32xf32> {nn.name = "y"}) {
  %a = nn.contract "axbz,aybz->abxy" %q, %k : tensor<16x128x4x32xf32>, tensor<16x128x4x32xf32> -> tensor<16x4x128x128xf32>
  %m = nn.reduce_max %a [3] : tensor<16x4x128x128xf32> -> tensor<16x4x128xf32>
  %mb = nn.broadcast %m [0, 1, 2] : tensor<16x4x128xf32> -> tensor<16x4x128x128xf32>
  %d = nn.sub %a, %mb : tensor<16x4x128x128xf32>
  %e = nn.exp %d : tensor<16x4x128x128xf32>
  %s = nn.reduce_sum %e [3] : tensor<16x4x128x128xf32> -> tensor<16x4x128xf32>
  %sb = nn.broadcast %s [0, 1, 2] : tensor<16x4x128xf32> -> tensor<16x4x128x128xf32>
  %p = nn.div %e, %sb : tensor<16x4x128x128xf32>
  %o = nn.contract "abxy,aybz->axbz" %p, %v : tensor<16x4x128x128xf32>, tensor<16x128x4x32xf32> -> tensor<16x128x4x32xf32>
  nn.return %o : tensor<16x128x4x32xf32>
}

// -----

// What all slices hand over stays in a cache anyway, or no slice does.
// CHECK-LABEL: nn.entry @few
// CHECK-COUNT-2: kernel.call
nn.entry @few(%q: tensor<2x4x16x8xf32> {nn.name = "q"}, %v: tensor<2x4x16x8xf32> {nn.name = "v"}) -> (tensor<2x4x16x8xf32> {nn.name = "y"}) {
  %a = nn.contract "abxz,abyz->abxy" %q, %v : tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32> -> tensor<2x4x16x16xf32>
  %o = nn.contract "abxy,abyz->abxz" %a, %v : tensor<2x4x16x16xf32>, tensor<2x4x16x8xf32> -> tensor<2x4x16x8xf32>
  nn.return %o : tensor<2x4x16x8xf32>
}

// CHECK-LABEL: nn.entry @long
// CHECK-COUNT-2: kernel.call
nn.entry @long(%q: tensor<2x4x1024x8xf32> {nn.name = "q"}, %v: tensor<2x4x1024x8xf32> {nn.name = "v"}) -> (tensor<2x4x1024x8xf32> {nn.name = "y"}) {
  %a = nn.contract "abxz,abyz->abxy" %q, %v : tensor<2x4x1024x8xf32>, tensor<2x4x1024x8xf32> -> tensor<2x4x1024x1024xf32>
  %o = nn.contract "abxy,abyz->abxz" %a, %v : tensor<2x4x1024x1024xf32>, tensor<2x4x1024x8xf32> -> tensor<2x4x1024x8xf32>
  nn.return %o : tensor<2x4x1024x8xf32>
}

// -----

// Not where a product sums over the slices.
// CHECK-LABEL: nn.entry @summed
// CHECK-COUNT-2: kernel.call
nn.entry @summed(%q: tensor<64x128x8xf32> {nn.name = "q"}, %v: tensor<64x128x8xf32> {nn.name = "v"}) -> (tensor<128x8xf32> {nn.name = "y"}) {
  %a = nn.contract "axz,ayz->axy" %q, %v : tensor<64x128x8xf32>, tensor<64x128x8xf32> -> tensor<64x128x128xf32>
  %o = nn.contract "axy,ayz->xz" %a, %v : tensor<64x128x128xf32>, tensor<64x128x8xf32> -> tensor<128x8xf32>
  nn.return %o : tensor<128x8xf32>
}
