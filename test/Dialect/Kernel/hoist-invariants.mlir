// RUN: nnc-opt %s --kernel-mark-invariants | FileCheck %s --check-prefix=MARK
// RUN: nnc-opt %s --kernel-mark-invariants --convert-kernel-to-linalg --kernel-hoist-invariants --kernel-plan-memory | FileCheck %s

nn.variable parameter @w : tensor<40x24xf32> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<40x24xf32>
  nn.yield %u : tensor<40x24xf32>
}

// A kernel whose calls differ is copied; arguments of others stay unmarked.
// MARK: kernel.func @product(%{{.*}}: tensor<16x24xf32>, %{{.*}}: tensor<40x24xf32>)
// MARK: kernel.func @product_0(%{{.*}}: tensor<16x24xf32>, %{{.*}}: tensor<40x24xf32> {kernel.invariant})
kernel.func @product(%x: tensor<16x24xf32>, %w: tensor<40x24xf32>) -> tensor<16x40xf32> {
  %y = nn.contract "bi,oi->bo" %x, %w : tensor<16x24xf32>, tensor<40x24xf32> -> tensor<16x40xf32>
  kernel.return %y : tensor<16x40xf32>
}

// MARK: kernel.func @double(%{{.*}}: tensor<40x24xf32>) ->
kernel.func @double(%w: tensor<40x24xf32>) -> tensor<40x24xf32> {
  %y = nn.add %w, %w : tensor<40x24xf32>
  kernel.return %y : tensor<40x24xf32>
}

// The packing is a kernel of its own, which writes what the rest reads.
// CHECK: func.func private @product_0.prepare(%{{.*}}: memref<40x24xf32>, %{{.*}}: memref<[[$BYTES:[0-9]+]]xi8>)
// CHECK: linalg.generic
// CHECK-NOT: arith.mulf
// CHECK: return
// CHECK: func.func private @product_0(%{{.*}}: memref<16x24xf32>, %{{.*}}: memref<40x24xf32>, %[[PACKED:.*]]: memref<[[$BYTES]]xi8>, %{{.*}}: memref<16x40xf32>)
// CHECK: memref.view %[[PACKED]]

// Weights that the function does not write are packed before its first call.
// CHECK-LABEL: nn.entry @predict
// CHECK-SAME: kernel.prepared_by = @predict.prepare
// CHECK: %[[READ:.*]] = nn.read @prepared.0
// CHECK: kernel.call @product_0(%{{.*}}, %{{.*}}, %[[READ]])
// MARK-LABEL: nn.entry @predict
// MARK: kernel.call @product_0
nn.entry @predict(%x: tensor<16x24xf32>) -> tensor<16x40xf32> {
  %w = nn.read @w : tensor<40x24xf32>
  %y = kernel.call @product(%x, %w) : (tensor<16x24xf32>, tensor<40x24xf32>) -> tensor<16x40xf32>
  nn.return %y : tensor<16x40xf32>
}

// CHECK-LABEL: nn.step @train
// CHECK-NOT: prepared
// CHECK: kernel.call @product(
// MARK-LABEL: nn.step @train
// MARK: kernel.call @product(
nn.step @train(%x: tensor<16x24xf32>) -> tensor<16x40xf32> {
  %w = nn.read @w : tensor<40x24xf32>
  %y = kernel.call @product(%x, %w) : (tensor<16x24xf32>, tensor<40x24xf32>) -> tensor<16x40xf32>
  %new = kernel.call @double(%w) : (tensor<40x24xf32>) -> tensor<40x24xf32>
  nn.write @w, %new : tensor<40x24xf32>
  nn.return %y : tensor<16x40xf32>
}

// What is computed in the call but the same in every turn is packed before the
// loop.
// CHECK-LABEL: nn.entry @loop
// CHECK-NOT: prepared
// CHECK: %[[V:.*]] = kernel.call @double
// CHECK: %[[P:.*]] = kernel.call @product_0.prepare(%[[V]])
// CHECK: nn.scan 5 {{.*}}= %[[P]] : tensor<[[$BYTES]]xi8>
// CHECK: kernel.call @product_0(
nn.entry @loop(%v: tensor<40x24xf32>, %xs: tensor<5x16x24xf32>) -> tensor<5x16x40xf32> {
  %vv = kernel.call @double(%v) : (tensor<40x24xf32>) -> tensor<40x24xf32>
  %ys = nn.scan 5 over(%x = %xs : tensor<5x16x24xf32>) with(%u = %vv : tensor<40x24xf32>) collect(tensor<5x16x40xf32>) {
    %y = kernel.call @product(%x, %u) : (tensor<16x24xf32>, tensor<40x24xf32>) -> tensor<16x40xf32>
    nn.next collect %y collect tensor<16x40xf32>
  }
  nn.return %ys : tensor<5x16x40xf32>
}

// CHECK: nn.entry @predict.prepare(%{{.*}}: tensor<16x24xf32>) attributes {kernel.preparation = 0 : i64}
// CHECK: %[[W:.*]] = nn.read @w
// CHECK: %[[NEW:.*]] = kernel.call @product_0.prepare(%[[W]]) {places = [#kernel.place<variable, 1>]}
// CHECK: nn.write @prepared.0, %[[NEW]]
// CHECK: nn.variable prepared @prepared.0 : tensor<[[$BYTES]]xi8>
