// RUN: nnc-opt %s --kernel-to-llvm-pipeline="vector-bits=256" | FileCheck %s
// RUN: nnc-opt %s --kernel-to-llvm-pipeline="vector-bits=256 strict=true" | FileCheck %s --check-prefix=STRICT

// The output that shares a buffer may alias; the other and scratch may not.
// CHECK-LABEL: llvm.func internal @in_place(
//  CHECK-SAME: %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: !llvm.ptr {llvm.noalias}, %{{[^:]*}}: !llvm.ptr {llvm.noalias})
//       CHECK: llvm.fadd {{.*}} {fastmathFlags = #llvm.fastmath<contract>} : vector<8xf32>
// STRICT-LABEL: llvm.func internal @in_place(
//   STRICT-NOT: contract
func.func private @in_place(%x: memref<8xf32>, %y: memref<8xf32>, %z: memref<8xf32>,
                            %scratch: memref<64xi8>) attributes {kernel.first_output = 1 : i64, kernel.inplace = [[0, 0]]} {
  %zero = arith.constant 0 : index
  %t = memref.view %scratch[%zero][] : memref<64xi8> to memref<8xf32>
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>,
      affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : memref<8xf32>) outs(%y, %z, %t : memref<8xf32>, memref<8xf32>, memref<8xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32, %q: f32):
    %s = arith.addf %a, %a : f32
    %e = math.exp %s : f32
    linalg.yield %s, %e, %e : f32, f32, f32
  }
  return
}

// An initialiser's arithmetic is the same on every target.
// CHECK-LABEL: llvm.func internal @strict(
//   CHECK-NOT: contract
//       CHECK: llvm.return
func.func private @strict(%x: memref<8xf32>, %y: memref<8xf32>) attributes {kernel.first_output = 1 : i64, kernel.inplace = [], nn.strict} {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<8xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %e = math.log %a : f32
    linalg.yield %e : f32
  }
  return
}
