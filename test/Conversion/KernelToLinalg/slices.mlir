// RUN: nnc-opt %s --convert-kernel-to-linalg='vector-bits=128 workers=4' --split-input-file | FileCheck %s

// A kernel of several nests that fall apart walks its slices, a share of them as a
// task: what is handed over has a place for each worker, as large as a slice.
// CHECK-LABEL: func.func private @attention(
//  CHECK-SAME:     %[[Q:.*]]: memref<2x16x3x8xf32>, %[[K:.*]]: memref<2x16x3x8xf32>, %[[M:.*]]: memref<16x16xf32>, %[[Y:.*]]: memref<2x16x3x8xf32>, %{{.*}}: memref<
//       CHECK:   scf.for
//       CHECK:     kernel.worker
//       CHECK:     scf.for
//       CHECK:       memref.subview %[[Q]][%[[A:.*]], 0, %[[B:.*]], 0] [1, 16, 1, 8] [1, 1, 1, 1] {{.*}} to memref<16x8xf32, strided<[24, 1], offset: ?>>
//       CHECK:       memref.subview %[[Y]][%[[A]], 0, %[[B]], 0] [1, 16, 1, 8] [1, 1, 1, 1]
//       CHECK:       memref.view {{.*}} to memref<4x16x16xf32>
//       CHECK:       linalg.generic
//       CHECK:   {kernel.tasks}
kernel.func @attention(%q: tensor<2x16x3x8xf32>, %k: tensor<2x16x3x8xf32>, %m: tensor<16x16xf32>) -> tensor<2x16x3x8xf32> {
  %a = nn.contract "axbz,aybz->abxy" %q, %k : tensor<2x16x3x8xf32>, tensor<2x16x3x8xf32> -> tensor<2x3x16x16xf32>
  %mb = nn.broadcast %m [2, 3] : tensor<16x16xf32> -> tensor<2x3x16x16xf32>
  %b = nn.add %a, %mb : tensor<2x3x16x16xf32>
  %s = nn.reduce_sum %b [3] : tensor<2x3x16x16xf32> -> tensor<2x3x16xf32>
  %sb = nn.broadcast %s [0, 1, 2] : tensor<2x3x16xf32> -> tensor<2x3x16x16xf32>
  %p = nn.div %b, %sb : tensor<2x3x16x16xf32>
  %o = nn.contract "abxy,aybz->axbz" %p, %k : tensor<2x3x16x16xf32>, tensor<2x16x3x8xf32> -> tensor<2x16x3x8xf32>
  kernel.return %o : tensor<2x16x3x8xf32>
}
