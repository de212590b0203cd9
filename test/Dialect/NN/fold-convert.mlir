// RUN: nnc-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @same_type(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>
//       CHECK:   return %[[X]]
func.func @same_type(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = nn.convert %x : tensor<4xf32> -> tensor<4xf32>
  return %a : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @there_and_back(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<4xi16>, %[[C:.*]]: tensor<4xi1>
//       CHECK:   return %[[X]], %[[I]], %[[C]]
func.func @there_and_back(%x: tensor<4xf32>, %i: tensor<4xi16>, %c: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi16>, tensor<4xi1>) {
  %a = nn.convert %x : tensor<4xf32> -> tensor<4xf64>
  %b = nn.convert %a : tensor<4xf64> -> tensor<4xf32>
  %j = nn.convert %i : tensor<4xi16> -> tensor<4xf32>
  %k = nn.convert %j : tensor<4xf32> -> tensor<4xi16>
  %d = nn.convert %c : tensor<4xi1> -> tensor<4xi32>
  %e = nn.convert %d : tensor<4xi32> -> tensor<4xi1>
  return %b, %k, %e : tensor<4xf32>, tensor<4xi16>, tensor<4xi1>
}

// -----

// CHECK-LABEL: func.func @straight(
//  CHECK-SAME:     %[[X:.*]]: tensor<4xi8>, %[[U:.*]]: tensor<4xui8>
//       CHECK:   %[[A:.*]] = nn.convert %[[X]] : tensor<4xi8> -> tensor<4xf64>
//       CHECK:   %[[B:.*]] = nn.convert %[[U]] : tensor<4xui8> -> tensor<4xi8>
//       CHECK:   return %[[A]], %[[B]]
func.func @straight(%x: tensor<4xi8>, %u: tensor<4xui8>) -> (tensor<4xf64>, tensor<4xi8>) {
  %a = nn.convert %x : tensor<4xi8> -> tensor<4xi32>
  %b = nn.convert %a : tensor<4xi32> -> tensor<4xf64>
  %v = nn.convert %u : tensor<4xui8> -> tensor<4xi32>
  %w = nn.convert %v : tensor<4xi32> -> tensor<4xi8>
  return %b, %w : tensor<4xf64>, tensor<4xi8>
}

// -----

// f64 to f32 loses digits, i32 does not fit f32, i8 has signs that ui8 lacks.
// CHECK-LABEL: func.func @lossy_stays(
// CHECK-COUNT-6: nn.convert
func.func @lossy_stays(%x: tensor<4xf64>, %i: tensor<4xi32>, %j: tensor<4xi8>) -> (tensor<4xf64>, tensor<4xi32>, tensor<4xi32>) {
  %a = nn.convert %x : tensor<4xf64> -> tensor<4xf32>
  %b = nn.convert %a : tensor<4xf32> -> tensor<4xf64>
  %c = nn.convert %i : tensor<4xi32> -> tensor<4xf32>
  %d = nn.convert %c : tensor<4xf32> -> tensor<4xi32>
  %e = nn.convert %j : tensor<4xi8> -> tensor<4xui8>
  %f = nn.convert %e : tensor<4xui8> -> tensor<4xi32>
  return %b, %d, %f : tensor<4xf64>, tensor<4xi32>, tensor<4xi32>
}

// -----

// 300 becomes 127 by way of a float and 44 straight.
// CHECK-LABEL: func.func @saturation_stays(
// CHECK-COUNT-2: nn.convert
func.func @saturation_stays(%i: tensor<4xi16>) -> tensor<4xi8> {
  %a = nn.convert %i : tensor<4xi16> -> tensor<4xf32>
  %b = nn.convert %a : tensor<4xf32> -> tensor<4xi8>
  return %b : tensor<4xi8>
}

// -----

// Toward zero, to the nearest that exists, and NaN to 0.
// CHECK-LABEL: func.func @float_to_integer(
//   CHECK-DAG:   %[[I:.*]] = nn.constant dense<[2, -2, 127, -128, 0]> : tensor<5xi8>
//   CHECK-DAG:   %[[U:.*]] = nn.constant dense<[2, 0, 255, 0, 0]> : tensor<5xui8>
//   CHECK-DAG:   %[[C:.*]] = nn.constant dense<true> : tensor<5xi1>
//       CHECK:   return %[[I]], %[[U]], %[[C]]
func.func @float_to_integer() -> (tensor<5xi8>, tensor<5xui8>, tensor<5xi1>) {
  %x = nn.constant dense<[2.9, -2.9, 300.0, -300.0, 0x7FC00000]> : tensor<5xf32>
  %a = nn.convert %x : tensor<5xf32> -> tensor<5xi8>
  %b = nn.convert %x : tensor<5xf32> -> tensor<5xui8>
  %y = nn.constant dense<0x7FC00000> : tensor<5xf32>
  %c = nn.convert %y : tensor<5xf32> -> tensor<5xi1>
  return %a, %b, %c : tensor<5xi8>, tensor<5xui8>, tensor<5xi1>
}

// -----

// CHECK-LABEL: func.func @integer_to_others(
//   CHECK-DAG:   %[[NARROW:.*]] = nn.constant dense<[44, -1]> : tensor<2xi8>
//   CHECK-DAG:   %[[FLOAT:.*]] = nn.constant dense<[3.000000e+02, -1.000000e+00]> : tensor<2xf32>
//   CHECK-DAG:   %[[BOOL:.*]] = nn.constant dense<[false, true]> : tensor<2xi1>
//   CHECK-DAG:   %[[UNSIGNED:.*]] = nn.constant dense<2.000000e+02> : tensor<f64>
//   CHECK-DAG:   %[[ONE:.*]] = nn.constant dense<1> : tensor<i32>
//   CHECK-DAG:   %[[FLOAT_ONE:.*]] = nn.constant dense<1.000000e+00> : tensor<f32>
//       CHECK:   return %[[NARROW]], %[[FLOAT]], %[[BOOL]], %[[UNSIGNED]], %[[ONE]], %[[FLOAT_ONE]]
func.func @integer_to_others() -> (tensor<2xi8>, tensor<2xf32>, tensor<2xi1>, tensor<f64>, tensor<i32>, tensor<f32>) {
  %x = nn.constant dense<[300, -1]> : tensor<2xi16>
  %a = nn.convert %x : tensor<2xi16> -> tensor<2xi8>
  %b = nn.convert %x : tensor<2xi16> -> tensor<2xf32>
  %z = nn.constant dense<[0, -1]> : tensor<2xi16>
  %c = nn.convert %z : tensor<2xi16> -> tensor<2xi1>
  %u = nn.constant dense<200> : tensor<ui8>
  %d = nn.convert %u : tensor<ui8> -> tensor<f64>
  %t = nn.constant dense<true> : tensor<i1>
  %e = nn.convert %t : tensor<i1> -> tensor<i32>
  %f = nn.convert %t : tensor<i1> -> tensor<f32>
  return %a, %b, %c, %d, %e, %f : tensor<2xi8>, tensor<2xf32>, tensor<2xi1>, tensor<f64>, tensor<i32>, tensor<f32>
}

// -----

// CHECK-LABEL: func.func @float_to_float(
//   CHECK-DAG:   %[[NARROW:.*]] = nn.constant dense<1.000000e-01> : tensor<f32>
//   CHECK-DAG:   %[[INF:.*]] = nn.constant dense<0x7F800000> : tensor<f32>
//       CHECK:   return %[[NARROW]], %[[INF]]
func.func @float_to_float() -> (tensor<f32>, tensor<f32>) {
  %x = nn.constant dense<0.1> : tensor<f64>
  %y = nn.constant dense<1.0e300> : tensor<f64>
  %a = nn.convert %x : tensor<f64> -> tensor<f32>
  %b = nn.convert %y : tensor<f64> -> tensor<f32>
  return %a, %b : tensor<f32>, tensor<f32>
}
