// RUN: nnc-opt %s --canonicalize --split-input-file | FileCheck %s

// Elementwise ops on constants, each in the arithmetic of its element type.

// CHECK-LABEL: func.func @float_arithmetic(
//   CHECK-DAG:   %[[ADD:.*]] = nn.constant dense<[1.000000e+00, 2.500000e+00]>
//   CHECK-DAG:   %[[SUB:.*]] = nn.constant dense<[-4.000000e+00, -1.500000e+00]>
//   CHECK-DAG:   %[[MUL:.*]] = nn.constant dense<[-3.750000e+00, 1.000000e+00]>
//   CHECK-DAG:   %[[DIV:.*]] = nn.constant dense<[-6.000000e-01, 2.500000e-01]>
//   CHECK-DAG:   %[[MAX:.*]] = nn.constant dense<[2.500000e+00, 2.000000e+00]>
//   CHECK-DAG:   %[[MIN:.*]] = nn.constant dense<[-1.500000e+00, 5.000000e-01]>
//   CHECK-DAG:   %[[FLOORDIV:.*]] = nn.constant dense<[-1.000000e+00, 0.000000e+00]>
//       CHECK:   return %[[ADD]], %[[SUB]], %[[MUL]], %[[DIV]], %[[MAX]], %[[MIN]], %[[FLOORDIV]], %[[ADD]]
func.func @float_arithmetic() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %x = nn.constant dense<[-1.5, 0.5]> : tensor<2xf32>
  %y = nn.constant dense<[2.5, 2.0]> : tensor<2xf32>
  %add = nn.add %x, %y : tensor<2xf32>
  %sub = nn.sub %x, %y : tensor<2xf32>
  %mul = nn.mul %x, %y : tensor<2xf32>
  %div = nn.div %x, %y : tensor<2xf32>
  %max = nn.max %x, %y : tensor<2xf32>
  %min = nn.min %x, %y : tensor<2xf32>
  %floordiv = nn.floordiv %x, %y : tensor<2xf32>
  %z = nn.constant dense<[1.0, -5.5]> : tensor<2xf32>
  %w = nn.constant dense<[8.0, 8.0]> : tensor<2xf32>
  %mod = nn.mod %z, %w : tensor<2xf32>
  return %add, %sub, %mul, %div, %max, %min, %floordiv, %mod : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// 16777217 is no f32: the sum rounds, as at run time.
// CHECK-LABEL: func.func @float_rounding(
//   CHECK-DAG:   %[[SINGLE:.*]] = nn.constant dense<0x4B800000> : tensor<f32>
//   CHECK-DAG:   %[[DOUBLE:.*]] = nn.constant dense<0x4170000010000000> : tensor<f64>
//       CHECK:   return %[[SINGLE]], %[[DOUBLE]]
func.func @float_rounding() -> (tensor<f32>, tensor<f64>) {
  %x = nn.constant dense<0x4B800000> : tensor<f32>
  %y = nn.constant dense<1.0> : tensor<f32>
  %a = nn.add %x, %y : tensor<f32>
  %z = nn.constant dense<0x4170000000000000> : tensor<f64>
  %w = nn.constant dense<1.0> : tensor<f64>
  %b = nn.add %z, %w : tensor<f64>
  return %a, %b : tensor<f32>, tensor<f64>
}

// -----

// A quotient that rounds up to an integer is left to run time.
// CHECK-LABEL: func.func @uncertain_floor(
//       CHECK:   nn.floordiv
//       CHECK:   nn.mod
func.func @uncertain_floor() -> (tensor<f32>, tensor<f32>) {
  %x = nn.constant dense<1.0> : tensor<f32>
  %y = nn.constant dense<0.1> : tensor<f32>
  %a = nn.floordiv %x, %y : tensor<f32>
  %b = nn.mod %x, %y : tensor<f32>
  return %a, %b : tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func @nan_survives(
//  CHECK-NEXT:   %[[NAN:.*]] = nn.constant dense<0x7FC00000> : tensor<f32>
//  CHECK-NEXT:   return %[[NAN]], %[[NAN]], %[[NAN]], %[[NAN]], %[[NAN]]
func.func @nan_survives() -> (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) {
  %nan = nn.constant dense<0x7FC00000> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %zero = nn.constant dense<0.0> : tensor<f32>
  %a = nn.max %nan, %one : tensor<f32>
  %b = nn.min %one, %nan : tensor<f32>
  %c = nn.mul %nan, %zero : tensor<f32>
  %d = nn.sign %nan : tensor<f32>
  %e = nn.tanh %nan : tensor<f32>
  return %a, %b, %c, %d, %e : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func @integers_wrap(
//   CHECK-DAG:   %[[ADD:.*]] = nn.constant dense<-128> : tensor<i8>
//   CHECK-DAG:   %[[MUL:.*]] = nn.constant dense<-2> : tensor<i8>
//   CHECK-DAG:   %[[UADD:.*]] = nn.constant dense<1> : tensor<ui8>
//       CHECK:   return %[[ADD]], %[[MUL]], %[[UADD]]
func.func @integers_wrap() -> (tensor<i8>, tensor<i8>, tensor<ui8>) {
  %x = nn.constant dense<127> : tensor<i8>
  %one = nn.constant dense<1> : tensor<i8>
  %two = nn.constant dense<2> : tensor<i8>
  %u = nn.constant dense<255> : tensor<ui8>
  %v = nn.constant dense<2> : tensor<ui8>
  %a = nn.add %x, %one : tensor<i8>
  %b = nn.mul %x, %two : tensor<i8>
  %c = nn.add %u, %v : tensor<ui8>
  return %a, %b, %c : tensor<i8>, tensor<i8>, tensor<ui8>
}

// -----

// Python's // and %, and 0 for a division by zero.
// CHECK-LABEL: func.func @integer_division(
//   CHECK-DAG:   %[[Q:.*]] = nn.constant dense<[-4, -4, 3, 0, -128]> : tensor<5xi8>
//   CHECK-DAG:   %[[R:.*]] = nn.constant dense<[1, -1, -1, 0, 0]> : tensor<5xi8>
//   CHECK-DAG:   %[[UQ:.*]] = nn.constant dense<100> : tensor<ui8>
//       CHECK:   return %[[Q]], %[[R]], %[[UQ]]
func.func @integer_division() -> (tensor<5xi8>, tensor<5xi8>, tensor<ui8>) {
  %x = nn.constant dense<[-7, 7, -7, 5, -128]> : tensor<5xi8>
  %y = nn.constant dense<[2, -2, -2, 0, -1]> : tensor<5xi8>
  %u = nn.constant dense<200> : tensor<ui8>
  %v = nn.constant dense<2> : tensor<ui8>
  %q = nn.floordiv %x, %y : tensor<5xi8>
  %r = nn.mod %x, %y : tensor<5xi8>
  %uq = nn.floordiv %u, %v : tensor<ui8>
  return %q, %r, %uq : tensor<5xi8>, tensor<5xi8>, tensor<ui8>
}

// -----

// CHECK-LABEL: func.func @unsigned_order(
//   CHECK-DAG:   %[[MAX:.*]] = nn.constant dense<200> : tensor<ui8>
//   CHECK-DAG:   %[[MIN:.*]] = nn.constant dense<-56> : tensor<i8>
//   CHECK-DAG:   %[[LESS:.*]] = nn.constant dense<true> : tensor<i1>
//       CHECK:   return %[[MAX]], %[[MIN]], %[[LESS]]
func.func @unsigned_order() -> (tensor<ui8>, tensor<i8>, tensor<i1>) {
  %u = nn.constant dense<200> : tensor<ui8>
  %v = nn.constant dense<2> : tensor<ui8>
  %a = nn.max %u, %v : tensor<ui8>
  %x = nn.constant dense<-56> : tensor<i8>
  %y = nn.constant dense<2> : tensor<i8>
  %b = nn.min %y, %x : tensor<i8>
  %f = nn.constant dense<false> : tensor<i1>
  %t = nn.constant dense<true> : tensor<i1>
  %c = nn.compare lt %f, %t : tensor<i1>
  return %a, %b, %c : tensor<ui8>, tensor<i8>, tensor<i1>
}

// -----

// Functions whose values are exact at these points.
// CHECK-LABEL: func.func @functions(
//   CHECK-DAG:   %[[ZERO:.*]] = nn.constant dense<0.000000e+00>
//   CHECK-DAG:   %[[ONE:.*]] = nn.constant dense<1.000000e+00>
//   CHECK-DAG:   %[[HALF:.*]] = nn.constant dense<5.000000e-01>
//   CHECK-DAG:   %[[TWO:.*]] = nn.constant dense<2.000000e+00>
//       CHECK:   return %[[ONE]], %[[ZERO]], %[[ZERO]], %[[ZERO]], %[[HALF]], %[[HALF]], %[[ZERO]], %[[ONE]], %[[TWO]], %[[ZERO]], %[[ZERO]]
func.func @functions() -> (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) {
  %zero = nn.constant dense<0.0> : tensor<f32>
  %one = nn.constant dense<1.0> : tensor<f32>
  %four = nn.constant dense<4.0> : tensor<f32>
  %exp = nn.exp %zero : tensor<f32>
  %expm1 = nn.expm1 %zero : tensor<f32>
  %log = nn.log %one : tensor<f32>
  %log1p = nn.log1p %zero : tensor<f32>
  %logistic = nn.logistic %zero : tensor<f32>
  %rsqrt = nn.rsqrt %four : tensor<f32>
  %sin = nn.sin %zero : tensor<f32>
  %cos = nn.cos %zero : tensor<f32>
  %sqrt = nn.sqrt %four : tensor<f32>
  %tanh = nn.tanh %zero : tensor<f32>
  %erf = nn.erf %zero : tensor<f32>
  return %exp, %expm1, %log, %log1p, %logistic, %rsqrt, %sin, %cos, %sqrt, %tanh, %erf : tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func @signs(
//   CHECK-DAG:   %[[NEG:.*]] = nn.constant dense<[2.500000e+00, 0.000000e+00, -3.000000e+00]>
//   CHECK-DAG:   %[[ABS:.*]] = nn.constant dense<[2.500000e+00, 0.000000e+00, 3.000000e+00]>
//   CHECK-DAG:   %[[SIGN:.*]] = nn.constant dense<[-1.000000e+00, 0.000000e+00, 1.000000e+00]>
//   CHECK-DAG:   %[[ISIGN:.*]] = nn.constant dense<[-1, 0, 1]>
//   CHECK-DAG:   %[[INEG:.*]] = nn.constant dense<[7, 0, -9]>
//   CHECK-DAG:   %[[IABS:.*]] = nn.constant dense<[7, 0, 9]>
//       CHECK:   return %[[NEG]], %[[ABS]], %[[SIGN]], %[[ISIGN]], %[[INEG]], %[[IABS]]
func.func @signs() -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>) {
  %x = nn.constant dense<[-2.5, -0.0, 3.0]> : tensor<3xf32>
  %i = nn.constant dense<[-7, 0, 9]> : tensor<3xi32>
  %neg = nn.neg %x : tensor<3xf32>
  %abs = nn.abs %x : tensor<3xf32>
  %sign = nn.sign %x : tensor<3xf32>
  %isign = nn.sign %i : tensor<3xi32>
  %ineg = nn.neg %i : tensor<3xi32>
  %iabs = nn.abs %i : tensor<3xi32>
  return %neg, %abs, %sign, %isign, %ineg, %iabs : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xi32>
}

// -----

// CHECK-LABEL: func.func @rounding(
//   CHECK-DAG:   %[[CEIL:.*]] = nn.constant dense<[1.000000e+00, 2.000000e+00, -2.000000e+00]>
//   CHECK-DAG:   %[[FLOOR:.*]] = nn.constant dense<[0.000000e+00, 1.000000e+00, -3.000000e+00]>
//   CHECK-DAG:   %[[ROUND:.*]] = nn.constant dense<[0.000000e+00, 2.000000e+00, -2.000000e+00]>
//       CHECK:   return %[[CEIL]], %[[FLOOR]], %[[ROUND]]
func.func @rounding() -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %x = nn.constant dense<[0.5, 1.5, -2.5]> : tensor<3xf32>
  %a = nn.ceil %x : tensor<3xf32>
  %b = nn.floor %x : tensor<3xf32>
  %c = nn.round %x : tensor<3xf32>
  return %a, %b, %c : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @powers(
//       CHECK:   nn.constant dense<[-8.000000e+00, 2.500000e-01, 1.000000e+00]>
func.func @powers() -> tensor<3xf32> {
  %x = nn.constant dense<[-2.0, 2.0, 0.0]> : tensor<3xf32>
  %y = nn.constant dense<[3.0, -2.0, 0.0]> : tensor<3xf32>
  %a = nn.pow %x, %y : tensor<3xf32>
  return %a : tensor<3xf32>
}

// -----

// Every comparison with NaN but `ne` is false.
// CHECK-LABEL: func.func @comparisons(
//   CHECK-DAG:   %[[EQ:.*]] = nn.constant dense<[false, true, false, false]>
//   CHECK-DAG:   %[[NE:.*]] = nn.constant dense<[true, false, true, true]>
//   CHECK-DAG:   %[[LT:.*]] = nn.constant dense<[true, false, false, false]>
//   CHECK-DAG:   %[[LE:.*]] = nn.constant dense<[true, true, false, false]>
//   CHECK-DAG:   %[[GT:.*]] = nn.constant dense<[false, false, true, false]>
//   CHECK-DAG:   %[[GE:.*]] = nn.constant dense<[false, true, true, false]>
//       CHECK:   return %[[EQ]], %[[NE]], %[[LT]], %[[LE]], %[[GT]], %[[GE]]
func.func @comparisons() -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) {
  %x = nn.constant dense<[1.0, 2.0, 3.0, 0x7FC00000]> : tensor<4xf32>
  %y = nn.constant dense<2.0> : tensor<4xf32>
  %eq = nn.compare eq %x, %y : tensor<4xf32>
  %ne = nn.compare ne %x, %y : tensor<4xf32>
  %lt = nn.compare lt %x, %y : tensor<4xf32>
  %le = nn.compare le %x, %y : tensor<4xf32>
  %gt = nn.compare gt %x, %y : tensor<4xf32>
  %ge = nn.compare ge %x, %y : tensor<4xf32>
  return %eq, %ne, %lt, %le, %gt, %ge : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

// -----

// CHECK-LABEL: func.func @selection(
//   CHECK-DAG:   %[[A:.*]] = nn.constant dense<[1.000000e+00, 4.000000e+00]>
//   CHECK-DAG:   %[[B:.*]] = nn.constant dense<[5, 6]>
//       CHECK:   return %[[A]], %[[B]]
func.func @selection() -> (tensor<2xf32>, tensor<2xi32>) {
  %c = nn.constant dense<[true, false]> : tensor<2xi1>
  %x = nn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = nn.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %i = nn.constant dense<5> : tensor<2xi32>
  %j = nn.constant dense<6> : tensor<2xi32>
  %a = nn.select %c, %x, %y : tensor<2xf32>
  %b = nn.select %c, %i, %j : tensor<2xi32>
  return %a, %b : tensor<2xf32>, tensor<2xi32>
}

// -----

// CHECK-LABEL: func.func @logic(
//   CHECK-DAG:   %[[AND:.*]] = nn.constant dense<[true, false, false]>
//   CHECK-DAG:   %[[OR:.*]] = nn.constant dense<[true, true, false]>
//   CHECK-DAG:   %[[NOT:.*]] = nn.constant dense<[false, false, true]>
//       CHECK:   return %[[AND]], %[[OR]], %[[NOT]]
func.func @logic() -> (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) {
  %x = nn.constant dense<[true, true, false]> : tensor<3xi1>
  %y = nn.constant dense<[true, false, false]> : tensor<3xi1>
  %a = nn.and %x, %y : tensor<3xi1>
  %b = nn.or %x, %y : tensor<3xi1>
  %c = nn.not %x : tensor<3xi1>
  return %a, %b, %c : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>
}

// -----

// A splat is folded whatever its size, and stays a splat.
// CHECK-LABEL: func.func @long_splats(
//  CHECK-NEXT:   %[[C:.*]] = nn.constant dense<3.000000e+00> : tensor<1000x1000xf32>
//  CHECK-NEXT:   return %[[C]]
func.func @long_splats() -> tensor<1000x1000xf32> {
  %x = nn.constant dense<1.0> : tensor<1000x1000xf32>
  %y = nn.constant dense<2.0> : tensor<1000x1000xf32>
  %a = nn.add %x, %y : tensor<1000x1000xf32>
  return %a : tensor<1000x1000xf32>
}

// -----

// No element, nothing to fold, nothing to read.
// CHECK-LABEL: func.func @empty(
//       CHECK:   nn.exp
func.func @empty() -> tensor<0xf32> {
  %x = nn.constant dense<> : tensor<0xf32>
  %a = nn.exp %x : tensor<0xf32>
  return %a : tensor<0xf32>
}
