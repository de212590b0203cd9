// RUN: nnc-opt %s --pass-pipeline="builtin.module(func.func(convert-linalg-to-vector{vector-bits=512 vector-registers=32}))" --split-input-file | FileCheck %s
// RUN: nnc-opt %s --pass-pipeline="builtin.module(func.func(convert-linalg-to-vector{vector-bits=128 vector-registers=16}))" --split-input-file | FileCheck %s --check-prefix=NARROW

// Two contiguous dimensions are one loop; the rest of 100 elements is a part of
// a vector, never read beyond.
// CHECK-LABEL: func @merges_loops(
//       CHECK: vector.load {{.*}} vector<16xf32>
//       CHECK: vector.load {{.*}} vector<4xf32>
//   CHECK-NOT: scf.for
// NARROW-LABEL: func @merges_loops(
//       NARROW: scf.for
//   NARROW-NOT: scf.for
//       NARROW: vector.load {{.*}} vector<4xf32>
func.func @merges_loops(%x: memref<5x20xf32>, %y: memref<5x20xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<5x20xf32>) outs(%y : memref<5x20xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %a : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// CHECK-LABEL: func @reads_backwards(
//       CHECK: vector.load {{.*}} vector<16xf32>
//       CHECK: vector.shuffle
//       CHECK: vector.store
func.func @reads_backwards(%x: memref<16xf32>, %y: memref<16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (-i + 15)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<16xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// CHECK-LABEL: func @gathers_strided(
//       CHECK: vector.gather
//       CHECK: vector.store
func.func @gathers_strided(%x: memref<176xf32>, %y: memref<16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i * 11)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<176xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// Whole vectors, none of which reaches beyond the last element.
// CHECK-LABEL: func @sorts_short_strides(
//   CHECK-NOT: vector.gather
//       CHECK: vector.load {{.*}} vector<16xf32>
//       CHECK: %[[C15:.*]] = arith.constant 15 : index
//       CHECK: %[[LAST:.*]] = arith.addi %{{.*}}, %[[C15]] : index
//       CHECK: %[[B:.*]] = vector.load %{{.*}}[%[[LAST]]] {{.*}} vector<16xf32>
//       CHECK: vector.shuffle %{{.*}}, %[[B]] [0, 1, 2, 3, 4, 5, 6, 7, 17, 19, 21, 23, 25, 27, 29, 31]
func.func @sorts_short_strides(%x: memref<31xf32>, %y: memref<16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i * 2)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<31xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// Two outputs that fill each other's gaps are stored together.
// CHECK-LABEL: func @interleaves_outputs(
//   CHECK-NOT: vector.scatter
//       CHECK: vector.shuffle %{{.*}}, %{{.*}} [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23]
//       CHECK: vector.shuffle %{{.*}}, %{{.*}} [8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31]
// CHECK-COUNT-2: vector.store {{.*}} vector<16xf32>
func.func @interleaves_outputs(%x: memref<16xf32>, %y: memref<32xf32>) {
  %even = memref.subview %y[0] [16] [2] : memref<32xf32> to memref<16xf32, strided<[2]>>
  %odd = memref.subview %y[1] [16] [2] : memref<32xf32> to memref<16xf32, strided<[2], offset: 1>>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<16xf32>)
      outs(%even, %odd : memref<16xf32, strided<[2]>>, memref<16xf32, strided<[2], offset: 1>>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %n = arith.negf %a : f32
    linalg.yield %a, %n : f32, f32
  }
  return
}

// -----

// The fill becomes the accumulator's beginning; the sum's lanes run along rows
// and join in a fixed tree.
// CHECK-LABEL: func @sums_rows(
//   CHECK-NOT: vector.store
//       CHECK: vector.extract_strided_slice
//       CHECK: memref.store
func.func @sums_rows(%x: memref<6x64xf32>, %y: memref<6xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<6xf32>)
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<6x64xf32>) outs(%y : memref<6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A strict sum keeps its order: lanes are rows, or there are none.
// CHECK-LABEL: func @keeps_order(
//   CHECK-NOT: vector.extract_strided_slice
//       CHECK: arith.addf
func.func @keeps_order(%x: memref<64xf32>, %y: memref<f32>) attributes {nn.strict} {
  linalg.generic {indexing_maps = [affine_map<(j) -> (j)>, affine_map<(j) -> ()>],
      iterator_types = ["reduction"]} ins(%x : memref<64xf32>) outs(%y : memref<f32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A tile of accumulators is carried by the loop over what is reduced; its width
// and height come from the target.
// CHECK-LABEL: func @multiplies(
//       CHECK: scf.for {{.*}} iter_args(
//  CHECK-SAME: -> (vector<16xf32>, vector<16xf32>
//       CHECK: vector.broadcast
// NARROW-LABEL: func @multiplies(
//       NARROW: scf.for {{.*}} iter_args(
//  NARROW-SAME: -> (vector<4xf32>, vector<4xf32>
func.func @multiplies(%a: memref<24x48xf32>, %b: memref<48x64xf32>, %c: memref<24x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<24x48xf32>, memref<48x64xf32>) outs(%c : memref<24x64xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A long sum is walked in blocks of one length, which continue what is stored.
// CHECK-LABEL: func @blocks_long_sums(
//       CHECK: %[[BLOCK:.*]] = arith.constant 1000
//       CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %[[BLOCK]]
func.func @blocks_long_sums(%a: memref<64x2000xf32>, %b: memref<2000x64xf32>, %c: memref<64x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<64x2000xf32>, memref<2000x64xf32>) outs(%c : memref<64x64xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// What is contiguous along another loop than what is stored is transposed in
// registers: whole vectors are loaded and stored.
// CHECK-LABEL: func @transposes(
//   CHECK-NOT: vector.gather
//   CHECK-NOT: vector.scatter
//       CHECK: vector.load {{.*}} vector<{{[0-9]+}}xf32>
//       CHECK: vector.shuffle
//       CHECK: vector.store {{.*}} vector<{{[0-9]+}}xf32>
//   CHECK-NOT: vector.gather
//   CHECK-NOT: vector.scatter
//       CHECK: return
func.func @transposes(%a: memref<37x33xf32>, %b: memref<33x37xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<37x33xf32>) outs(%b : memref<33x37xf32>) {
  ^bb0(%x: f32, %y: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

// Whole vectors on either side, also where the last rows are fewer; lanes in
// bands of which a first-level cache holds every line.
// CHECK-LABEL: func @transposes_in_bands(
//   CHECK-NOT: vector<{{1[0-5]}}xf32>
//       CHECK: %[[BAND:.*]] = arith.constant 256 : index
//       CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %[[BAND]]
//   CHECK-NOT: vector<{{1[0-5]}}xf32>
//       CHECK: return
func.func @transposes_in_bands(%a: memref<100x1000xf32>, %b: memref<1000x100xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<100x1000xf32>) outs(%b : memref<1000x100xf32>) {
  ^bb0(%x: f32, %y: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

// One row times a matrix with its sums down the columns: eight rows of the
// matrix are walked side by side, and the result is met once for all eight.
// CHECK-LABEL: func @streams_rows(
//   CHECK-NOT: memref.prefetch
//       CHECK: %[[EIGHT:.*]] = arith.constant 8 : index
//       CHECK: scf.for %[[BLOCK:.*]] = %{{.*}} to %{{.*}} step %[[EIGHT]]
//       CHECK:   scf.for %{{.*}} = %{{.*}} to %{{.*}} step
//       CHECK:     vector.load %[[Y:.*]][%{{.*}}]
//       CHECK:     %[[END:.*]] = arith.addi %[[BLOCK]], %{{.*}}
//       CHECK:     scf.for %{{.*}} = %[[BLOCK]] to %[[END]]
//       CHECK:     vector.store %{{.*}}, %[[Y]]
func.func @streams_rows(%x: memref<512xf32>, %b: memref<512x1024xf32>, %y: memref<1024xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (k, n)>,
      affine_map<(n, k) -> (n)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %b : memref<512xf32>, memref<512x1024xf32>) outs(%y : memref<1024xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A matrix that no cache holds is fetched eight rows ahead.
// CHECK-LABEL: func @fetches_rows_ahead(
//       CHECK:   %[[AHEAD:.*]] = arith.constant 32768 : index
//  CHECK-NEXT:   %[[LATER:.*]] = arith.addi %[[AT:.*]], %[[AHEAD]]
//       CHECK:   memref.prefetch %[[B:.*]][%[[LATER]]], read, locality<2>, data
//       CHECK:   vector.load %[[B]][%[[AT]]]
func.func @fetches_rows_ahead(%x: memref<1024xf32>, %b: memref<1024x4096xf32>, %y: memref<4096xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (k, n)>,
      affine_map<(n, k) -> (n)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %b : memref<1024xf32>, memref<1024x4096xf32>) outs(%y : memref<4096xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// With its sums along rows, eight rows are summed at once, each fetched a
// kilobyte ahead.
// CHECK-LABEL: func @fetches_sums_ahead(
//       CHECK: scf.for
//       CHECK:   %{{.*}}:8 = scf.for
//       CHECK:   %[[AHEAD:.*]] = arith.constant 256 : index
//  CHECK-NEXT:   arith.addi %{{.*}}, %[[AHEAD]]
// CHECK-COUNT-8: memref.prefetch %{{.*}}, read, locality<2>, data
//   CHECK-NOT: memref.prefetch
func.func @fetches_sums_ahead(%x: memref<1024xf32>, %b: memref<4096x1024xf32>, %y: memref<4096xf32>) {
  linalg.generic {indexing_maps = [affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n, k)>,
      affine_map<(n, k) -> (n)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %b : memref<1024xf32>, memref<4096x1024xf32>) outs(%y : memref<4096xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A panel of 32 by 256, read again for every tile of rows, is more than a
// first-level cache keeps: both lines of a turn are fetched 16 turns ahead.
// CHECK-LABEL: func @fetches_panels(
//       CHECK:     %[[AHEAD:.*]] = arith.constant 512 : index
//       CHECK:     %[[LATER:.*]] = arith.addi %[[AT:.*]], %[[AHEAD]]
//       CHECK:     memref.prefetch %[[B:.*]][%[[LATER]]], read, locality<3>, data
//       CHECK:     vector.load %[[B]][%[[AT]]]
//       CHECK:     memref.prefetch %[[B]]
//   CHECK-NOT:     memref.prefetch
//       CHECK:   return
func.func @fetches_panels(%a: memref<28x256xf32>, %b: memref<256x32xf32>, %y: memref<28x32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<28x256xf32>, memref<256x32xf32>) outs(%y : memref<28x32xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %t = arith.mulf %p, %q : f32
    %s = arith.addf %z, %t : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// An address that is not linear in the loops stays scalar.
// CHECK-LABEL: func @declines_quotients(
//       CHECK: scf.for
//       CHECK: memref.load
//   CHECK-NOT: vector.
func.func @declines_quotients(%x: memref<8xf32>, %y: memref<16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i floordiv 2)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<16xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// What the epilogue reads is fetched while its tile is summed: each line once,
// and not what all rows share.
// CHECK-LABEL: func @fetches_epilogue(
//  CHECK-SAME:   %{{.*}}: memref<8x64xf32>, %{{.*}}: memref<64x32xf32>, %[[R:[a-z0-9]+]]: memref<8x32xf32>
//       CHECK:   %[[FLAT:.*]] = memref.reinterpret_cast %[[R]]
//   CHECK-NOT:   scf.for
// CHECK-COUNT-16: memref.prefetch %[[FLAT]][%{{.*}}], read, locality<3>, data
//   CHECK-NOT:   memref.prefetch
//       CHECK:   scf.for
//   CHECK-NOT:   memref.prefetch
//       CHECK:   return
// NARROW-LABEL: func @fetches_epilogue(
// NARROW-COUNT-4: memref.prefetch
//   NARROW-NOT:   memref.prefetch
//       NARROW:   return
func.func @fetches_epilogue(%a: memref<8x64xf32>, %b: memref<64x32xf32>, %r: memref<8x32xf32>, %bias: memref<32xf32>, %y: memref<8x32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x64xf32>, memref<64x32xf32>) outs(%y : memref<8x32xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %t = arith.mulf %p, %q : f32
    %s = arith.addf %z, %t : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>,
      affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%y, %r, %bias : memref<8x32xf32>, memref<8x32xf32>, memref<32xf32>) outs(%y : memref<8x32xf32>)
      attrs = {kernel.epilogue = false} {
  ^bb0(%p: f32, %q: f32, %c: f32, %z: f32):
    %t = arith.addf %p, %q : f32
    %s = arith.addf %t, %c : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// CHECK-LABEL: func @sums_too_little_to_fetch(
//   CHECK-NOT:   memref.prefetch
//       CHECK:   return
func.func @sums_too_little_to_fetch(%a: memref<8x16xf32>, %b: memref<16x32xf32>, %r: memref<8x32xf32>, %bias: memref<32xf32>, %y: memref<8x32xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>,
      affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x16xf32>, memref<16x32xf32>) outs(%y : memref<8x32xf32>) {
  ^bb0(%p: f32, %q: f32, %z: f32):
    %t = arith.mulf %p, %q : f32
    %s = arith.addf %z, %t : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>,
      affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%y, %r, %bias : memref<8x32xf32>, memref<8x32xf32>, memref<32xf32>) outs(%y : memref<8x32xf32>)
      attrs = {kernel.epilogue = false} {
  ^bb0(%p: f32, %q: f32, %c: f32, %z: f32):
    %t = arith.addf %p, %q : f32
    %s = arith.addf %t, %c : f32
    linalg.yield %s : f32
  }
  return
}
