// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Variables, entries and steps.

// CHECK-LABEL: nn.variable parameter @m.w : tensor<2x3xf32> init {
//  CHECK-NEXT: ^bb0(%[[RANDOM:.*]]: tensor<2xi64>):
//  CHECK-NEXT:   %[[U:.*]] = nn.random_uniform %[[RANDOM]] stream 0 : tensor<2x3xf32>
//  CHECK-NEXT:   nn.yield %[[U]] : tensor<2x3xf32>
//  CHECK-NEXT: }
nn.variable parameter @m.w : tensor<2x3xf32> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<2x3xf32>
  nn.yield %u : tensor<2x3xf32>
}

// CHECK-LABEL: nn.variable state @random.state : tensor<2xi64> init {
//  CHECK-NEXT: ^bb0(%[[RANDOM:.*]]: tensor<2xi64>):
//  CHECK-NEXT:   nn.yield %[[RANDOM]] : tensor<2xi64>
nn.variable state @random.state : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}

// CHECK-LABEL: nn.variable slot @optimizer.train.m.w.velocity : tensor<f32> attributes {note = "kept"} init {
nn.variable slot @optimizer.train.m.w.velocity : tensor<f32> attributes {note = "kept"} init {
^bb0(%random: tensor<2xi64>):
  %zero = nn.constant dense<0.0> : tensor<f32>
  nn.yield %zero : tensor<f32>
}

// CHECK-LABEL: nn.entry @predict_4(
//  CHECK-SAME:     %[[X:.*]]: tensor<4x3xf32> {nn.name = "x"}) -> (tensor<4x2xf32> {nn.name = "y"})
//  CHECK-SAME:     attributes {base_name = "predict"} {
//  CHECK-NEXT:   %[[W:.*]] = nn.read @m.w : tensor<2x3xf32>
//  CHECK-NEXT:   %[[Y:.*]] = nn.contract "bi,oi->bo" %[[X]], %[[W]]
//  CHECK-NEXT:   nn.return %[[Y]] : tensor<4x2xf32>
nn.entry @predict_4(%x: tensor<4x3xf32> {nn.name = "x"}) -> (tensor<4x2xf32> {nn.name = "y"}) attributes {base_name = "predict"} {
  %w = nn.read @m.w : tensor<2x3xf32>
  %y = nn.contract "bi,oi->bo" %x, %w : tensor<4x3xf32>, tensor<2x3xf32> -> tensor<4x2xf32>
  nn.return %y : tensor<4x2xf32>
}

// CHECK-LABEL: nn.step @train() {
//  CHECK-NEXT:   %[[W:.*]] = nn.read @m.w : tensor<2x3xf32>
//  CHECK-NEXT:   nn.write @m.w, %[[W]] : tensor<2x3xf32>
//  CHECK-NEXT:   nn.return
nn.step @train() {
  %w = nn.read @m.w : tensor<2x3xf32>
  nn.write @m.w, %w : tensor<2x3xf32>
  nn.return
}

// CHECK-LABEL: nn.step @several(
//  CHECK-SAME:     %[[A:.*]]: tensor<f32>, %[[B:.*]]: tensor<i32>) -> (tensor<i32>, tensor<f32>) {
//  CHECK-NEXT:   nn.return %[[B]], %[[A]] : tensor<i32>, tensor<f32>
nn.step @several(%a: tensor<f32>, %b: tensor<i32>) -> (tensor<i32>, tensor<f32>) {
  nn.return %b, %a : tensor<i32>, tensor<f32>
}
