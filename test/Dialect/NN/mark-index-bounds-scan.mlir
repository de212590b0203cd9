// RUN: nnc-opt %s --nn-mark-index-bounds | FileCheck %s

// Indices that scans slice, capture and carry.

// Tokens [time, batch]: every turn uses its slot.
// CHECK-LABEL: nn.entry @slices(
//  CHECK-SAME: tensor<5x3xi32> {nn.index_bounds = [{bound = 10 : i64, offset = 0 : i64, sizes = array<i64: 15>, strides = array<i64: 1>}]}
nn.entry @slices(%ids: tensor<5x3xi32>, %table: tensor<10x2xf32>) -> tensor<5x3x2xf32> {
  %y = nn.scan 5 over(%id = %ids : tensor<5x3xi32>) with(%t = %table : tensor<10x2xf32>) collect(tensor<5x3x2xf32>) {
    %e = nn.gather %t, %id axis 0 : tensor<10x2xf32>, tensor<3xi32> -> tensor<3x2xf32>
    nn.next collect %e collect tensor<3x2xf32>
  }
  nn.return %y : tensor<5x3x2xf32>
}

// The first column of a transposed input, [batch, time]; the second may be anything.
// CHECK-LABEL: nn.entry @columns(
//  CHECK-SAME: tensor<2x5xi32> {nn.index_bounds = [{bound = 10 : i64, offset = 0 : i64, sizes = array<i64: 5>, strides = array<i64: 1>}]}
nn.entry @columns(%ids: tensor<2x5xi32>) -> tensor<5x1x10xf32> {
  %0 = nn.transpose %ids [1, 0] : tensor<2x5xi32> -> tensor<5x2xi32>
  %y = nn.scan 5 over(%id = %0 : tensor<5x2xi32>) collect(tensor<5x1x10xf32>) {
    %1 = nn.slice %id [0] to [1] by [1] : tensor<2xi32> -> tensor<1xi32>
    %e = nn.one_hot %1 : tensor<1xi32> -> tensor<1x10xf32>
    nn.next collect %e collect tensor<1x10xf32>
  }
  nn.return %y : tensor<5x1x10xf32>
}

// The token before: in turn 0 the initial one, and the last one is never used.
// CHECK-LABEL: nn.entry @token_before(
//  CHECK-SAME: tensor<i32> {nn.index_bounds = [{bound = 10 : i64, offset = 0 : i64, sizes = array<i64>, strides = array<i64>}]}
//  CHECK-SAME: tensor<5xi32> {nn.index_bounds = [{bound = 10 : i64, offset = 0 : i64, sizes = array<i64: 4>, strides = array<i64: 1>}]}
nn.entry @token_before(%first: tensor<i32>, %ids: tensor<5xi32>) -> tensor<5x10xf32> {
  %last, %y = nn.scan 5 carry(%before = %first : tensor<i32>) over(%id = %ids : tensor<5xi32>) collect(tensor<5x10xf32>) {
    %e = nn.one_hot %before : tensor<i32> -> tensor<10xf32>
    nn.next %id collect %e : tensor<i32> collect tensor<10xf32>
  }
  nn.return %y : tensor<5x10xf32>
}

// CHECK-LABEL: nn.entry @token_after(
//  CHECK-SAME: tensor<i32> {nn.index_bounds = [{{[^)%]*}}]}
//  CHECK-SAME: tensor<5xi32> {nn.index_bounds = [{bound = 10 : i64, offset = 1 : i64, sizes = array<i64: 4>, strides = array<i64: 1>}]}
nn.entry @token_after(%first: tensor<i32>, %ids: tensor<5xi32>) -> tensor<5x10xf32> {
  %last, %y = nn.scan 5 reverse carry(%after = %first : tensor<i32>) over(%id = %ids : tensor<5xi32>) collect(tensor<5x10xf32>) {
    %e = nn.one_hot %after : tensor<i32> -> tensor<10xf32>
    nn.next %id collect %e : tensor<i32> collect tensor<10xf32>
  }
  nn.return %y : tensor<5x10xf32>
}

// Two carries that change places: both initial values are used.
// CHECK-LABEL: nn.entry @swap(
//  CHECK-SAME: tensor<i32> {nn.index_bounds = {{[^)]*}}}, %{{.*}}: tensor<i32> {nn.index_bounds = {{[^)]*}}})
nn.entry @swap(%a: tensor<i32>, %b: tensor<i32>) -> tensor<5x10xf32> {
  %a1, %b1, %y = nn.scan 5 carry(%p = %a : tensor<i32>, %q = %b : tensor<i32>) collect(tensor<5x10xf32>) {
    %e = nn.one_hot %p : tensor<i32> -> tensor<10xf32>
    nn.next %q, %p collect %e : tensor<i32>, tensor<i32> collect tensor<10xf32>
  }
  nn.return %y : tensor<5x10xf32>
}

// In the only turn the second carry is not used yet.
// CHECK-LABEL: nn.entry @one_turn(
//  CHECK-SAME: tensor<i32> {nn.index_bounds = {{[^)%]*}}}, %{{.*}}: tensor<i32>)
nn.entry @one_turn(%a: tensor<i32>, %b: tensor<i32>) -> tensor<1x10xf32> {
  %a1, %b1, %y = nn.scan 1 carry(%p = %a : tensor<i32>, %q = %b : tensor<i32>) collect(tensor<1x10xf32>) {
    %e = nn.one_hot %p : tensor<i32> -> tensor<10xf32>
    nn.next %q, %p collect %e : tensor<i32>, tensor<i32> collect tensor<10xf32>
  }
  nn.return %y : tensor<1x10xf32>
}

// A captured row of one scan, sliced by another; each a strided view.
// CHECK-LABEL: nn.entry @nested(
//  CHECK-SAME: tensor<4x3xi32> {nn.index_bounds = [{bound = 7 : i64, offset = 0 : i64, sizes = array<i64: 12>, strides = array<i64: 1>}]}
//  CHECK-SAME: tensor<2xi32> {nn.index_bounds = [{bound = 9 : i64, offset = 0 : i64, sizes = array<i64: 2>, strides = array<i64: 1>}]}
nn.entry @nested(%ids: tensor<4x3xi32>, %same: tensor<2xi32>) -> tensor<4x3x7xf32> {
  %y = nn.scan 4 over(%row = %ids : tensor<4x3xi32>) with(%s = %same : tensor<2xi32>) collect(tensor<4x3x7xf32>) {
    %z = nn.scan 3 over(%id = %row : tensor<3xi32>) with(%s2 = %s : tensor<2xi32>) collect(tensor<3x7xf32>) {
      %e = nn.one_hot %id : tensor<i32> -> tensor<7xf32>
      %f = nn.one_hot %s2 : tensor<2xi32> -> tensor<2x9xf32>
      %g = nn.reduce_sum %f [0, 1] : tensor<2x9xf32> -> tensor<f32>
      %h = nn.broadcast %g [] : tensor<f32> -> tensor<7xf32>
      %k = nn.add %e, %h : tensor<7xf32>
      nn.next collect %k collect tensor<7xf32>
    }
    nn.next collect %z collect tensor<3x7xf32>
  }
  nn.return %y : tensor<4x3x7xf32>
}
