// RUN: nnc-opt %s --convert-math-to-polynomial | FileCheck %s

// CHECK-LABEL: func @single(
//   CHECK-NOT: math.{{exp|log|sin|cos|tanh|erf|powf|fma}}
//       CHECK: return
func.func @single(%x: vector<8xf32>, %y: f32) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, f32, f32) {
  %a = math.exp %x : vector<8xf32>
  %b = math.log1p %x : vector<8xf32>
  %c = math.sin %x : vector<8xf32>
  %d = math.tanh %x : vector<8xf32>
  %e = math.erf %y : f32
  %f = math.powf %y, %e : f32
  return %a, %b, %c, %d, %e, %f : vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, f32, f32
}

// CHECK-LABEL: func @double(
//   CHECK-NOT: math.exp
//       CHECK: math.tanh
func.func @double(%x: f64) -> (f64, f64) {
  %a = math.exp %x : f64
  %b = math.tanh %x : f64
  return %a, %b : f64, f64
}
