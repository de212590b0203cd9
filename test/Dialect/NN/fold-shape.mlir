// RUN: nnc-opt %s --canonicalize --split-input-file | FileCheck %s

// Movements that move nothing.
// CHECK-LABEL: func.func @identities(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x3xf32>, %[[U:.*]]: tensor<1x3xf32>
//  CHECK-NEXT:   return %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[X]], %[[U]]
func.func @identities(%x: tensor<2x3xf32>, %u: tensor<1x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x3xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %reshape = nn.reshape %x : tensor<2x3xf32> -> tensor<2x3xf32>
  %broadcast = nn.broadcast %x [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %transpose = nn.transpose %x [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %slice = nn.slice %x [0, 0] to [2, 3] by [1, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %pad = nn.pad %x, %zero low [0, 0] high [0, 0] interior [0, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<2x3xf32>
  %concat = nn.concat %x axis 0 : tensor<2x3xf32> -> tensor<2x3xf32>
  %reverse = nn.reverse %x [] : tensor<2x3xf32>
  %unit = nn.reverse %u [0] : tensor<1x3xf32>
  return %reshape, %broadcast, %transpose, %slice, %pad, %concat, %reverse, %unit : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<1x3xf32>
}

// -----

// A stride over one element, and interior padding of one, change nothing.
// CHECK-LABEL: func.func @identities_of_unit_axes(
//  CHECK-SAME:     %[[X:.*]]: tensor<1xf32>
//       CHECK:   return %[[X]], %[[X]]
func.func @identities_of_unit_axes(%x: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %slice = nn.slice %x [0] to [1] by [5] : tensor<1xf32> -> tensor<1xf32>
  %pad = nn.pad %x, %zero low [0] high [0] interior [3] : tensor<1xf32>, tensor<f32> -> tensor<1xf32>
  return %slice, %pad : tensor<1xf32>, tensor<1xf32>
}

// -----

// CHECK-LABEL: func.func @reshape_of_reshape(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x6xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.reshape %[[X]] : tensor<2x6xf32> -> tensor<4x3xf32>
//  CHECK-NEXT:   return %[[Y]], %[[X]]
func.func @reshape_of_reshape(%x: tensor<2x6xf32>) -> (tensor<4x3xf32>, tensor<2x6xf32>) {
  %a = nn.reshape %x : tensor<2x6xf32> -> tensor<12xf32>
  %b = nn.reshape %a : tensor<12xf32> -> tensor<4x3xf32>
  %c = nn.reshape %a : tensor<12xf32> -> tensor<2x6xf32>
  return %b, %c : tensor<4x3xf32>, tensor<2x6xf32>
}

// -----

// CHECK-LABEL: func.func @transposes_around_a_product(
//  CHECK-SAME:     %[[X:[^:]*]]: tensor<3x2xf32>, %[[W:[^:]*]]: tensor<4x5x3xf32>)
//  CHECK-NEXT:   %[[Y:.*]] = nn.contract "ka,bck->cab" %[[X]], %[[W]]
//  CHECK-NEXT:   %[[G:.*]] = nn.contract "ka,kb->ba" %[[X]], %[[X]]
//  CHECK-NEXT:   return %[[Y]], %[[G]]
func.func @transposes_around_a_product(%x: tensor<3x2xf32>, %w: tensor<4x5x3xf32>) -> (tensor<5x2x4xf32>, tensor<2x2xf32>) {
  %a = nn.transpose %x [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  %b = nn.transpose %w [2, 0, 1] : tensor<4x5x3xf32> -> tensor<3x4x5xf32>
  %y = nn.contract "ak,kbc->abc" %a, %b : tensor<2x3xf32>, tensor<3x4x5xf32> -> tensor<2x4x5xf32>
  %t = nn.transpose %y [2, 0, 1] : tensor<2x4x5xf32> -> tensor<5x2x4xf32>
  %g = nn.contract "ak,bk->ba" %a, %a : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x2xf32>
  return %t, %g : tensor<5x2x4xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func.func @transpose_of_transpose(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x3x4xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.transpose %[[X]] [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
//  CHECK-NEXT:   return %[[Y]], %[[X]]
func.func @transpose_of_transpose(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>) {
  %a = nn.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %b = nn.transpose %a [1, 2, 0] : tensor<3x4x2xf32> -> tensor<4x2x3xf32>
  %c = nn.transpose %a [2, 0, 1] : tensor<3x4x2xf32> -> tensor<2x3x4xf32>
  return %b, %c : tensor<4x2x3xf32>, tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @broadcast_of_broadcast(
//  CHECK-SAME:     %[[X:.*]]: tensor<3xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.broadcast %[[X]] [2] : tensor<3xf32> -> tensor<4x2x3x5xf32>
//  CHECK-NEXT:   return %[[Y]]
func.func @broadcast_of_broadcast(%x: tensor<3xf32>) -> tensor<4x2x3x5xf32> {
  %a = nn.broadcast %x [1] : tensor<3xf32> -> tensor<2x3xf32>
  %b = nn.broadcast %a [1, 2] : tensor<2x3xf32> -> tensor<4x2x3x5xf32>
  return %b : tensor<4x2x3x5xf32>
}

// -----

// CHECK-LABEL: func.func @slice_of_slice(
//  CHECK-SAME:     %[[X:.*]]: tensor<20xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.slice %[[X]] [4] to [17] by [6] : tensor<20xf32> -> tensor<3xf32>
//  CHECK-NEXT:   return %[[Y]]
func.func @slice_of_slice(%x: tensor<20xf32>) -> tensor<3xf32> {
  %a = nn.slice %x [2] to [20] by [2] : tensor<20xf32> -> tensor<9xf32>
  %b = nn.slice %a [1] to [8] by [3] : tensor<9xf32> -> tensor<3xf32>
  return %b : tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @empty_slice_of_slice(
//       CHECK:   nn.slice %{{.*}} [0] to [0] by [2] : tensor<5xf32> -> tensor<0xf32>
func.func @empty_slice_of_slice(%x: tensor<5xf32>) -> tensor<0xf32> {
  %a = nn.slice %x [0] to [5] by [2] : tensor<5xf32> -> tensor<3xf32>
  %b = nn.slice %a [3] to [3] by [1] : tensor<3xf32> -> tensor<0xf32>
  return %b : tensor<0xf32>
}

// -----

// A stride that does not fit int64 is not composed.
// CHECK-LABEL: func.func @overflowing_slices_stay(
// CHECK-COUNT-2: nn.slice
func.func @overflowing_slices_stay(%x: tensor<5xf32>) -> tensor<1xf32> {
  %a = nn.slice %x [0] to [5] by [4] : tensor<5xf32> -> tensor<2xf32>
  %b = nn.slice %a [0] to [2] by [9223372036854775807] : tensor<2xf32> -> tensor<1xf32>
  return %b : tensor<1xf32>
}

// -----

// CHECK-LABEL: func.func @reverse_twice(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x3xf32>
//       CHECK:   %[[A:.*]] = nn.reverse %[[X]] [0]
//       CHECK:   %[[B:.*]] = nn.reverse %[[A]] [1]
//       CHECK:   return %[[X]], %[[B]]
func.func @reverse_twice(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %a = nn.reverse %x [0] : tensor<2x3xf32>
  %b = nn.reverse %a [0] : tensor<2x3xf32>
  %c = nn.reverse %a [1] : tensor<2x3xf32>
  return %b, %c : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @constants(
//   CHECK-DAG:   %[[RESHAPE:.*]] = nn.constant dense<{{\[\[}}1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
//   CHECK-DAG:   %[[TRANSPOSE:.*]] = nn.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
//   CHECK-DAG:   %[[SLICE:.*]] = nn.constant dense<{{\[\[}}2], [5]]> : tensor<2x1xi32>
//   CHECK-DAG:   %[[REVERSE:.*]] = nn.constant dense<{{\[\[}}3, 2, 1], [6, 5, 4]]> : tensor<2x3xi32>
//   CHECK-DAG:   %[[BROADCAST:.*]] = nn.constant dense<{{\[\[}}7, 7, 7], [8, 8, 8]]> : tensor<2x3xi32>
//       CHECK:   return %[[RESHAPE]], %[[TRANSPOSE]], %[[SLICE]], %[[REVERSE]], %[[BROADCAST]]
func.func @constants() -> (tensor<3x2xi32>, tensor<3x2xi32>, tensor<2x1xi32>, tensor<2x3xi32>, tensor<2x3xi32>) {
  %x = nn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = nn.constant dense<[[7], [8]]> : tensor<2x1xi32>
  %reshape = nn.reshape %x : tensor<2x3xi32> -> tensor<3x2xi32>
  %transpose = nn.transpose %x [1, 0] : tensor<2x3xi32> -> tensor<3x2xi32>
  %slice = nn.slice %x [0, 1] to [2, 3] by [1, 2] : tensor<2x3xi32> -> tensor<2x1xi32>
  %reverse = nn.reverse %x [1] : tensor<2x3xi32>
  %broadcast = nn.broadcast %y [0, 1] : tensor<2x1xi32> -> tensor<2x3xi32>
  return %reshape, %transpose, %slice, %reverse, %broadcast : tensor<3x2xi32>, tensor<3x2xi32>, tensor<2x1xi32>, tensor<2x3xi32>, tensor<2x3xi32>
}

// -----

// CHECK-LABEL: func.func @splats_stay_splats(
//   CHECK-DAG:   %[[BROADCAST:.*]] = nn.constant dense<1.500000e+00> : tensor<1000x5xf32>
//   CHECK-DAG:   %[[RESHAPE:.*]] = nn.constant dense<1.500000e+00> : tensor<5000xf32>
//   CHECK-DAG:   %[[SLICE:.*]] = nn.constant dense<1.500000e+00> : tensor<7xf32>
//   CHECK-DAG:   %[[PAD:.*]] = nn.constant dense<1.500000e+00> : tensor<9xf32>
//       CHECK:   return %[[BROADCAST]], %[[RESHAPE]], %[[SLICE]], %[[PAD]]
func.func @splats_stay_splats() -> (tensor<1000x5xf32>, tensor<5000xf32>, tensor<7xf32>, tensor<9xf32>) {
  %x = nn.constant dense<1.5> : tensor<f32>
  %broadcast = nn.broadcast %x [] : tensor<f32> -> tensor<1000x5xf32>
  %reshape = nn.reshape %broadcast : tensor<1000x5xf32> -> tensor<5000xf32>
  %slice = nn.slice %reshape [0] to [7] by [1] : tensor<5000xf32> -> tensor<7xf32>
  %pad = nn.pad %slice, %x low [1] high [1] interior [0] : tensor<7xf32>, tensor<f32> -> tensor<9xf32>
  return %broadcast, %reshape, %slice, %pad : tensor<1000x5xf32>, tensor<5000xf32>, tensor<7xf32>, tensor<9xf32>
}

// -----

// A literal of 8192 numbers is worse than the op that makes them.
// CHECK-LABEL: func.func @long_results_stay(
//       CHECK:   nn.broadcast
func.func @long_results_stay() -> tensor<4096x2xf32> {
  %x = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = nn.broadcast %x [1] : tensor<2xf32> -> tensor<4096x2xf32>
  return %a : tensor<4096x2xf32>
}

// -----

// CHECK-LABEL: func.func @pad_with_another_value_stays(
//       CHECK:   nn.pad
func.func @pad_with_another_value_stays() -> tensor<3xf32> {
  %x = nn.constant dense<1.0> : tensor<2xf32>
  %v = nn.constant dense<2.0> : tensor<f32>
  %a = nn.pad %x, %v low [1] high [0] interior [0] : tensor<2xf32>, tensor<f32> -> tensor<3xf32>
  return %a : tensor<3xf32>
}

// -----

// What keeps the reduced axes and then repeats them needs no reshape.
// CHECK-LABEL: func.func @broadcast_of_inserted_axes(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x3xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.broadcast %[[X]] [0, 2] : tensor<2x3xf32> -> tensor<2x4x3x5xf32>
//  CHECK-NEXT:   return %[[Y]]
func.func @broadcast_of_inserted_axes(%x: tensor<2x3xf32>) -> tensor<2x4x3x5xf32> {
  %a = nn.reshape %x : tensor<2x3xf32> -> tensor<2x1x3x1xf32>
  %b = nn.broadcast %a [0, 1, 2, 3] : tensor<2x1x3x1xf32> -> tensor<2x4x3x5xf32>
  return %b : tensor<2x4x3x5xf32>
}

// -----

// CHECK-LABEL: func.func @broadcast_of_other_reshapes_stays(
//       CHECK:   nn.reshape
//       CHECK:   nn.broadcast
//       CHECK:   nn.reshape
//       CHECK:   nn.broadcast
func.func @broadcast_of_other_reshapes_stays(%x: tensor<2x3xf32>, %y: tensor<3x1xf32>) -> (tensor<4x6xf32>, tensor<4x3xf32>) {
  %a = nn.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  %b = nn.broadcast %a [1] : tensor<6xf32> -> tensor<4x6xf32>
  %c = nn.reshape %y : tensor<3x1xf32> -> tensor<3xf32>
  %d = nn.broadcast %c [1] : tensor<3xf32> -> tensor<4x3xf32>
  return %b, %d : tensor<4x6xf32>, tensor<4x3xf32>
}

// -----

// CHECK-LABEL: func.func @transpose_of_unit_axes(
//  CHECK-SAME:     %[[X:.*]]: tensor<2x1x3xf32>
//   CHECK-DAG:   %[[Y:.*]] = nn.reshape %[[X]] : tensor<2x1x3xf32> -> tensor<1x2x3xf32>
//   CHECK-DAG:   %[[Z:.*]] = nn.transpose %[[X]] [1, 2, 0]
//       CHECK:   return %[[Y]], %[[Z]]
func.func @transpose_of_unit_axes(%x: tensor<2x1x3xf32>) -> (tensor<1x2x3xf32>, tensor<1x3x2xf32>) {
  %a = nn.transpose %x [1, 0, 2] : tensor<2x1x3xf32> -> tensor<1x2x3xf32>
  %b = nn.transpose %x [1, 2, 0] : tensor<2x1x3xf32> -> tensor<1x3x2xf32>
  return %a, %b : tensor<1x2x3xf32>, tensor<1x3x2xf32>
}

// -----

// The gradients of parts are joined, in whatever order they were added.
// CHECK-LABEL: func.func @sum_of_parts(
//  CHECK-SAME:     %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<2x4xf32>, %[[C:.*]]: tensor<2x2xf32>, %[[X:.*]]: tensor<2x9xf32>
//  CHECK-NEXT:   %[[SUM:.*]] = nn.concat %[[A]], %[[B]], %[[C]] axis 1
//  CHECK-NEXT:   %[[AGAIN:.*]] = nn.concat %[[A]], %[[B]], %[[C]] axis 1
//  CHECK-NEXT:   %[[MORE:.*]] = nn.add %[[X]], %[[AGAIN]]
//  CHECK-NEXT:   return %[[SUM]], %[[MORE]]
func.func @sum_of_parts(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>, %c: tensor<2x2xf32>, %x: tensor<2x9xf32>) -> (tensor<2x9xf32>, tensor<2x9xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %pa = nn.pad %a, %zero low [0, 0] high [0, 6] interior [0, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<2x9xf32>
  %pb = nn.pad %b, %zero low [0, 3] high [0, 2] interior [0, 0] : tensor<2x4xf32>, tensor<f32> -> tensor<2x9xf32>
  %pc = nn.pad %c, %zero low [0, 7] high [0, 0] interior [0, 0] : tensor<2x2xf32>, tensor<f32> -> tensor<2x9xf32>
  %ca = nn.add %pc, %pa : tensor<2x9xf32>
  %sum = nn.add %pb, %ca : tensor<2x9xf32>
  %qa = nn.pad %a, %zero low [0, 0] high [0, 6] interior [0, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<2x9xf32>
  %qb = nn.pad %b, %zero low [0, 3] high [0, 2] interior [0, 0] : tensor<2x4xf32>, tensor<f32> -> tensor<2x9xf32>
  %qc = nn.pad %c, %zero low [0, 7] high [0, 0] interior [0, 0] : tensor<2x2xf32>, tensor<f32> -> tensor<2x9xf32>
  %xb = nn.add %x, %qb : tensor<2x9xf32>
  %xba = nn.add %xb, %qa : tensor<2x9xf32>
  %more = nn.add %qc, %xba : tensor<2x9xf32>
  return %sum, %more : tensor<2x9xf32>, tensor<2x9xf32>
}

// -----

// What lies between is zero.
// CHECK-LABEL: func.func @sum_of_parts_with_gaps(
//  CHECK-SAME:     %[[A:.*]]: tensor<3xi32>, %[[B:.*]]: tensor<2xi32>
//   CHECK-DAG:   %[[TWO:.*]] = nn.constant dense<0> : tensor<2xi32>
//   CHECK-DAG:   %[[ONE:.*]] = nn.constant dense<0> : tensor<1xi32>
//       CHECK:   %[[SUM:.*]] = nn.concat %[[ONE]], %[[A]], %[[TWO]], %[[B]], %[[ONE]] axis 0
//  CHECK-NEXT:   return %[[SUM]]
func.func @sum_of_parts_with_gaps(%a: tensor<3xi32>, %b: tensor<2xi32>) -> tensor<9xi32> {
  %zero = nn.constant dense<0> : tensor<i32>
  %pa = nn.pad %a, %zero low [1] high [5] interior [0] : tensor<3xi32>, tensor<i32> -> tensor<9xi32>
  %pb = nn.pad %b, %zero low [6] high [1] interior [0] : tensor<2xi32>, tensor<i32> -> tensor<9xi32>
  %sum = nn.add %pa, %pb : tensor<9xi32>
  return %sum : tensor<9xi32>
}

// -----

// Parts that overlap, of other axes or of two, with something between or around
// that is not zero, or of which one is needed whole by another.
// CHECK-LABEL: func.func @other_sums_stay(
//   CHECK-NOT:   nn.concat
// CHECK-COUNT-5: nn.add
//   CHECK-NOT:   nn.concat
//       CHECK:   return
func.func @other_sums_stay(%x: tensor<2x3xf32>, %y: tensor<4x2xf32>, %z: tensor<4x3xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %left0 = nn.pad %z, %zero low [0, 0] high [0, 2] interior [0, 0] : tensor<4x3xf32>, tensor<f32> -> tensor<4x5xf32>
  %over = nn.pad %y, %zero low [0, 2] high [0, 1] interior [0, 0] : tensor<4x2xf32>, tensor<f32> -> tensor<4x5xf32>
  %overlapping = nn.add %left0, %over : tensor<4x5xf32>
  %wide = nn.slice %z [0, 0] to [2, 3] by [1, 1] : tensor<4x3xf32> -> tensor<2x3xf32>
  %both = nn.pad %wide, %zero low [0, 0] high [2, 2] interior [0, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<4x5xf32>
  %right1 = nn.pad %y, %zero low [0, 3] high [0, 0] interior [0, 0] : tensor<4x2xf32>, tensor<f32> -> tensor<4x5xf32>
  %corner = nn.add %both, %right1 : tensor<4x5xf32>
  %left2 = nn.pad %z, %one low [0, 0] high [0, 2] interior [0, 0] : tensor<4x3xf32>, tensor<f32> -> tensor<4x5xf32>
  %right2 = nn.pad %y, %zero low [0, 3] high [0, 0] interior [0, 0] : tensor<4x2xf32>, tensor<f32> -> tensor<4x5xf32>
  %around = nn.add %left2, %right2 : tensor<4x5xf32>
  %left3 = nn.pad %x, %zero low [0, 0] high [0, 2] interior [2, 0] : tensor<2x3xf32>, tensor<f32> -> tensor<4x5xf32>
  %right3 = nn.pad %y, %zero low [0, 3] high [0, 0] interior [0, 0] : tensor<4x2xf32>, tensor<f32> -> tensor<4x5xf32>
  %between = nn.add %left3, %right3 : tensor<4x5xf32>
  %left4 = nn.pad %z, %zero low [0, 0] high [0, 2] interior [0, 0] : tensor<4x3xf32>, tensor<f32> -> tensor<4x5xf32>
  %right4 = nn.pad %y, %zero low [0, 3] high [0, 0] interior [0, 0] : tensor<4x2xf32>, tensor<f32> -> tensor<4x5xf32>
  %needed = nn.add %left4, %right4 : tensor<4x5xf32>
  return %overlapping, %corner, %around, %between, %needed, %left4 : tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>, tensor<4x5xf32>
}
