// RUN: nnc-opt %s --split-input-file --nn-differentiate --cse | FileCheck %s

// The mean's gradient is one constant, the square's factor in it.
// CHECK-LABEL: nn.step @linear_regression
//  CHECK-SAME: %[[X:[^:]*]]: tensor<2x4xf32>, %[[T:[^:]*]]: tensor<2x3xf32>
//       CHECK: %[[E:.*]] = nn.sub %{{.*}}, %[[T]]
//       CHECK: %[[C:.*]] = nn.constant dense<0.333333343> : tensor<2x3xf32>
//       CHECK: %[[G:.*]] = nn.mul %[[E]], %[[C]]
//       CHECK: %[[DB:.*]] = nn.reduce_sum %[[G]] [0]
//       CHECK: %[[DW:.*]] = nn.contract "bo,bi->oi" %[[G]], %[[X]]
//   CHECK-NOT: nn.contract
//       CHECK: nn.return %[[DW]], %[[DB]]
nn.step @linear_regression(%x: tensor<2x4xf32>, %t: tensor<2x3xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) -> (tensor<3x4xf32>, tensor<3xf32>) {
  %h = nn.contract "bi,oi->bo" %x, %w : tensor<2x4xf32>, tensor<3x4xf32> -> tensor<2x3xf32>
  %bb = nn.broadcast %b [1] : tensor<3xf32> -> tensor<2x3xf32>
  %y = nn.add %h, %bb : tensor<2x3xf32>
  %e = nn.sub %y, %t : tensor<2x3xf32>
  %s = nn.mul %e, %e : tensor<2x3xf32>
  %sum = nn.reduce_sum %s [0, 1] : tensor<2x3xf32> -> tensor<f32>
  %n = nn.constant dense<6.0> : tensor<f32>
  %loss = nn.div %sum, %n : tensor<f32>
  %dw, %db = nn.gradient %loss by %w, %b : tensor<f32> by tensor<3x4xf32>, tensor<3xf32> -> tensor<3x4xf32>, tensor<3xf32>
  nn.return %dw, %db : tensor<3x4xf32>, tensor<3xf32>
}

// -----

nn.variable parameter @w : tensor<f32> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<f32>
  nn.yield %u : tensor<f32>
}
// All reads of a variable are one value.
// CHECK-LABEL: nn.step @reads
//       CHECK: %[[W:.*]] = nn.read @w
//   CHECK-NOT: nn.read
//       CHECK: %[[G:.*]] = nn.mul %[[W]], %{{.*}}
//       CHECK: nn.return %[[G]]
nn.step @reads() -> (tensor<f32>) {
  %a = nn.read @w : tensor<f32>
  %b = nn.read @w : tensor<f32>
  %p = nn.mul %a, %b : tensor<f32>
  %c = nn.read @w : tensor<f32>
  %g = nn.gradient %p by %c : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %g : tensor<f32>
}

// -----

// Only what leads from the loss to the wanted value is differentiated.
// CHECK-LABEL: nn.entry @needed
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>, %[[Y:[^:]*]]: tensor<f32>
//       CHECK: nn.exp %[[Y]]
//  CHECK-NEXT: %[[E:.*]] = nn.mul %[[X]]
//  CHECK-NEXT: nn.return
nn.entry @needed(%x: tensor<f32>, %y: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %e = nn.exp %y : tensor<f32>
  %p = nn.mul %x, %e : tensor<f32>
  %g = nn.gradient %p by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %p, %g : tensor<f32>, tensor<f32>
}

// -----

// An intermediate value counts as free; it still passes gradients on.
// CHECK-LABEL: nn.entry @intermediate
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>
//       CHECK: %[[S:.*]] = nn.sin %[[X]]
//       CHECK: %[[DS:.*]] = nn.exp %[[S]]
//       CHECK: %[[COS:.*]] = nn.cos %[[X]]
//       CHECK: %[[DX:.*]] = nn.mul %[[DS]], %[[COS]]
//       CHECK: nn.return %[[DS]], %[[DX]]
nn.entry @intermediate(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %s = nn.sin %x : tensor<f32>
  %e = nn.exp %s : tensor<f32>
  %ds, %dx = nn.gradient %e by %s, %x : tensor<f32> by tensor<f32>, tensor<f32> -> tensor<f32>, tensor<f32>
  nn.return %ds, %dx : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @loss_itself
//       CHECK: %[[ONE:.*]] = nn.constant dense<1.0{{.*}}> : tensor<f32>
//       CHECK: nn.return %[[ONE]]
nn.entry @loss_itself(%x: tensor<f32>) -> (tensor<f32>) {
  %g = nn.gradient %x by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %g : tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @no_path_is_zero
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>
//   CHECK-DAG: %[[ONE:.*]] = nn.constant dense<1.0{{.*}}> : tensor<f32>
//   CHECK-DAG: %[[ZERO:.*]] = nn.constant dense<0.0{{.*}}> : tensor<3xf32>
//       CHECK: nn.return %[[ONE]], %[[ZERO]]
nn.entry @no_path_is_zero(%x: tensor<f32>, %y: tensor<3xf32>) -> (tensor<f32>, tensor<3xf32>) {
  %g:2 = nn.gradient %x by %x, %y : tensor<f32> by tensor<f32>, tensor<3xf32> -> tensor<f32>, tensor<3xf32>
  nn.return %g#0, %g#1 : tensor<f32>, tensor<3xf32>
}

// -----

// The cut stays in force until the last gradient is built, then goes.
// CHECK-LABEL: nn.entry @stop_gradient
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>
//   CHECK-NOT: nn.stop_gradient
//       CHECK: %[[E:.*]] = nn.exp %[[X]]
//       CHECK: %[[P:.*]] = nn.mul %[[X]], %[[E]]
//       CHECK: nn.return %[[P]], %[[E]]
nn.entry @stop_gradient(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %e = nn.exp %x : tensor<f32>
  %s = nn.stop_gradient %e : tensor<f32>
  %p = nn.mul %x, %s : tensor<f32>
  %g = nn.gradient %p by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %p, %g : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @second_order
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>
//       CHECK: %[[D:.*]] = nn.cos %[[X]]
//       CHECK: %[[S:.*]] = nn.sin %[[X]]
//       CHECK: %[[DD:.*]] = nn.neg %[[S]]
//       CHECK: nn.return %[[D]], %[[DD]]
nn.entry @second_order(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %y = nn.sin %x : tensor<f32>
  %d = nn.gradient %y by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  %dd = nn.gradient %d by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %d, %dd : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @elementwise
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>, %[[Y:[^:]*]]: tensor<f32>
//       CHECK: %[[Q:.*]] = nn.div %[[X]], %[[Y]]
//       CHECK: %[[ONE:.*]] = nn.constant dense<1.0
//       CHECK: %[[DX:.*]] = nn.div %[[ONE]], %[[Y]]
//       CHECK: %[[P:.*]] = nn.mul %[[DX]], %[[Q]]
//       CHECK: %[[DY:.*]] = nn.neg %[[P]]
//       CHECK: nn.return %[[DX]], %[[DY]]
nn.entry @elementwise(%x: tensor<f32>, %y: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %q = nn.div %x, %y : tensor<f32>
  %g:2 = nn.gradient %q by %x, %y : tensor<f32> by tensor<f32>, tensor<f32> -> tensor<f32>, tensor<f32>
  nn.return %g#0, %g#1 : tensor<f32>, tensor<f32>
}

// -----

// At equal values the first operand gets all.
// CHECK-LABEL: nn.entry @maximum
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>, %[[Y:[^:]*]]: tensor<f32>
//       CHECK: %[[GE:.*]] = nn.compare ge %[[X]], %[[Y]]
//       CHECK: %[[DX:.*]] = nn.select %[[GE]], %[[ONE:.*]], %[[ZERO:.*]] :
//       CHECK: %[[DY:.*]] = nn.select %[[GE]], %[[ZERO]], %[[ONE]] :
//       CHECK: nn.return %[[DX]], %[[DY]]
nn.entry @maximum(%x: tensor<f32>, %y: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %m = nn.max %x, %y : tensor<f32>
  %g:2 = nn.gradient %m by %x, %y : tensor<f32> by tensor<f32>, tensor<f32> -> tensor<f32>, tensor<f32>
  nn.return %g#0, %g#1 : tensor<f32>, tensor<f32>
}

// -----

// A literal exponent is seen through its broadcast, and needs no logarithm.
// CHECK-LABEL: nn.entry @cube
//  CHECK-SAME: %[[X:[^:]*]]: tensor<3xf32>
//       CHECK: %[[TWO:.*]] = nn.constant dense<2.0{{.*}}> : tensor<3xf32>
//       CHECK: %[[P:.*]] = nn.pow %[[X]], %[[TWO]]
//       CHECK: %[[THREE:.*]] = nn.constant dense<3.0{{.*}}> : tensor<3xf32>
//       CHECK: %[[G:.*]] = nn.mul %[[P]], %[[THREE]]
//       CHECK: nn.return %[[G]]
nn.entry @cube(%x: tensor<3xf32>) -> (tensor<3xf32>) {
  %three = nn.constant dense<3.0> : tensor<f32>
  %y = nn.broadcast %three [] : tensor<f32> -> tensor<3xf32>
  %p = nn.pow %x, %y : tensor<3xf32>
  %s = nn.reduce_sum %p [0] : tensor<3xf32> -> tensor<f32>
  %g = nn.gradient %s by %x : tensor<f32> by tensor<3xf32> -> tensor<3xf32>
  nn.return %g : tensor<3xf32>
}

// -----

// The logarithm is taken of a safe operand.
// CHECK-LABEL: nn.entry @exponent
//  CHECK-SAME: %[[X:[^:]*]]: tensor<f32>, %[[Y:[^:]*]]: tensor<f32>
//       CHECK: %[[ONE:.*]] = nn.constant dense<1.0
//       CHECK: %[[POSITIVE:.*]] = nn.compare gt %[[X]]
//       CHECK: %[[SAFE:.*]] = nn.select %[[POSITIVE]], %[[X]], %[[ONE]]
//       CHECK: %[[P:.*]] = nn.pow %[[SAFE]], %[[Y]]
//       CHECK: %[[L:.*]] = nn.log %[[SAFE]]
//       CHECK: %[[G:.*]] = nn.mul %[[P]], %[[L]]
//       CHECK: nn.return %[[G]]
nn.entry @exponent(%x: tensor<f32>, %y: tensor<f32>) -> (tensor<f32>) {
  %p = nn.pow %x, %y : tensor<f32>
  %g = nn.gradient %p by %y : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %g : tensor<f32>
}

// -----

// CHECK-LABEL: nn.entry @convert
//       CHECK: %[[C:.*]] = nn.convert %{{.*}} : tensor<2xf32> -> tensor<2xf64>
//       CHECK: %[[TWO:.*]] = nn.constant dense<2.0
//       CHECK: %[[D:.*]] = nn.mul %[[C]], %[[TWO]] : tensor<2xf64>
//       CHECK: %[[G:.*]] = nn.convert %[[D]] : tensor<2xf64> -> tensor<2xf32>
//       CHECK: nn.return %[[G]]
nn.entry @convert(%x: tensor<2xf32>) -> (tensor<2xf32>) {
  %c = nn.convert %x : tensor<2xf32> -> tensor<2xf64>
  %q = nn.mul %c, %c : tensor<2xf64>
  %s = nn.reduce_sum %q [0] : tensor<2xf64> -> tensor<f64>
  %g = nn.gradient %s by %x : tensor<f64> by tensor<2xf32> -> tensor<2xf32>
  nn.return %g : tensor<2xf32>
}

// -----

// What changes in steps has a derivative, and it is zero.
// CHECK-LABEL: nn.entry @steps
//       CHECK: %[[ZERO:.*]] = nn.constant dense<0.000000e+00> : tensor<4xf32>
//   CHECK-NOT: nn.mul
//       CHECK: nn.return %[[ZERO]]
nn.entry @steps(%x: tensor<4xf32>) -> (tensor<4xf32>) {
  %a = nn.floor %x : tensor<4xf32>
  %b = nn.ceil %x : tensor<4xf32>
  %c = nn.round %x : tensor<4xf32>
  %d = nn.sign %x : tensor<4xf32>
  %e = nn.floordiv %x, %d : tensor<4xf32>
  %ab = nn.add %a, %b : tensor<4xf32>
  %cd = nn.add %c, %d : tensor<4xf32>
  %abcd = nn.add %ab, %cd : tensor<4xf32>
  %all = nn.add %abcd, %e : tensor<4xf32>
  %y = nn.reduce_sum %all [0] : tensor<4xf32> -> tensor<f32>
  %g = nn.gradient %y by %x : tensor<f32> by tensor<4xf32> -> tensor<4xf32>
  nn.return %g : tensor<4xf32>
}

// -----

// The place of the largest does not move with the values.
// CHECK-LABEL: nn.entry @by_key
//       CHECK: %[[ZERO:.*]] = nn.constant dense<0.000000e+00> : tensor<1x1x4xf32>
//       CHECK: nn.return %[[ZERO]]
nn.entry @by_key(%k: tensor<1x1x4xf32>, %v: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>) {
  %p = nn.window_pick %k, %v size [4] strides [1] low [0] high [0] : tensor<1x1x4xf32> -> tensor<1x1x1xf32>
  %l = nn.reshape %p : tensor<1x1x1xf32> -> tensor<f32>
  %d = nn.gradient %l by %k : tensor<f32> by tensor<1x1x4xf32> -> tensor<1x1x4xf32>
  nn.return %d : tensor<1x1x4xf32>
}
