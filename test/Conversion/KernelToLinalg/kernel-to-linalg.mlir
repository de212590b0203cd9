// RUN: nnc-opt %s --convert-kernel-to-linalg=vector-bits=128 --split-input-file | FileCheck %s
// RUN: nnc-opt %s --convert-kernel-to-linalg='vector-bits=128 cache-bytes=1024 workers=16' --split-input-file | FileCheck %s --check-prefix=ONE
// RUN: nnc-opt %s --convert-kernel-to-linalg='vector-bits=128 copy-bytes=32768' --split-input-file | FileCheck %s --check-prefix=FEW

// Results of one shape are written by one nest; what is read at the place where
// it is computed is not read back.
// CHECK-LABEL: func.func private @update(
//  CHECK-SAME:     %[[G:.*]]: memref<6xf32>, %[[W:.*]]: memref<6xf32>, %[[V:.*]]: memref<6xf32>, %[[V1:.*]]: memref<6xf32>, %[[W1:.*]]: memref<6xf32>)
//       CHECK:   linalg.generic
//  CHECK-SAME:     outs(%[[V1]], %[[W1]] : memref<6xf32>, memref<6xf32>)
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
kernel.func @update(%g: tensor<6xf32>, %w: tensor<6xf32>, %v: tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>) {
  %new = nn.add %v, %g : tensor<6xf32>
  %next = nn.sub %w, %new : tensor<6xf32>
  kernel.return %new, %next : tensor<6xf32>, tensor<6xf32>
}

// -----

// A result that a later op reads at another place is stored before.
// CHECK-LABEL: func.func private @reversed(
//       CHECK:   linalg.generic
//       CHECK:   linalg.generic
//       CHECK:   return
kernel.func @reversed(%x: tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>) {
  %exp = nn.exp %x : tensor<6xf32>
  %back = nn.reverse %exp [0] : tensor<6xf32>
  %sum = nn.add %back, %x : tensor<6xf32>
  kernel.return %exp, %sum : tensor<6xf32>, tensor<6xf32>
}

// -----

// The operand that many rows share is packed into panels of two vectors: here
// of 8 columns, 2 of them, each with its 5 rows.
// CHECK-LABEL: func.func private @product(
//       CHECK:   memref.view {{.*}} to memref<2x5x8xf32>
//       CHECK:   iterator_types = ["parallel", "parallel", "parallel"]
//       CHECK:   iterator_types = ["parallel", "parallel", "parallel", "reduction"]
kernel.func @product(%a: tensor<9x5xf32>, %b: tensor<16x5xf32>) -> tensor<9x16xf32> {
  %y = nn.contract "ik,jk->ij" %a, %b : tensor<9x5xf32>, tensor<16x5xf32> -> tensor<9x16xf32>
  kernel.return %y : tensor<9x16xf32>
}

// -----

// Panels that no cache holds together are packed each just before its use, by a
// task, in the worker's own place.
// ONE-LABEL: func.func private @one_by_one(
//  ONE-SAME:     memref<2560xi8>)
//       ONE:   scf.for %[[PANEL:.*]] = %c0{{.*}} to %c8{{.*}} step %c1
//       ONE:     %[[AT:.*]] = arith.muli %[[PANEL]], %c8
//       ONE:     %[[COLUMNS:.*]] = memref.subview %{{.*}}[%[[AT]], 0] [8, 5] [1, 1]
//       ONE:     %[[WORKER:.*]] = kernel.worker
//       ONE:     %[[PLACE:.*]] = memref.subview %{{.*}}[%[[WORKER]], 0, 0, 0] [1, 1, 5, 8] [1, 1, 1, 1]
//       ONE:     linalg.generic {{.*}} ins(%[[COLUMNS]] :{{.*}} outs(%[[PLACE]] :
//       ONE:     linalg.generic {{.*}}"reduction"]
//       ONE:   } {kernel.tasks}
// CHECK-LABEL: func.func private @one_by_one(
//   CHECK-NOT:   scf.for
kernel.func @one_by_one(%a: tensor<9x5xf32>, %b: tensor<64x5xf32>) -> tensor<9x64xf32> {
  %y = nn.contract "ik,jk->ij" %a, %b : tensor<9x5xf32>, tensor<64x5xf32> -> tensor<9x64xf32>
  kernel.return %y : tensor<9x64xf32>
}

// -----

// Where a row of the source goes from panel to panel, a task packs several side
// by side.
// ONE-LABEL: func.func private @side_by_side(
//       ONE:   scf.for %[[TASK:.*]] = %c0{{.*}} to %c16{{.*}} step %c1
//       ONE:     %[[AT:.*]] = arith.muli %[[TASK]], %c16
//       ONE:     %[[COLUMNS:.*]] = memref.subview %{{.*}}[0, %[[AT]]] [2, 16] [1, 1]
//       ONE:     %[[PLACE:.*]] = memref.subview %{{.*}} [1, 2, 2, 8] [1, 1, 1, 1]
//       ONE:     linalg.generic {indexing_maps = [#[[FROM:.*]], #[[INTO:.*]]], {{.*}} ins(%[[COLUMNS]] :{{.*}} outs(%[[PLACE]] :
//       ONE:     linalg.generic {{.*}}"reduction"]
//       ONE:   } {kernel.tasks}
kernel.func @side_by_side(%a: tensor<9x2xf32>, %b: tensor<2x256xf32>) -> tensor<9x256xf32> {
  %y = nn.contract "ik,kj->ij" %a, %b : tensor<9x2xf32>, tensor<2x256xf32> -> tensor<9x256xf32>
  kernel.return %y : tensor<9x256xf32>
}

// -----

// Few rows are not worth it.
// CHECK-LABEL: func.func private @row(
//   CHECK-NOT:   memref.view
//       CHECK:   iterator_types = ["parallel", "parallel", "reduction"]
kernel.func @row(%a: tensor<1x5xf32>, %b: tensor<16x5xf32>) -> tensor<1x16xf32> {
  %y = nn.contract "ik,jk->ij" %a, %b : tensor<1x5xf32>, tensor<16x5xf32> -> tensor<1x16xf32>
  kernel.return %y : tensor<1x16xf32>
}

// -----

// A product is computed in the output that its bias and rectifier leave: no
// memory of its own, but for the packed operand.
// CHECK-LABEL: func.func private @in_output(
//  CHECK-SAME:     %arg3: memref<16x8xf32>, %arg4: memref<256xi8>)
//       CHECK:   linalg.generic {{.*}}"reduction"]{{.*}} outs(%arg3 :
//       CHECK:   linalg.generic {{.*}} ins(%arg3, {{.*}} outs(%arg3 :
kernel.func @in_output(%a: tensor<16x5xf32>, %b: tensor<5x8xf32>, %c: tensor<8xf32>) -> tensor<16x8xf32> {
  %p = nn.contract "ij,jk->ik" %a, %b : tensor<16x5xf32>, tensor<5x8xf32> -> tensor<16x8xf32>
  %w = nn.broadcast %c [1] : tensor<8xf32> -> tensor<16x8xf32>
  %q = nn.add %p, %w : tensor<16x8xf32>
  %zero = nn.constant dense<0.0> : tensor<16x8xf32>
  %y = nn.max %q, %zero : tensor<16x8xf32>
  kernel.return %y : tensor<16x8xf32>
}

// -----

// Not where the output may be that of an input: the sum of a momentum is
// computed in the variable that holds the old one. The product's 512 bytes and
// the panels' 320 are apart.
// CHECK-LABEL: func.func private @in_variable(
//  CHECK-SAME:     memref<896xi8>) attributes {{.*}}kernel.inplace = {{\[}}[2, 0]]
kernel.func @in_variable(%a: tensor<16x10xf32>, %b: tensor<10x8xf32>, %v: tensor<16x8xf32>) -> tensor<16x8xf32> {
  %p = nn.contract "ij,jk->ik" %a, %b : tensor<16x10xf32>, tensor<10x8xf32> -> tensor<16x8xf32>
  %y = nn.add %v, %p : tensor<16x8xf32>
  kernel.return %y : tensor<16x8xf32>
}

// -----

// Temporaries share memory by lifetime: the packed gradient's 1600 bytes are
// taken over by what the sums become.
// CHECK-LABEL: func.func private @lifetimes(
//       CHECK:   memref.view %[[S:.*]][%c0
//       CHECK:   memref.view %[[S]][%c0
kernel.func @lifetimes(%x: tensor<1x4x10x10xf32>, %g: tensor<1x4x10x10xf32>) -> tensor<1x4xf32> {
  %w = nn.conv_weight_grad %x, %g strides [1, 1] low [0, 0] high [0, 0] dilations [1, 1] groups 1 : tensor<1x4x10x10xf32>, tensor<1x4x10x10xf32> -> tensor<4x4x1x1xf32>
  %s = nn.reduce_sum %w [0, 2, 3] : tensor<4x4x1x1xf32> -> tensor<4xf32>
  %t = nn.reshape %s : tensor<4xf32> -> tensor<1x4xf32>
  kernel.return %t : tensor<1x4xf32>
}

// -----

// A gradient by the weight takes some images at a time: here one of two, whose
// border is written once, and whose sums go on from the images before.
// ONE-LABEL: func.func private @weight_grad(
//       ONE:   %[[PADDED:.*]] = memref.view {{.*}} to memref<1x4x12x12xf32>
//       ONE:   linalg.generic {{.*}} outs(%[[PADDED]] :
//       ONE:   scf.for %[[N:.*]] = %c0{{.*}} to %c2{{.*}} step %c1
//       ONE:     memref.subview %arg0[%[[N]], 0, 0, 0] [1, 4, 10, 10] [1, 1, 1, 1]
//       ONE:     memref.subview %arg1[%[[N]], 0, 0, 0] [1, 4, 10, 10] [1, 1, 1, 1]
//       ONE:     linalg.generic {{.*}}"reduction"]
//   ONE-NOT:   kernel.tasks
//       ONE:   return
// CHECK-LABEL: func.func private @weight_grad(
//   CHECK-NOT:   scf.for
//       CHECK:   return
kernel.func @weight_grad(%x: tensor<2x4x10x10xf32>, %g: tensor<2x4x10x10xf32>) -> tensor<4x4x3x3xf32> {
  %w = nn.conv_weight_grad %x, %g strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<2x4x10x10xf32>, tensor<2x4x10x10xf32> -> tensor<4x4x3x3xf32>
  kernel.return %w : tensor<4x4x3x3xf32>
}

// -----

// Stages that compute row by row go through a few rows together where all of
// them would have left the cache: a task has a share of the blocks, and what
// only these stages meet is as large as a block, once for each worker.
// ONE-LABEL: func.func private @softmax(
//  ONE-SAME:     %[[X:.*]]: memref<301x2xf32>, %[[Y:.*]]: memref<301x2xf32>,
//       ONE:   memref.view {{.*}} to memref<16x16xf32>
//       ONE:   %[[E:.*]] = memref.view {{.*}} to memref<16x8x2xf32>
//       ONE:   scf.for %[[TASK:.*]] = %c0{{.*}} to %c16{{.*}} step
//       ONE:     %[[WORKER:.*]] = kernel.worker
//       ONE:     scf.for %[[BLOCK:.*]] = %{{.*}} to
//       ONE:       memref.subview %[[X]][%{{.*}}, 0] [2, 2] [1, 1]
//       ONE:       memref.subview %[[E]][%[[WORKER]], 0, 0] [1, 8, 2] [1, 1, 1]
//       ONE:       memref.subview %[[Y]][%{{.*}}, 0] [2, 2] [1, 1]
// ONE-COUNT-6:       linalg.generic
//       ONE:     }
//       ONE:   } {kernel.tasks}
// The last row.
//   ONE-NOT:   kernel.worker
//       ONE:   scf.for
// ONE-COUNT-6:     linalg.generic
//   ONE-NOT:   linalg.generic
//       ONE:   return
// CHECK-LABEL: func.func private @softmax(
//   CHECK-NOT:   scf.for
//       CHECK:   return
kernel.func @softmax(%x: tensor<301x2xf32>) -> tensor<301x2xf32> {
  %m = nn.reduce_max %x [1] : tensor<301x2xf32> -> tensor<301xf32>
  %mb = nn.broadcast %m [0] : tensor<301xf32> -> tensor<301x2xf32>
  %d = nn.sub %x, %mb : tensor<301x2xf32>
  %e = nn.exp %d : tensor<301x2xf32>
  %s = nn.reduce_sum %e [1] : tensor<301x2xf32> -> tensor<301xf32>
  %sb = nn.broadcast %s [0] : tensor<301xf32> -> tensor<301x2xf32>
  %y = nn.div %e, %sb : tensor<301x2xf32>
  kernel.return %y : tensor<301x2xf32>
}

// -----

// The gradient of a pooling is computed in the memory of what was pooled: a turn
// reads a window before it writes it. Not where windows overlap.
// CHECK-LABEL: func.func private @pooled(
//  CHECK-SAME:     kernel.inplace = {{\[}}[0, 0]]
kernel.func @pooled(%x: tensor<2x3x8x8xf32>, %g: tensor<2x3x4x4xf32>) -> tensor<2x3x8x8xf32> {
  %y = nn.window_scatter %x, %g size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<2x3x8x8xf32>, tensor<2x3x4x4xf32>
  kernel.return %y : tensor<2x3x8x8xf32>
}

// CHECK-LABEL: func.func private @pooled_over(
//  CHECK-SAME:     kernel.inplace = []
kernel.func @pooled_over(%x: tensor<2x3x8x8xf32>, %g: tensor<2x3x7x7xf32>) -> tensor<2x3x8x8xf32> {
  %y = nn.window_scatter %x, %g size [2, 2] strides [1, 1] low [0, 0] high [0, 0] : tensor<2x3x8x8xf32>, tensor<2x3x7x7xf32>
  kernel.return %y : tensor<2x3x8x8xf32>
}

// -----

// Winograd's form: each image is a task with a place of its worker's for its
// border; where the tiles of one image are too many for a cache, some rows of
// them follow the others in the same place.
// ONE-LABEL: func.func private @winograd(
//       ONE:   memref.view {{.*}} to memref<16x1x8x34x34xf32>
//       ONE:   scf.for %{{.*}} = %c0{{.*}} to %c32{{.*}} step
//       ONE:     kernel.worker
//       ONE:     linalg.generic
//       ONE:     scf.for %[[ROW:.*]] = %c0{{.*}} to %c32{{.*}} step %[[STEP:c[0-9]+]]
//       ONE:       memref.subview %{{.*}}[0, 0, %[[ROW]], 0]
//       ONE:       linalg.generic {{.*}}"reduction"]
//       ONE:   } {kernel.tasks}
kernel.func @winograd(%x: tensor<32x8x32x32xf32>, %w: tensor<64x8x3x3xf32>) -> tensor<32x64x32x32xf32> {
  %y = nn.conv %x, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<32x8x32x32xf32>, tensor<64x8x3x3xf32> -> tensor<32x64x32x32xf32>
  kernel.return %y : tensor<32x64x32x32xf32>
}

// -----

// Sums over the rows themselves meet what every row has written: two blocks of
// stages are none.
// ONE-LABEL: func.func private @sums_of_rows(
//   ONE-NOT:   scf.for
//       ONE:   return
kernel.func @sums_of_rows(%x: tensor<301x2xf32>) -> (tensor<301x2xf32>, tensor<2xf32>) {
  %e = nn.exp %x : tensor<301x2xf32>
  %s = nn.reduce_sum %e [0] : tensor<301x2xf32> -> tensor<2xf32>
  %sb = nn.broadcast %s [1] : tensor<2xf32> -> tensor<301x2xf32>
  %y = nn.mul %x, %sb : tensor<301x2xf32>
  kernel.return %y, %s : tensor<301x2xf32>, tensor<2xf32>
}

// -----

// What a product reads and what its epilogue writes are alive at one time, in one
// nest: neither is where the other is.
// CHECK-LABEL: func.func private @epilogue_to_scratch(
//       CHECK:   %[[PANELS:.*]] = arith.constant 5632 : index
//  CHECK-NEXT:   memref.view %{{.*}}[%[[PANELS]]]{{.*}} to memref<2x7x8xf32>
//       CHECK:   kernel.epilogue
kernel.func @epilogue_to_scratch(%a: tensor<37x7xf32>, %b: tensor<7x19xf32>, %c: tensor<37x19xf32>) -> (tensor<37xf32>, tensor<37xf32>) {
  %p = nn.contract "ij,jk->ik" %a, %b : tensor<37x7xf32>, tensor<7x19xf32> -> tensor<37x19xf32>
  %q = nn.div %p, %c : tensor<37x19xf32>
  %s = nn.reduce_sum %q [1] : tensor<37x19xf32> -> tensor<37xf32>
  %sb = nn.broadcast %s [0] : tensor<37xf32> -> tensor<37x19xf32>
  %y = nn.mul %q, %sb : tensor<37x19xf32>
  %z = nn.reduce_sum %y [1] : tensor<37x19xf32> -> tensor<37xf32>
  kernel.return %s, %z : tensor<37xf32>, tensor<37xf32>
}

// -----

// What is joined is computed where it belongs, in one nest; what is not computed
// here is copied there, and so is a part that is a result of its own.
// CHECK-LABEL: func.func private @joined(
//  CHECK-SAME:     %[[X:.*]]: memref<4x3xf32>, %[[Y:.*]]: memref<4x2xf32>, %[[OUT:.*]]: memref<4x11xf32>, %[[OWN:.*]]: memref<4x3xf32>)
//       CHECK:   %[[A:.*]] = memref.subview %[[OUT]][0, 0] [4, 3] [1, 1]
//       CHECK:   %[[B:.*]] = memref.subview %[[OUT]][0, 3] [4, 3] [1, 1]
//   CHECK-NOT:   memref.view
//       CHECK:   linalg.generic {{.*}} ins(%[[X]] : {{.*}} outs(%[[A]], %[[B]], %[[OWN]] :
//       CHECK:   %[[C:.*]] = memref.subview %[[OUT]][0, 6] [4, 2] [1, 1]
//       CHECK:   linalg.generic {{.*}} ins(%[[Y]] : {{.*}} outs(%[[C]] :
//       CHECK:   %[[D:.*]] = memref.subview %[[OUT]][0, 8] [4, 3] [1, 1]
//       CHECK:   linalg.generic {{.*}} ins(%[[OWN]] : {{.*}} outs(%[[D]] :
//   CHECK-NOT:   linalg.generic
//       CHECK:   return
kernel.func @joined(%x: tensor<4x3xf32>, %y: tensor<4x2xf32>) -> (tensor<4x11xf32>, tensor<4x3xf32>) {
  %a = nn.exp %x : tensor<4x3xf32>
  %b = nn.mul %a, %x : tensor<4x3xf32>
  %c = nn.neg %b : tensor<4x3xf32>
  %all = nn.concat %a, %b, %y, %c axis 1 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x2xf32>, tensor<4x3xf32> -> tensor<4x11xf32>
  kernel.return %all, %c : tensor<4x11xf32>, tensor<4x3xf32>
}

// -----

// The images of a gradient are copied with their border in one go, or a few at a
// time where they are to take little memory; the weight is packed once.
// CHECK-LABEL: func.func private @few_images(
//       CHECK:   memref.view %{{.*}} to memref<8x16x18x18xf32>
//   CHECK-NOT:   scf.for
//       CHECK:   return
// FEW-LABEL: func.func private @few_images(
//       FEW:   memref.view %{{.*}} to memref<1x2x16x3x3x8xf32>
//       FEW:   memref.view %{{.*}} to memref<1x16x18x18xf32>
//       FEW:   scf.for
//   FEW-NOT:   memref.view
//       FEW:   return
kernel.func @few_images(%g: tensor<8x16x16x16xf32>, %w: tensor<16x16x3x3xf32>) -> tensor<8x16x16x16xf32> attributes {nn.strict} {
  %x = nn.conv_input_grad %g, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<8x16x16x16xf32>, tensor<16x16x3x3xf32> -> tensor<8x16x16x16xf32>
  kernel.return %x : tensor<8x16x16x16xf32>
}
