// RUN: nnc-opt %s --kernel-plan-memory --split-input-file | FileCheck %s

// When a new value may be computed directly in its variable's storage.

nn.variable parameter @w : tensor<4x4xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<4x4xf32>
  nn.yield %c : tensor<4x4xf32>
}
func.func private @update(memref<4x4xf32>, memref<4x4xf32>, memref<4x4xf32>)
    attributes {kernel.inplace = [[0, 0]]}

// CHECK-LABEL: nn.step @update_in_place
nn.step @update_in_place(%g: tensor<4x4xf32>) {
  %w = nn.read @w : tensor<4x4xf32>
  // CHECK: places = [#kernel.place<variable, 0>]
  %new = kernel.call @update(%w, %g) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return
}

// The second operand may not share the result's buffer.
// CHECK-LABEL: nn.step @wrong_operand
nn.step @wrong_operand(%g: tensor<4x4xf32>) {
  %w = nn.read @w : tensor<4x4xf32>
  // CHECK: places = [#kernel.place<scratch, 0>]
  %new = kernel.call @update(%g, %w) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return
}

// A variable updated and returned: the copy reads the variable.
// CHECK-LABEL: nn.step @updated_and_returned
nn.step @updated_and_returned(%g: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = nn.read @w : tensor<4x4xf32>
  // CHECK: places = [#kernel.place<variable, 0>]
  %new = kernel.call @update(%w, %g) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return %new : tensor<4x4xf32>
}

// CHECK-LABEL: nn.step @old_value_returned
nn.step @old_value_returned(%g: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = nn.read @w : tensor<4x4xf32>
  // CHECK: places = [#kernel.place<scratch, 0>]
  %new = kernel.call @update(%w, %g) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return %w : tensor<4x4xf32>
}

// -----

nn.variable parameter @w : tensor<4x4xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<4x4xf32>
  nn.yield %c : tensor<4x4xf32>
}
func.func private @matmul(memref<4x4xf32>, memref<4x4xf32>, memref<4x4xf32>)
func.func private @k(memref<4x4xf32>, memref<4x4xf32>)

// CHECK-LABEL: nn.step @w_is_w_times_x
nn.step @w_is_w_times_x(%x: tensor<4x4xf32>) {
  %w = nn.read @w : tensor<4x4xf32>
  // CHECK: places = [#kernel.place<scratch, 0>]
  %new = kernel.call @matmul(%w, %x) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return
}

// CHECK-LABEL: nn.step @old_value_read_after_update
nn.step @old_value_read_after_update(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: kernel.call @k(%arg0) {places = [#kernel.place<scratch, {{.*}}>]}
  %new = kernel.call @k(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  %w = nn.read @w : tensor<4x4xf32>
  %y = kernel.call @matmul(%w, %x) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.return %y : tensor<4x4xf32>
}

// CHECK-LABEL: nn.step @old_value_read_before_update
nn.step @old_value_read_before_update(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %w = nn.read @w : tensor<4x4xf32>
  %y = kernel.call @matmul(%w, %x) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  // CHECK: kernel.call @k(%arg0) {places = [#kernel.place<variable, 0>]}
  %new = kernel.call @k(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  nn.write @w, %new : tensor<4x4xf32>
  nn.return %y : tensor<4x4xf32>
}

// -----

nn.variable parameter @a : tensor<4xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<4xf32>
  nn.yield %c : tensor<4xf32>
}
nn.variable state @b : tensor<2x2xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<2x2xf32>
  nn.yield %c : tensor<2x2xf32>
}
nn.variable state @c : tensor<4xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<4xf32>
  nn.yield %c : tensor<4xf32>
}
func.func private @k(memref<4xf32>, memref<4xf32>)

// Both values wait, since each variable's storage is needed until both are read.
// CHECK-LABEL: nn.step @swap
nn.step @swap() {
  %a = nn.read @a : tensor<4xf32>
  %b = nn.read @b : tensor<2x2xf32>
  %ra = nn.reshape %a : tensor<4xf32> -> tensor<2x2xf32>
  %rb = nn.reshape %b : tensor<2x2xf32> -> tensor<4xf32>
  // CHECK: nn.write @a, %{{.*}} {kernel.stage = [[A:0|64]] : i64}
  nn.write @a, %rb : tensor<4xf32>
  // CHECK-NOT: kernel.stage = [[A]]
  // CHECK: nn.write @b, %{{.*}} {kernel.stage = {{0|64}} : i64}
  nn.write @b, %ra : tensor<2x2xf32>
  nn.return
}

// No other write touches the source: nothing waits.
// CHECK-LABEL: nn.step @copy_of_unwritten
nn.step @copy_of_unwritten() {
  %a = nn.read @a : tensor<4xf32>
  // CHECK-NOT: kernel.stage
  nn.write @c, %a : tensor<4xf32>
  nn.return
}

// One value for two variables is computed in one and copied to the other.
// CHECK-LABEL: nn.step @two_variables
nn.step @two_variables(%x: tensor<4xf32>) {
  // CHECK: places = [#kernel.place<variable, 0>]
  %new = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nn.write @a, %new : tensor<4xf32>
  nn.write @c, %new : tensor<4xf32>
  nn.return
}

// The storage of @b is computed in although its value is a view of the result.
// CHECK-LABEL: nn.step @written_view
nn.step @written_view(%x: tensor<4xf32>) {
  // CHECK: places = [#kernel.place<variable, 1>]
  %new = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %view = nn.reshape %new : tensor<4xf32> -> tensor<2x2xf32>
  nn.write @b, %view : tensor<2x2xf32>
  nn.return
}

// The old @a is written to @c when the function returns, so the new one waits.
// CHECK-LABEL: nn.step @shift
nn.step @shift(%x: tensor<4xf32>) {
  %a = nn.read @a : tensor<4xf32>
  // CHECK: places = [#kernel.place<scratch, [[NEW:.*]]>]
  %new = kernel.call @k(%x) : (tensor<4xf32>) -> tensor<4xf32>
  nn.write @a, %new : tensor<4xf32>
  // CHECK-NOT: kernel.stage = [[NEW]]
  // CHECK: nn.write @c, %{{.*}} {kernel.stage =
  nn.write @c, %a : tensor<4xf32>
  nn.return
}
