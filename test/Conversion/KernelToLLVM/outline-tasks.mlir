// RUN: nnc-opt %s --pass-pipeline='builtin.module(func.func(convert-linalg-to-vector{vector-bits=512 vector-registers=32 tasks=4}),kernel-outline-tasks)' | FileCheck %s
// RUN: nnc-opt %s --pass-pipeline='builtin.module(func.func(convert-linalg-to-vector{vector-bits=512 vector-registers=32}),kernel-outline-tasks)' | FileCheck %s --check-prefix=SERIAL

// A large nest is cut into tasks; what is left after the whole tiles falls to
// the last one. The kernel gets the instance, which the interface takes the
// host's loop from.
// CHECK-LABEL: func.func private @double.task0(
//  CHECK-SAME:     %[[X:.*]]: memref<200001xf32>, %[[Y:.*]]: memref<200001xf32>, %[[TASK:.*]]: index, %{{.*}}: index)
//       CHECK:   scf.for
//       CHECK:   %[[LAST:.*]] = arith.cmpi eq, %[[TASK]], %c3
//       CHECK:   scf.if %[[LAST]]
// CHECK-LABEL: func.func private @double.task0.all(
//  CHECK-SAME:     memref<1xi8>) attributes {kernel.tasks = 4 : index}
// CHECK-LABEL: func.func private @double(
//  CHECK-SAME:     %[[A:.*]]: memref<200001xf32>, %[[B:.*]]: memref<200001xf32>, %[[I:.*]]: memref<1xi8>)
//  CHECK-SAME:     kernel.takes_instance
//       CHECK:   call @double.task0.all(%[[A]], %[[B]], %[[I]])
//   CHECK-NOT:   scf.for
// SERIAL-NOT: task
// SERIAL-NOT: memref<1xi8>
func.func private @double(%x: memref<200001xf32>, %y: memref<200001xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<200001xf32>) outs(%y : memref<200001xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %a : f32
    linalg.yield %c : f32
  }
  return
}

// Waking threads for little work would cost more than it saves.
// CHECK-LABEL: func.func private @little(
//   CHECK-NOT:   call
//       CHECK:   return
func.func private @little(%x: memref<2000xf32>, %y: memref<2000xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
      iterator_types = ["parallel"]} ins(%x : memref<2000xf32>) outs(%y : memref<2000xf32>) {
  ^bb0(%a: f32, %b: f32):
    %c = arith.addf %a, %a : f32
    linalg.yield %c : f32
  }
  return
}

// A loop over tasks may come from before; its worker is an argument then.
// CHECK-LABEL: func.func private @numbers.task0(
//  CHECK-SAME:     %[[Y:.*]]: memref<9x4xindex>, %[[I:.*]]: index, %[[WORKER:.*]]: index)
//       CHECK:   memref.store %[[WORKER]], %[[Y]][%[[I]],
// CHECK-LABEL: func.func private @numbers.task0.all(
//  CHECK-SAME:     attributes {kernel.tasks = 9 : index}
// SERIAL-LABEL: func.func private @numbers(
//       SERIAL:   kernel.worker
func.func private @numbers(%y: memref<9x4xindex>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %nine = arith.constant 9 : index
  scf.for %i = %zero to %nine step %one {
    %w = kernel.worker
    memref.store %w, %y[%i, %zero] : memref<9x4xindex>
  } {kernel.tasks}
  return
}

// Tasks of one turn of a loop get its number.
// CHECK-LABEL: func.func private @turns.task0(
//  CHECK-SAME:     %[[Y:.*]]: memref<6x9xindex>, %[[TURN:.*]]: index, %[[I:.*]]: index, %{{.*}}: index)
//       CHECK:   memref.store %{{.*}}, %[[Y]][%[[TURN]], %[[I]]]
// CHECK-LABEL: func.func private @turns.task0.all(
//  CHECK-SAME:     memref<6x9xindex>, index, memref<1xi8>) attributes {kernel.tasks = 9 : index}
// CHECK-LABEL: func.func private @turns(
//       CHECK:   scf.for %[[J:.*]] =
//       CHECK:     call @turns.task0.all(%{{.*}}, %[[J]], %{{.*}})
// SERIAL-LABEL: func.func private @turns(
//   SERIAL-NOT:   call
func.func private @turns(%y: memref<6x9xindex>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %six = arith.constant 6 : index
  %nine = arith.constant 9 : index
  scf.for %j = %zero to %six step %one {
    scf.for %i = %zero to %nine step %one {
      memref.store %one, %y[%j, %i] : memref<6x9xindex>
    } {kernel.tasks}
  }
  return
}

// A kernel from another back end has the functions of its tasks.
// CHECK-LABEL: func.func private @foreign.task0(memref<1xi8>, memref<1xi8>, index, index) attributes {kernel.backend = "halide"}
//       CHECK: func.func private @foreign.task0.all(memref<1xi8>, memref<1xi8>, memref<1xi8>) attributes {kernel.tasks = 16 : index}
//       CHECK: func.func private @foreign.task1(
//       CHECK: func.func private @foreign.task1.all({{.*}}kernel.tasks = 7 : index}
//       CHECK: func.func private @foreign(memref<9xf32>, memref<9xf32>, memref<64xi8>, memref<1xi8>)
//  CHECK-SAME:   kernel.takes_instance
//   CHECK-NOT:   kernel.tasks
func.func private @foreign(memref<9xf32>, memref<9xf32>, memref<64xi8>)
    attributes {kernel.backend = "halide", kernel.tasks = array<i64: 16, 7>}
