// RUN: nnc-opt %s --split-input-file --nn-differentiate --cse | FileCheck %s
//
// The derivatives of ops that move, reduce and gather elements. `%w` stands for
// the gradient that comes in.

// A letter of one operand alone was summed away; its gradient is repeated.
// CHECK-LABEL: nn.entry @contract_lone_letter
//  CHECK-SAME: %[[X:[^:]*]]: tensor<2x3x5xf32>, %[[Y:[^:]*]]: tensor<3x4xf32>, %[[W:[^:]*]]: tensor<2x4xf32>
//       CHECK: %[[R:.*]] = nn.contract "bo,io->bi" %[[W]], %[[Y]]
//       CHECK: %[[DX:.*]] = nn.broadcast %[[R]] [0, 1] : tensor<2x3xf32> -> tensor<2x3x5xf32>
//       CHECK: %[[DY:.*]] = nn.contract "bik,bo->io" %[[X]], %[[W]]
//       CHECK: nn.return %[[DX]], %[[DY]]
nn.entry @contract_lone_letter(%x: tensor<2x3x5xf32>, %y: tensor<3x4xf32>, %w: tensor<2x4xf32>) -> (tensor<2x3x5xf32>, tensor<3x4xf32>) {
  %c = nn.contract "bik,io->bo" %x, %y : tensor<2x3x5xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %l = nn.contract "bo,bo->" %c, %w : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<f32>
  %g:2 = nn.gradient %l by %x, %y : tensor<f32> by tensor<2x3x5xf32>, tensor<3x4xf32> -> tensor<2x3x5xf32>, tensor<3x4xf32>
  nn.return %g#0, %g#1 : tensor<2x3x5xf32>, tensor<3x4xf32>
}

// -----

// CHECK-LABEL: nn.entry @conv
//  CHECK-SAME: %[[X:[^:]*]]: tensor<1x4x8xf32>, %[[K:[^:]*]]: tensor<6x2x3xf32>, %[[W:[^:]*]]: tensor<1x6x4xf32>
//   CHECK-DAG: nn.conv_input_grad %[[W]], %[[K]] strides [2] low [1] high [1] dilations [1] groups 2 {{.*}} -> tensor<1x4x8xf32>
//   CHECK-DAG: nn.conv_weight_grad %[[X]], %[[W]] strides [2] low [1] high [1] dilations [1] groups 2 {{.*}} -> tensor<6x2x3xf32>
nn.entry @conv(%x: tensor<1x4x8xf32>, %k: tensor<6x2x3xf32>, %w: tensor<1x6x4xf32>) -> (tensor<1x4x8xf32>, tensor<6x2x3xf32>) {
  %y = nn.conv %x, %k strides [2] low [1] high [1] dilations [1] groups 2 : tensor<1x4x8xf32>, tensor<6x2x3xf32> -> tensor<1x6x4xf32>
  %l = nn.contract "nop,nop->" %w, %y : tensor<1x6x4xf32>, tensor<1x6x4xf32> -> tensor<f32>
  %g:2 = nn.gradient %l by %x, %k : tensor<f32> by tensor<1x4x8xf32>, tensor<6x2x3xf32> -> tensor<1x4x8xf32>, tensor<6x2x3xf32>
  nn.return %g#0, %g#1 : tensor<1x4x8xf32>, tensor<6x2x3xf32>
}

// -----

// CHECK-LABEL: nn.entry @window_max
//  CHECK-SAME: %[[X:[^:]*]]: tensor<1x1x8xf32>, %[[W:[^:]*]]: tensor<1x1x4xf32>
//       CHECK: %[[G:.*]] = nn.window_scatter %[[X]], %[[W]] size [3] strides [2] low [1] high [0]
//       CHECK: nn.return %[[G]]
nn.entry @window_max(%x: tensor<1x1x8xf32>, %w: tensor<1x1x4xf32>) -> (tensor<1x1x8xf32>) {
  %y = nn.window_max %x size [3] strides [2] low [1] high [0] : tensor<1x1x8xf32> -> tensor<1x1x4xf32>
  %l = nn.contract "nop,nop->" %y, %w : tensor<1x1x4xf32>, tensor<1x1x4xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<1x1x8xf32> -> tensor<1x1x8xf32>
  nn.return %g : tensor<1x1x8xf32>
}

// -----

// CHECK-LABEL: nn.entry @window_sum
//  CHECK-SAME: %[[W:[^:]*]]: tensor<1x1x4xf32>
//       CHECK: %[[P:.*]] = nn.pad %[[W]], %{{.*}} low [0, 0, 1] high [0, 0, 2] interior [0, 0, 1]
//       CHECK: %[[G:.*]] = nn.window_sum %[[P]] size [3] strides [1] low [0] high [0] : tensor<1x1x10xf32> -> tensor<1x1x8xf32>
//       CHECK: nn.return %[[G]]
nn.entry @window_sum(%x: tensor<1x1x8xf32>, %w: tensor<1x1x4xf32>) -> (tensor<1x1x8xf32>) {
  %y = nn.window_sum %x size [3] strides [2] low [1] high [0] : tensor<1x1x8xf32> -> tensor<1x1x4xf32>
  %l = nn.contract "nop,nop->" %y, %w : tensor<1x1x4xf32>, tensor<1x1x4xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<1x1x8xf32> -> tensor<1x1x8xf32>
  nn.return %g : tensor<1x1x8xf32>
}

// -----

// CHECK-LABEL: nn.entry @window_sum_dense
//  CHECK-SAME: %[[W:[^:]*]]: tensor<1x1x7xf32>
//   CHECK-NOT: nn.pad
//       CHECK: %[[G:.*]] = nn.window_sum %[[W]] size [3] strides [1] low [1] high [2] : tensor<1x1x7xf32> -> tensor<1x1x8xf32>
//       CHECK: nn.return %[[G]]
nn.entry @window_sum_dense(%x: tensor<1x1x8xf32>, %w: tensor<1x1x7xf32>) -> (tensor<1x1x8xf32>) {
  %y = nn.window_sum %x size [3] strides [1] low [1] high [0] : tensor<1x1x8xf32> -> tensor<1x1x7xf32>
  %l = nn.contract "nop,nop->" %y, %w : tensor<1x1x7xf32>, tensor<1x1x7xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<1x1x8xf32> -> tensor<1x1x8xf32>
  nn.return %g : tensor<1x1x8xf32>
}

// -----

// The first of the largest, in row-major order of the reduced axes 0 and 2.
// CHECK-LABEL: nn.entry @reduce_max
//  CHECK-SAME: %[[X:[^:]*]]: tensor<2x3x4xf32>, %[[W:[^:]*]]: tensor<3xf32>
//       CHECK: %[[M:.*]] = nn.reduce_max %[[X]] [0, 2]
//   CHECK-DAG: %[[I2:.*]] = nn.iota 2 : tensor<2x3x4xi32>
//   CHECK-DAG: %[[I0:.*]] = nn.iota 0 : tensor<2x3x4xi32>
//   CHECK-DAG: %[[FOUR:.*]] = nn.constant dense<4> : tensor<2x3x4xi32>
//       CHECK: %[[ROW:.*]] = nn.mul %[[I0]], %[[FOUR]]
//       CHECK: %[[PLACE:.*]] = nn.add %[[ROW]], %[[I2]]
//       CHECK: %[[MB:.*]] = nn.broadcast %[[M]] [1]
//       CHECK: %[[WORSE:.*]] = nn.compare lt %[[X]], %[[MB]]
//       CHECK: %[[NONE:.*]] = nn.constant dense<8>
//       CHECK: %[[CANDIDATE:.*]] = nn.select %[[WORSE]], %[[NONE]], %[[PLACE]]
//       CHECK: %[[FIRST:.*]] = nn.reduce_min %[[CANDIDATE]] [0, 2]
//       CHECK: %[[FB:.*]] = nn.broadcast %[[FIRST]] [1]
//       CHECK: %[[HERE:.*]] = nn.compare eq %[[PLACE]], %[[FB]]
//       CHECK: %[[WB:.*]] = nn.broadcast %[[W]] [1]
//       CHECK: %[[G:.*]] = nn.select %[[HERE]], %[[WB]], %{{.*}}
//       CHECK: nn.return %[[G]]
nn.entry @reduce_max(%x: tensor<2x3x4xf32>, %w: tensor<3xf32>) -> (tensor<2x3x4xf32>) {
  %y = nn.reduce_max %x [0, 2] : tensor<2x3x4xf32> -> tensor<3xf32>
  %l = nn.contract "i,i->" %y, %w : tensor<3xf32>, tensor<3xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  nn.return %g : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: nn.entry @cumsum
//  CHECK-SAME: %{{[^:]*}}: tensor<5xf32>, %[[W:[^:]*]]: tensor<5xf32>
//       CHECK: %[[F:.*]] = nn.cumsum %[[W]] axis 0 reverse :
//       CHECK: %[[R:.*]] = nn.cumsum %[[W]] axis 0 :
//       CHECK: nn.return %[[F]], %[[R]]
nn.entry @cumsum(%x: tensor<5xf32>, %w: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %y = nn.cumsum %x axis 0 : tensor<5xf32>
  %l = nn.contract "i,i->" %y, %w : tensor<5xf32>, tensor<5xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<5xf32> -> tensor<5xf32>
  %z = nn.cumsum %x axis 0 reverse : tensor<5xf32>
  %m = nn.contract "i,i->" %z, %w : tensor<5xf32>, tensor<5xf32> -> tensor<f32>
  %h = nn.gradient %m by %x : tensor<f32> by tensor<5xf32> -> tensor<5xf32>
  nn.return %g, %h : tensor<5xf32>, tensor<5xf32>
}

// -----

// A unit axis that was repeated comes back by a reshape; one that was not is no
// axis to sum over.
// CHECK-LABEL: nn.entry @broadcast
//  CHECK-SAME: %[[W:[^:]*]]: tensor<4x3x1xf32>
//       CHECK: %[[S:.*]] = nn.reduce_sum %[[W]] [0, 1] : tensor<4x3x1xf32> -> tensor<1xf32>
//       CHECK: %[[G:.*]] = nn.reshape %[[S]] : tensor<1xf32> -> tensor<1x1xf32>
//       CHECK: nn.return %[[G]]
nn.entry @broadcast(%x: tensor<1x1xf32>, %w: tensor<4x3x1xf32>) -> (tensor<1x1xf32>) {
  %y = nn.broadcast %x [1, 2] : tensor<1x1xf32> -> tensor<4x3x1xf32>
  %l = nn.contract "abc,abc->" %y, %w : tensor<4x3x1xf32>, tensor<4x3x1xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<1x1xf32> -> tensor<1x1xf32>
  nn.return %g : tensor<1x1xf32>
}

// -----

// CHECK-LABEL: nn.entry @transpose
//  CHECK-SAME: %[[W:[^:]*]]: tensor<4x2x3xf32>
//       CHECK: nn.transpose %[[W]] [1, 2, 0] : tensor<4x2x3xf32> -> tensor<2x3x4xf32>
nn.entry @transpose(%x: tensor<2x3x4xf32>, %w: tensor<4x2x3xf32>) -> (tensor<2x3x4xf32>) {
  %y = nn.transpose %x [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  %l = nn.contract "abc,abc->" %y, %w : tensor<4x2x3xf32>, tensor<4x2x3xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  nn.return %g : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: nn.entry @slice
//  CHECK-SAME: %[[W:[^:]*]]: tensor<1x3xf32>
//       CHECK: nn.pad %[[W]], %{{.*}} low [2, 1] high [1, 2] interior [0, 1] : tensor<1x3xf32>, tensor<f32> -> tensor<4x8xf32>
nn.entry @slice(%x: tensor<4x8xf32>, %w: tensor<1x3xf32>) -> (tensor<4x8xf32>) {
  %y = nn.slice %x [2, 1] to [4, 7] by [3, 2] : tensor<4x8xf32> -> tensor<1x3xf32>
  %l = nn.contract "ab,ab->" %y, %w : tensor<1x3xf32>, tensor<1x3xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<4x8xf32> -> tensor<4x8xf32>
  nn.return %g : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: nn.entry @pad
//  CHECK-SAME: %[[W:[^:]*]]: tensor<8xf32>
//       CHECK: %[[DX:.*]] = nn.slice %[[W]] [1] to [6] by [2]
//       CHECK: %[[IN:.*]] = nn.pad %{{.*}} low [1] high [2] interior [1] : tensor<3xi1>, tensor<i1> -> tensor<8xi1>
//       CHECK: %[[PADDING:.*]] = nn.select %[[IN]], %[[W]], %{{.*}}
//       CHECK: %[[DV:.*]] = nn.reduce_sum %[[PADDING]] [0]
//       CHECK: nn.return %[[DX]], %[[DV]]
nn.entry @pad(%x: tensor<3xf32>, %v: tensor<f32>, %w: tensor<8xf32>) -> (tensor<3xf32>, tensor<f32>) {
  %y = nn.pad %x, %v low [1] high [2] interior [1] : tensor<3xf32>, tensor<f32> -> tensor<8xf32>
  %l = nn.contract "a,a->" %y, %w : tensor<8xf32>, tensor<8xf32> -> tensor<f32>
  %g:2 = nn.gradient %l by %x, %v : tensor<f32> by tensor<3xf32>, tensor<f32> -> tensor<3xf32>, tensor<f32>
  nn.return %g#0, %g#1 : tensor<3xf32>, tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @concat
//  CHECK-SAME: %[[W:[^:]*]]: tensor<2x7xf32>
//   CHECK-DAG: nn.slice %[[W]] [0, 0] to [2, 3] by [1, 1]
//   CHECK-DAG: nn.slice %[[W]] [0, 3] to [2, 7] by [1, 1]
nn.entry @concat(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>, %w: tensor<2x7xf32>) -> (tensor<2x3xf32>, tensor<2x4xf32>) {
  %c = nn.concat %x, %y axis 1 : tensor<2x3xf32>, tensor<2x4xf32> -> tensor<2x7xf32>
  %l = nn.contract "ab,ab->" %c, %w : tensor<2x7xf32>, tensor<2x7xf32> -> tensor<f32>
  %g:2 = nn.gradient %l by %x, %y : tensor<f32> by tensor<2x3xf32>, tensor<2x4xf32> -> tensor<2x3xf32>, tensor<2x4xf32>
  nn.return %g#0, %g#1 : tensor<2x3xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: nn.entry @reverse
//  CHECK-SAME: %{{[^:]*}}: tensor<4xf32>, %[[W:[^:]*]]: tensor<4xf32>
//       CHECK: nn.reverse %[[W]] [0]
nn.entry @reverse(%x: tensor<4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>) {
  %y = nn.reverse %x [0] : tensor<4xf32>
  %l = nn.contract "a,a->" %y, %w : tensor<4xf32>, tensor<4xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<4xf32> -> tensor<4xf32>
  nn.return %g : tensor<4xf32>
}

// -----

// CHECK-LABEL: nn.entry @gather_scatter
//  CHECK-SAME: %[[X:[^:]*]]: tensor<5x2xf32>, %[[I:[^:]*]]: tensor<3xi32>, %[[U:[^:]*]]: tensor<3x2xf32>
//       CHECK: %[[A:.*]] = nn.gather %[[X]], %[[I]] axis 0
//       CHECK: %[[TWO:.*]] = nn.constant dense<2.0
//       CHECK: %[[DA:.*]] = nn.mul %[[A]], %[[TWO]]
//       CHECK: %[[ZERO:.*]] = nn.constant dense<0.0{{.*}}> : tensor<5x2xf32>
//       CHECK: %[[DX:.*]] = nn.scatter_add %[[ZERO]], %[[I]], %[[DA]] axis 0
//       CHECK: %[[B:.*]] = nn.scatter_add %[[X]], %[[I]], %[[U]] axis 0
//       CHECK: %[[TWOS:.*]] = nn.constant dense<2.0
//       CHECK: %[[DB:.*]] = nn.mul %[[B]], %[[TWOS]]
//       CHECK: %[[DU:.*]] = nn.gather %[[DB]], %[[I]] axis 0
//       CHECK: nn.return %[[DX]], %[[DU]], %[[DB]]
nn.entry @gather_scatter(%x: tensor<5x2xf32>, %i: tensor<3xi32>, %u: tensor<3x2xf32>) -> (tensor<5x2xf32>, tensor<3x2xf32>, tensor<5x2xf32>) {
  %a = nn.gather %x, %i axis 0 : tensor<5x2xf32>, tensor<3xi32> -> tensor<3x2xf32>
  %aa = nn.mul %a, %a : tensor<3x2xf32>
  %l = nn.reduce_sum %aa [0, 1] : tensor<3x2xf32> -> tensor<f32>
  %dx = nn.gradient %l by %x : tensor<f32> by tensor<5x2xf32> -> tensor<5x2xf32>
  %b = nn.scatter_add %x, %i, %u axis 0 : tensor<5x2xf32>, tensor<3xi32>, tensor<3x2xf32>
  %bb = nn.mul %b, %b : tensor<5x2xf32>
  %m = nn.reduce_sum %bb [0, 1] : tensor<5x2xf32> -> tensor<f32>
  %du, %dxx = nn.gradient %m by %u, %x : tensor<f32> by tensor<3x2xf32>, tensor<5x2xf32> -> tensor<3x2xf32>, tensor<5x2xf32>
  nn.return %dx, %du, %dxx : tensor<5x2xf32>, tensor<3x2xf32>, tensor<5x2xf32>
}

// -----

// CHECK-LABEL: nn.entry @sort
//  CHECK-SAME: %[[X:[^:]*]]: tensor<2x3x4xf32>, %[[W:[^:]*]]: tensor<2x3x4xf32>
//       CHECK: %{{.*}}, %[[I:.*]] = nn.sort %[[X]] axis 1
//       CHECK: %[[OWN:.*]] = nn.iota 1 : tensor<2x3x4xi32>
//       CHECK: %[[MOVED:.*]] = nn.sub %[[I]], %[[OWN]]
//       CHECK: %[[STRIDE:.*]] = nn.constant dense<4>
//       CHECK: %[[OFFSET:.*]] = nn.mul %[[MOVED]], %[[STRIDE]]
//       CHECK: %[[TO:.*]] = nn.add %{{.*}}, %{{.*}} : tensor<24xi32>
//       CHECK: %[[WF:.*]] = nn.reshape %[[W]]
//       CHECK: %[[SUM:.*]] = nn.scatter_add %{{.*}}, %[[TO]], %[[WF]] axis 0
//       CHECK: %[[G:.*]] = nn.reshape %[[SUM]]
//       CHECK: nn.return %[[G]]
nn.entry @sort(%x: tensor<2x3x4xf32>, %w: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>) {
  %v, %i = nn.sort %x axis 1 : tensor<2x3x4xf32> -> tensor<2x3x4xi32>
  %l = nn.contract "abc,abc->" %v, %w : tensor<2x3x4xf32>, tensor<2x3x4xf32> -> tensor<f32>
  %g = nn.gradient %l by %x : tensor<f32> by tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  nn.return %g : tensor<2x3x4xf32>
}
