// RUN: nnc-opt %s --canonicalize | FileCheck %s

// Identities of elementwise ops, and the near ones that do not hold.

// CHECK-LABEL: func.func @add_zero(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>
//       CHECK:   return %[[X]], %[[X]]
func.func @add_zero(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = nn.constant dense<0.0> : tensor<4xf32>
  %a = nn.add %x, %zero : tensor<4xf32>
  %b = nn.add %zero, %x : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @sub_zero(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xi32>
//       CHECK:   return %[[X]]
func.func @sub_zero(%x: tensor<4xi32>) -> tensor<4xi32> {
  %zero = nn.constant dense<0> : tensor<4xi32>
  %a = nn.sub %x, %zero : tensor<4xi32>
  return %a : tensor<4xi32>
}

// CHECK-LABEL: func.func @sub_itself_of_integers(
//       CHECK:   %[[ZERO:.*]] = nn.constant dense<0> : tensor<4xi8>
//       CHECK:   return %[[ZERO]]
func.func @sub_itself_of_integers(%x: tensor<4xi8>) -> tensor<4xi8> {
  %a = nn.sub %x, %x : tensor<4xi8>
  return %a : tensor<4xi8>
}

// Infinity minus itself is NaN.
// CHECK-LABEL: func.func @sub_itself_of_floats_stays(
//       CHECK:   nn.sub
func.func @sub_itself_of_floats_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = nn.sub %x, %x : tensor<4xf32>
  return %a : tensor<4xf32>
}

// CHECK-LABEL: func.func @mul_one(
//  CHECK-SAME:     %[[X:.*]]: tensor<f64>
//       CHECK:   return %[[X]], %[[X]]
func.func @mul_one(%x: tensor<f64>) -> (tensor<f64>, tensor<f64>) {
  %one = nn.constant dense<1.0> : tensor<f64>
  %a = nn.mul %x, %one : tensor<f64>
  %b = nn.mul %one, %x : tensor<f64>
  return %a, %b : tensor<f64>, tensor<f64>
}

// CHECK-LABEL: func.func @mul_zero_of_integers(
//       CHECK:   %[[ZERO:.*]] = nn.constant dense<0> : tensor<4xi64>
//       CHECK:   return %[[ZERO]]
func.func @mul_zero_of_integers(%x: tensor<4xi64>) -> tensor<4xi64> {
  %zero = nn.constant dense<0> : tensor<4xi64>
  %a = nn.mul %x, %zero : tensor<4xi64>
  return %a : tensor<4xi64>
}

// Zero times NaN is NaN.
// CHECK-LABEL: func.func @mul_zero_of_floats_stays(
//       CHECK:   nn.mul
func.func @mul_zero_of_floats_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = nn.constant dense<0.0> : tensor<4xf32>
  %a = nn.mul %x, %zero : tensor<4xf32>
  return %a : tensor<4xf32>
}

// CHECK-LABEL: func.func @div_one(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<4xi32>
//       CHECK:   return %[[X]], %[[I]]
func.func @div_one(%x: tensor<4xf32>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xi32>) {
  %one = nn.constant dense<1.0> : tensor<4xf32>
  %one_i = nn.constant dense<1> : tensor<4xi32>
  %a = nn.div %x, %one : tensor<4xf32>
  %b = nn.floordiv %i, %one_i : tensor<4xi32>
  return %a, %b : tensor<4xf32>, tensor<4xi32>
}

// CHECK-LABEL: func.func @floordiv_one_of_floats_stays(
//       CHECK:   nn.floordiv
func.func @floordiv_one_of_floats_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = nn.constant dense<1.0> : tensor<4xf32>
  %a = nn.floordiv %x, %one : tensor<4xf32>
  return %a : tensor<4xf32>
}

// CHECK-LABEL: func.func @pow_one_and_zero(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>
//       CHECK:   %[[ONE:.*]] = nn.constant dense<1.000000e+00>
//       CHECK:   return %[[X]], %[[ONE]]
func.func @pow_one_and_zero(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = nn.constant dense<1.0> : tensor<4xf32>
  %zero = nn.constant dense<0.0> : tensor<4xf32>
  %a = nn.pow %x, %one : tensor<4xf32>
  %b = nn.pow %x, %zero : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @twice_negated(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<4xi1>
//       CHECK:   return %[[X]], %[[C]]
func.func @twice_negated(%x: tensor<4xf32>, %c: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>) {
  %a = nn.neg %x : tensor<4xf32>
  %b = nn.neg %a : tensor<4xf32>
  %d = nn.not %c : tensor<4xi1>
  %e = nn.not %d : tensor<4xi1>
  return %b, %e : tensor<4xf32>, tensor<4xi1>
}

// CHECK-LABEL: func.func @abs_of_what_is_not_negative(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>, %[[U:.*]]: tensor<4xui8>
//       CHECK:   %[[A:.*]] = nn.abs %[[X]]
//       CHECK:   return %[[A]], %[[U]]
func.func @abs_of_what_is_not_negative(%x: tensor<4xf32>, %u: tensor<4xui8>) -> (tensor<4xf32>, tensor<4xui8>) {
  %a = nn.abs %x : tensor<4xf32>
  %b = nn.abs %a : tensor<4xf32>
  %v = nn.abs %u : tensor<4xui8>
  return %b, %v : tensor<4xf32>, tensor<4xui8>
}

// CHECK-LABEL: func.func @extreme_of_equals(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>
//       CHECK:   return %[[X]], %[[X]]
func.func @extreme_of_equals(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %a = nn.max %x, %x : tensor<4xf32>
  %b = nn.min %x, %x : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @logic(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xi1>
//   CHECK-DAG:   %[[T:.*]] = nn.constant dense<true>
//   CHECK-DAG:   %[[F:.*]] = nn.constant dense<false>
//       CHECK:   return %[[X]], %[[F]], %[[X]], %[[T]], %[[X]], %[[X]]
func.func @logic(%x: tensor<4xi1>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %t = nn.constant dense<true> : tensor<4xi1>
  %f = nn.constant dense<false> : tensor<4xi1>
  %a = nn.and %x, %t : tensor<4xi1>
  %b = nn.and %f, %x : tensor<4xi1>
  %c = nn.or %x, %f : tensor<4xi1>
  %d = nn.or %t, %x : tensor<4xi1>
  %e = nn.and %x, %x : tensor<4xi1>
  %g = nn.or %x, %x : tensor<4xi1>
  return %a, %b, %c, %d, %e, %g : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// CHECK-LABEL: func.func @select_decided(
//  CHECK-SAME:     %[[C:.*]]: tensor<4xi1>, %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>
//       CHECK:   return %[[X]], %[[Y]], %[[X]]
func.func @select_decided(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %t = nn.constant dense<true> : tensor<4xi1>
  %f = nn.constant dense<false> : tensor<4xi1>
  %a = nn.select %t, %x, %y : tensor<4xf32>
  %b = nn.select %f, %x, %y : tensor<4xf32>
  %d = nn.select %c, %x, %x : tensor<4xf32>
  return %a, %b, %d : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @compare_integer_with_itself(
//   CHECK-DAG:   %[[T:.*]] = nn.constant dense<true>
//   CHECK-DAG:   %[[F:.*]] = nn.constant dense<false>
//       CHECK:   return %[[T]], %[[F]], %[[T]]
func.func @compare_integer_with_itself(%x: tensor<4xi32>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %a = nn.compare eq %x, %x : tensor<4xi32>
  %b = nn.compare lt %x, %x : tensor<4xi32>
  %c = nn.compare ge %x, %x : tensor<4xi32>
  return %a, %b, %c : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// CHECK-LABEL: func.func @compare_float_with_itself_stays(
//       CHECK:   nn.compare eq
func.func @compare_float_with_itself_stays(%x: tensor<4xf32>) -> tensor<4xi1> {
  %a = nn.compare eq %x, %x : tensor<4xf32>
  return %a : tensor<4xi1>
}

// The cut must stand until the gradients are built.
// CHECK-LABEL: func.func @stop_gradient_stays(
//       CHECK:   nn.stop_gradient
func.func @stop_gradient_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = nn.stop_gradient %x : tensor<4xf32>
  return %a : tensor<4xf32>
}
