// RUN: nnc-opt %s --nn-form-kernels --split-input-file | FileCheck %s

// The body is calls of kernels, one for a chain of elementwise ops, and the
// kernel that it shares with the function is compiled once.
//       CHECK: kernel.func @[[$MULADD:.*]](%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>) -> tensor<4xf32>
//   CHECK-NOT: kernel.func
// CHECK-LABEL: nn.entry @body
nn.entry @body(%h0: tensor<4xf32>, %x: tensor<10x4xf32>, %w: tensor<4xf32>) -> (tensor<4xf32>, tensor<10x4xf32>, tensor<4xf32>) {
  // CHECK: nn.scan 10 carry(%[[H:.*]] = %{{.*}}) over(%[[X:.*]] = %{{.*}}) with(%[[W:.*]] = %{{.*}}) collect(tensor<10x4xf32>)
  // CHECK-NEXT: %[[NEW:.*]] = kernel.call @[[$MULADD]](%[[H]], %[[W]], %[[X]])
  // CHECK-NEXT: nn.next %[[NEW]] collect %[[NEW]]
  %h, %hs = nn.scan 10 carry(%a = %h0 : tensor<4xf32>) over(%xt = %x : tensor<10x4xf32>) with(%v = %w : tensor<4xf32>) collect(tensor<10x4xf32>) {
    %0 = nn.mul %a, %v : tensor<4xf32>
    %1 = nn.add %0, %xt : tensor<4xf32>
    nn.next %1 collect %1 : tensor<4xf32> collect tensor<4xf32>
  }
  // CHECK: kernel.call @[[$MULADD]]
  %2 = nn.mul %h, %w : tensor<4xf32>
  %3 = nn.add %2, %h0 : tensor<4xf32>
  nn.return %h, %hs, %3 : tensor<4xf32>, tensor<10x4xf32>, tensor<4xf32>
}

// -----

// What the body does not compute is copied: arguments, constants with data, what
// is collected twice. What is carried and collected, or carried twice, is not.
// CHECK-LABEL: nn.entry @copies
nn.entry @copies(%h0: tensor<2xf32>, %x: tensor<3x2xf32>, %w: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: nn.scan 3 carry(%[[A:.*]] = %{{.*}} : tensor<2xf32>, %[[B:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}) over(%[[X:.*]] = %{{.*}}) with(%[[W:.*]] = %{{.*}})
  %r:8 = nn.scan 3 carry(%a = %h0 : tensor<2xf32>, %b = %h0 : tensor<2xf32>, %c = %h0 : tensor<2xf32>) over(%xt = %x : tensor<3x2xf32>) with(%v = %w : tensor<2xf32>)
      collect(tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x2xf32>, tensor<3x1x2xf32>) {
    // CHECK-DAG: %[[DATA:.*]] = nn.constant
    // CHECK-DAG: %[[SUM:.*]] = kernel.call @[[ADD:.*]](%[[A]], %[[B]])
    // CHECK-DAG: %[[C2:.*]] = kernel.call @[[COPY:.*]](%[[C]])
    // CHECK-DAG: %[[W2:.*]] = kernel.call @[[COPY]](%[[W]])
    // CHECK-DAG: %[[X2:.*]] = kernel.call @[[COPY]](%[[X]])
    // CHECK-DAG: %[[D2:.*]] = kernel.call @[[COPY]](%[[DATA]])
    %s = nn.add %a, %b : tensor<2xf32>
    %d = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %view = nn.reshape %s : tensor<2xf32> -> tensor<1x2xf32>
    nn.next %s, %s, %c collect %s, %v, %xt, %d, %view : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
        collect tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1x2xf32>
    // CHECK: nn.next %[[SUM]], %[[SUM]], %[[C2]] collect %[[SUM]], %[[W2]], %[[X2]], %[[D2]], %{{.*}} :
  }
  nn.return %r#0 : tensor<2xf32>
}

// -----

// An array that an inner scan collects is a slot of the outer one's without a
// copy; its last carry is copied.
// CHECK-LABEL: nn.entry @nested
nn.entry @nested(%h0: tensor<2xf32>, %x: tensor<3x4x2xf32>) -> (tensor<2xf32>, tensor<3x4x2xf32>) {
  // CHECK: nn.scan 3
  %h, %hs = nn.scan 3 carry(%a = %h0 : tensor<2xf32>) over(%rows = %x : tensor<3x4x2xf32>) collect(tensor<3x4x2xf32>) {
    // CHECK: %[[INNER:.*]]:2 = nn.scan 4
    %b, %bs = nn.scan 4 carry(%c = %a : tensor<2xf32>) over(%xt = %rows : tensor<4x2xf32>) collect(tensor<4x2xf32>) {
      // CHECK: kernel.call
      // CHECK-NEXT: nn.next
      %s = nn.add %c, %xt : tensor<2xf32>
      nn.next %s collect %s : tensor<2xf32> collect tensor<2xf32>
    }
    // CHECK: %[[LAST:.*]] = kernel.call @{{.*}}(%[[INNER]]#0)
    // CHECK-NEXT: nn.next %[[LAST]] collect %[[INNER]]#1
    nn.next %b collect %bs : tensor<2xf32> collect tensor<4x2xf32>
  }
  nn.return %h, %hs : tensor<2xf32>, tensor<3x4x2xf32>
}

// -----

// The sum before the scan and the product after it are in reach of one kernel,
// but the scan lies between them.
// CHECK-LABEL: nn.entry @between
nn.entry @between(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: %[[SUM:.*]]:2 = kernel.call
  // CHECK: %[[LAST:.*]] = nn.scan 3 carry(%{{.*}} = %[[SUM]]#0
  // CHECK: kernel.call @{{.*}}(%[[LAST]]
  %s = nn.add %x, %y : tensor<2xf32>
  %h = nn.scan 3 carry(%a = %s : tensor<2xf32>) {
    %t = nn.tanh %a : tensor<2xf32>
    nn.next %t : tensor<2xf32>
  }
  %p = nn.mul %h, %y : tensor<2xf32>
  %q = nn.neg %s : tensor<2xf32>
  %r = nn.add %p, %x : tensor<2xf32>
  %u = nn.mul %r, %q : tensor<2xf32>
  nn.return %u : tensor<2xf32>
}
