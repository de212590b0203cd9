// RUN: nnc-opt %s --nn-mark-index-bounds | FileCheck %s

// CHECK-LABEL: nn.entry @gather(
//  CHECK-SAME: %{{.*}}: tensor<7xi32> {nn.index_bounds = [{bound = 100 : i64, offset = 0 : i64, sizes = array<i64: 7>, strides = array<i64: 1>}]}
//  CHECK-SAME: %{{.*}}: tensor<100x8xf32>)
nn.entry @gather(%ids: tensor<7xi32>, %table: tensor<100x8xf32>) -> tensor<7x8xf32> {
  %y = nn.gather %table, %ids axis 0 : tensor<100x8xf32>, tensor<7xi32> -> tensor<7x8xf32>
  nn.return %y : tensor<7x8xf32>
}

// Two uses with one bound are one check; with two, two.
// CHECK-LABEL: nn.entry @several_uses(
//  CHECK-SAME: [{bound = 9 : i64, {{[^}]*}}}, {bound = 5 : i64, {{[^}]*}}}]
nn.entry @several_uses(%ids: tensor<4xi64>, %rows: tensor<4xf32>, %table: tensor<5xf32>)
    -> (tensor<4x9xf32>, tensor<4x9xf32>, tensor<5xf32>) {
  %a = nn.one_hot %ids : tensor<4xi64> -> tensor<4x9xf32>
  %b = nn.one_hot %ids : tensor<4xi64> -> tensor<4x9xf32>
  %c = nn.scatter_add %table, %ids, %rows axis 0 : tensor<5xf32>, tensor<4xi64>, tensor<4xf32>
  nn.return %a, %b, %c : tensor<4x9xf32>, tensor<4x9xf32>, tensor<5xf32>
}

// One column of a table, through a slice, a reshape and a conversion.
// CHECK-LABEL: nn.entry @column(
//  CHECK-SAME: {bound = 10 : i64, offset = 1 : i64, sizes = array<i64: 4>, strides = array<i64: 3>}
nn.entry @column(%x: tensor<4x3xui8>) -> tensor<4x10xf32> {
  %s = nn.slice %x [0, 1] to [4, 2] by [1, 1] : tensor<4x3xui8> -> tensor<4x1xui8>
  %r = nn.reshape %s : tensor<4x1xui8> -> tensor<4xui8>
  %i = nn.convert %r : tensor<4xui8> -> tensor<4xi32>
  %y = nn.one_hot %i : tensor<4xi32> -> tensor<4x10xf32>
  nn.return %y : tensor<4x10xf32>
}

// A transpose and a slice of a reshape: elements 4, 6, 16 and 18 of 24.
// CHECK-LABEL: nn.entry @views(
//  CHECK-SAME: {bound = 10 : i64, offset = 4 : i64, sizes = array<i64: 2, 2>, strides = array<i64: 2, 12>}
nn.entry @views(%x: tensor<2x12xi32>) -> tensor<2x2x10xf32> {
  %r = nn.reshape %x : tensor<2x12xi32> -> tensor<2x3x4xi32>
  %s = nn.slice %r [0, 1, 0] to [2, 2, 4] by [1, 1, 2] : tensor<2x3x4xi32> -> tensor<2x1x2xi32>
  %f = nn.reshape %s : tensor<2x1x2xi32> -> tensor<2x2xi32>
  %t = nn.transpose %f [1, 0] : tensor<2x2xi32> -> tensor<2x2xi32>
  %y = nn.one_hot %t : tensor<2x2xi32> -> tensor<2x2x10xf32>
  nn.return %y : tensor<2x2x10xf32>
}

// A broadcast repeats elements that need one check.
// CHECK-LABEL: nn.entry @repeated(
//  CHECK-SAME: sizes = array<i64: 3>, strides = array<i64: 1>
nn.entry @repeated(%x: tensor<3xi32>) -> tensor<5x3x10xf32> {
  %b = nn.broadcast %x [1] : tensor<3xi32> -> tensor<5x3xi32>
  %y = nn.one_hot %b : tensor<5x3xi32> -> tensor<5x3x10xf32>
  nn.return %y : tensor<5x3x10xf32>
}

// Elements of a slice that a reshape puts out of order still are the elements.
// CHECK-LABEL: nn.entry @flattened_slice(
//  CHECK-SAME: sizes = array<i64: 4, 2>, strides = array<i64: 3, 1>
nn.entry @flattened_slice(%x: tensor<4x3xi32>) -> tensor<8x10xf32> {
  %s = nn.slice %x [0, 0] to [4, 2] by [1, 1] : tensor<4x3xi32> -> tensor<4x2xi32>
  %r = nn.reshape %s : tensor<4x2xi32> -> tensor<8xi32>
  %y = nn.one_hot %r : tensor<8xi32> -> tensor<8x10xf32>
  nn.return %y : tensor<8x10xf32>
}

// Computed indices, and such as come from floats, are not an input's.
// CHECK-LABEL: nn.entry @computed(
//   CHECK-NOT: index_bounds
nn.entry @computed(%x: tensor<4xi32>, %f: tensor<4xf32>) -> (tensor<4x9xf32>, tensor<4x9xf32>) {
  %s = nn.add %x, %x : tensor<4xi32>
  %i = nn.convert %f : tensor<4xf32> -> tensor<4xi32>
  %a = nn.one_hot %s : tensor<4xi32> -> tensor<4x9xf32>
  %b = nn.one_hot %i : tensor<4xi32> -> tensor<4x9xf32>
  nn.return %a, %b : tensor<4x9xf32>, tensor<4x9xf32>
}

// A label that is exchanged for another may stand beside those in range.
// CHECK-LABEL: nn.entry @ignored(
//  CHECK-SAME: [{bound = 10 : i64, ignored = -100 : i64, offset = 0 : i64, sizes = array<i64: 3>, strides = array<i64: 1>}]
nn.entry @ignored(%x: tensor<3xi32>) -> tensor<3x10xf32> {
  %k = nn.constant dense<-100> : tensor<3xi32>
  %c = nn.compare eq %x, %k : tensor<3xi32>
  %zero = nn.constant dense<0> : tensor<3xi32>
  %s = nn.select %c, %zero, %x : tensor<3xi32>
  %y = nn.one_hot %s : tensor<3xi32> -> tensor<3x10xf32>
  nn.return %y : tensor<3x10xf32>
}

// Another choice says nothing of what may stand in the input.
// CHECK-LABEL: nn.entry @chosen(
//  CHECK-NOT: nn.index_bounds
//      CHECK: {
nn.entry @chosen(%x: tensor<3xi32>) -> tensor<3x10xf32> {
  %k = nn.constant dense<5> : tensor<3xi32>
  %c = nn.compare gt %x, %k : tensor<3xi32>
  %s = nn.select %c, %k, %x : tensor<3xi32>
  %y = nn.one_hot %s : tensor<3xi32> -> tensor<3x10xf32>
  nn.return %y : tensor<3x10xf32>
}
