// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// Numbers from a counter.

// CHECK-LABEL: func.func @random(
//  CHECK-NEXT:   %{{.*}} = nn.random_bits %{{.*}} stream 0 : tensor<4xi32>
//  CHECK-NEXT:   %{{.*}} = nn.random_uniform %{{.*}} stream 1 : tensor<4x2xf32>
//  CHECK-NEXT:   %{{.*}} = nn.random_normal %{{.*}} stream 4294967295 : tensor<f64>
func.func @random(%s: tensor<2xi64>) {
  %a = nn.random_bits %s stream 0 : tensor<4xi32>
  %b = nn.random_uniform %s stream 1 : tensor<4x2xf32>
  %c = nn.random_normal %s stream 4294967295 : tensor<f64>
  return
}
