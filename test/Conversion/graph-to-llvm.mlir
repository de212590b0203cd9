// RUN: nnc-opt %s --convert-graph-to-llvm=prefix=net | FileCheck %s

module attributes {kernel.arena_size = 64 : i64} {
  nn.variable parameter @w : tensor<4xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<4xf32>
    nn.yield %c : tensor<4xf32>
  }

  // A kernel becomes internal, under a name that cannot clash.
  // CHECK: llvm.func internal @net.add(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr)
  llvm.func @add(%x: !llvm.ptr, %y: !llvm.ptr, %z: !llvm.ptr) {
    llvm.return
  }

  nn.entry @init(%seed: tensor<i64>) {
    %c = nn.constant dense<0.0> : tensor<4xf32>
    nn.write @w, %c : tensor<4xf32>
    nn.return
  }

  nn.step @train(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    %w = nn.read @w : tensor<4xf32>
    %new = kernel.call @add(%w, %x) {places = [#kernel.place<variable, 0>]} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %y = kernel.call @add(%new, %x) {places = [#kernel.place<output, 1, spare 0>]} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    nn.write @w, %new : tensor<4xf32>
    nn.return %new, %y : tensor<4xf32>, tensor<4xf32>
  }
}

// CHECK-NOT: nn.
// CHECK-NOT: kernel.

// Zeros are written by memset, not copied from data; the seed comes by value.
// CHECK-LABEL: llvm.func @net_init(%arg0: !llvm.ptr, %arg1: i64) -> (i32 {llvm.signext})
//       CHECK: llvm.alloca
//       CHECK: "llvm.intr.memset"

// CHECK-LABEL: llvm.func @net_train(
//  CHECK-SAME: %[[MODEL:.*]]: !llvm.ptr, %[[X:.*]]: !llvm.ptr, %[[NEW:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr)
// Instance, magic and input are checked before the first kernel.
//   CHECK-DAG: llvm.mlir.constant(-1 : i32)
//   CHECK-DAG: llvm.mlir.constant(-2 : i32)
//       CHECK: llvm.icmp "eq" %[[X]]
// The variable is updated in place.
//       CHECK: %[[W:.*]] = llvm.getelementptr inbounds %[[MODEL]]
//       CHECK: %[[W2:.*]] = llvm.getelementptr inbounds %[[MODEL]]
//       CHECK: llvm.call @net.add(%[[W]], %[[X]], %[[W2]])
// The second result goes to the caller's memory, or to spare memory if that is null.
//       CHECK: %[[NULL:.*]] = llvm.icmp "eq" %[[Y]]
//       CHECK: %[[SPARE:.*]] = llvm.getelementptr inbounds %[[MODEL]]
//       CHECK: %[[PLACE:.*]] = llvm.select %[[NULL]], %[[SPARE]], %[[Y]]
//       CHECK: llvm.call @net.add(%{{.*}}, %[[X]], %[[PLACE]])
// The first is copied from the variable, unless it is not wanted.
//       CHECK: llvm.icmp "ne" %[[NEW]]
//       CHECK: "llvm.intr.memcpy"(%[[NEW]]
//   CHECK-NOT: llvm.intr.memcpy
//       CHECK: llvm.mlir.constant(0 : i32)
//  CHECK-NEXT: llvm.return

// CHECK-DAG: llvm.func @net_read(%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: !llvm.ptr)
// CHECK-DAG: llvm.func @net_write(
// CHECK-DAG: llvm.func @net_report(%{{.*}}: !llvm.ptr, %{{.*}}: f32)
// CHECK-DAG: llvm.func @net_set_parallel(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i32 {llvm.signext})
// CHECK-DAG: llvm.func @net_status(%{{.*}}: i32 {llvm.signext}) -> !llvm.ptr
