// RUN: nnc-opt %s --convert-graph-to-llvm=prefix=net | FileCheck %s

// A scan becomes one loop, however many turns it has, that hands on addresses.

module attributes {kernel.arena_size = 128 : i64} {
  llvm.func @add(%x: !llvm.ptr, %y: !llvm.ptr, %z: !llvm.ptr) {
    llvm.return
  }

  nn.entry @by_turns(%h0: tensor<16xf32>, %x: tensor<1000x16xf32>, %w: tensor<16xf32>) -> (tensor<16xf32>, tensor<1000x16xf32>) {
    %h, %ys = nn.scan 1000 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<1000x16xf32>) with(%v = %w : tensor<16xf32>) collect(tensor<1000x16xf32>)
        attributes {kernel.places = [#kernel.place<output, 1, spare 0>]} {
      %n = kernel.call @add(%a, %xt) {places = [#kernel.place<scratch, 0 or 64>]} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %y = kernel.call @add(%n, %v) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      nn.next %n collect %y : tensor<16xf32> collect tensor<16xf32>
    }
    nn.return %h, %ys : tensor<16xf32>, tensor<1000x16xf32>
  }

  nn.entry @nested(%x: tensor<3x4x16xf32>, %h0: tensor<16xf32>) -> tensor<3x4x16xf32> {
    %ys = nn.scan 3 reverse over(%row = %x : tensor<3x4x16xf32>) with(%h1 = %h0 : tensor<16xf32>) collect(tensor<3x4x16xf32>)
        attributes {kernel.places = [#kernel.place<output, 0, spare 0>]} {
      %h, %hs = nn.scan 4 carry(%a = %h1 : tensor<16xf32>) over(%xt = %row : tensor<4x16xf32>) collect(tensor<4x16xf32>)
          attributes {kernel.places = [#kernel.place<slot, 0>]} {
        %n = kernel.call @add(%a, %xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
        nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
      }
      nn.next collect %hs collect tensor<4x16xf32>
    }
    nn.return %ys : tensor<3x4x16xf32>
  }
}

// CHECK-LABEL: llvm.func @net_by_turns(
//  CHECK-SAME: %[[MODEL:.*]]: !llvm.ptr, %[[H0:.*]]: !llvm.ptr, %[[X:.*]]: !llvm.ptr, %[[W:.*]]: !llvm.ptr, %[[H:.*]]: !llvm.ptr, %[[YS:.*]]: !llvm.ptr)
//       CHECK: %[[ARRAY:.*]] = llvm.select %{{.*}}, %{{.*}}, %[[YS]]
//       CHECK: llvm.br ^[[HEAD:.*]](%{{.*}}, %[[H0]] : i64, !llvm.ptr)
//       CHECK: ^[[HEAD]](%[[TURN:.*]]: i64, %[[A:.*]]: !llvm.ptr)
//       CHECK: %[[TURNS:.*]] = llvm.mlir.constant(1000 : i64)
//       CHECK: llvm.icmp "slt" %[[TURN]], %[[TURNS]]
//       CHECK: %[[OFFSET:.*]] = llvm.mul %[[TURN]]
//       CHECK: %[[Y:.*]] = llvm.getelementptr inbounds %[[ARRAY]][%[[OFFSET]]]
//       CHECK: %[[ODD:.*]] = llvm.trunc %[[TURN]] : i64 to i1
//       CHECK: %[[XT:.*]] = llvm.getelementptr inbounds %[[X]]
//       CHECK: %[[N:.*]] = llvm.select %[[ODD]]
//       CHECK: llvm.call @net.add(%[[A]], %[[XT]], %[[N]])
//       CHECK: llvm.call @net.add(%[[N]], %[[W]], %[[Y]])
//       CHECK: llvm.br ^[[HEAD]](%{{.*}}, %[[N]] : i64, !llvm.ptr)
//   CHECK-NOT: llvm.call
// The last carry goes to its output.
//       CHECK: "llvm.intr.memcpy"(%[[H]], %[[A]]

// CHECK-LABEL: llvm.func @net_nested(
//  CHECK-SAME: %{{.*}}: !llvm.ptr, %[[X:.*]]: !llvm.ptr, %[[H0:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr)
//       CHECK: ^{{.*}}(%[[I:.*]]: i64):
//       CHECK: %[[SLOT:.*]] = llvm.sub %{{.*}}, %[[I]]
//       CHECK: llvm.mul %[[SLOT]]
//       CHECK: %[[YS:.*]] = llvm.getelementptr
//       CHECK: %[[ROW:.*]] = llvm.getelementptr inbounds %[[X]]
//       CHECK: llvm.br ^{{.*}}(%{{.*}}, %[[H0]] : i64, !llvm.ptr)
//       CHECK: ^{{.*}}(%[[J:.*]]: i64, %[[A:.*]]: !llvm.ptr):
//       CHECK: %[[N:.*]] = llvm.getelementptr inbounds %[[YS]]
//       CHECK: %[[XT:.*]] = llvm.getelementptr inbounds %[[ROW]]
//       CHECK: llvm.call @net.add(%[[A]], %[[XT]], %[[N]])
//       CHECK: llvm.br ^{{.*}}(%{{.*}}, %[[N]] : i64, !llvm.ptr)
