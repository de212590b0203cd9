// RUN: nnc-opt %s --verify-roundtrip | nnc-opt --mlir-print-op-generic | nnc-opt | FileCheck %s
// RUN: nnc-opt %s --emit-bytecode | nnc-opt | FileCheck %s

// One element in, one out.

// CHECK-LABEL: func.func @unary(
//  CHECK-NEXT:   %{{.*}} = nn.abs %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.ceil %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.cos %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.erf %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.exp %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.expm1 %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.floor %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.log %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.log1p %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.logistic %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.neg %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.round %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.rsqrt %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.sign %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.sin %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.sqrt %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.tanh %{{.*}} : tensor<4xf32>
func.func @unary(%x: tensor<4xf32>) {
  %abs = nn.abs %x : tensor<4xf32>
  %ceil = nn.ceil %x : tensor<4xf32>
  %cos = nn.cos %x : tensor<4xf32>
  %erf = nn.erf %x : tensor<4xf32>
  %exp = nn.exp %x : tensor<4xf32>
  %expm1 = nn.expm1 %x : tensor<4xf32>
  %floor = nn.floor %x : tensor<4xf32>
  %log = nn.log %x : tensor<4xf32>
  %log1p = nn.log1p %x : tensor<4xf32>
  %logistic = nn.logistic %x : tensor<4xf32>
  %neg = nn.neg %x : tensor<4xf32>
  %round = nn.round %x : tensor<4xf32>
  %rsqrt = nn.rsqrt %x : tensor<4xf32>
  %sign = nn.sign %x : tensor<4xf32>
  %sin = nn.sin %x : tensor<4xf32>
  %sqrt = nn.sqrt %x : tensor<4xf32>
  %tanh = nn.tanh %x : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @unary_of_integers(
//  CHECK-NEXT:   %{{.*}} = nn.abs %{{.*}} : tensor<2x3xi8>
//  CHECK-NEXT:   %{{.*}} = nn.neg %{{.*}} : tensor<2x3xi8>
//  CHECK-NEXT:   %{{.*}} = nn.sign %{{.*}} : tensor<2x3xi8>
func.func @unary_of_integers(%x: tensor<2x3xi8>) {
  %abs = nn.abs %x : tensor<2x3xi8>
  %neg = nn.neg %x : tensor<2x3xi8>
  %sign = nn.sign %x : tensor<2x3xi8>
  return
}

// CHECK-LABEL: func.func @binary(
//  CHECK-NEXT:   %{{.*}} = nn.add %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.div %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.floordiv %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.max %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.min %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.mod %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.mul %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.pow %{{.*}}, %{{.*}} : tensor<f64>
//  CHECK-NEXT:   %{{.*}} = nn.sub %{{.*}}, %{{.*}} : tensor<f64>
func.func @binary(%x: tensor<f64>, %y: tensor<f64>) {
  %add = nn.add %x, %y : tensor<f64>
  %div = nn.div %x, %y : tensor<f64>
  %floordiv = nn.floordiv %x, %y : tensor<f64>
  %max = nn.max %x, %y : tensor<f64>
  %min = nn.min %x, %y : tensor<f64>
  %mod = nn.mod %x, %y : tensor<f64>
  %mul = nn.mul %x, %y : tensor<f64>
  %pow = nn.pow %x, %y : tensor<f64>
  %sub = nn.sub %x, %y : tensor<f64>
  return
}

// CHECK-LABEL: func.func @binary_of_integers(
//  CHECK-NEXT:   %{{.*}} = nn.add %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.floordiv %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.max %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.min %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.mod %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.mul %{{.*}}, %{{.*}} : tensor<5xui8>
//  CHECK-NEXT:   %{{.*}} = nn.sub %{{.*}}, %{{.*}} : tensor<5xui8>
func.func @binary_of_integers(%x: tensor<5xui8>, %y: tensor<5xui8>) {
  %add = nn.add %x, %y : tensor<5xui8>
  %floordiv = nn.floordiv %x, %y : tensor<5xui8>
  %max = nn.max %x, %y : tensor<5xui8>
  %min = nn.min %x, %y : tensor<5xui8>
  %mod = nn.mod %x, %y : tensor<5xui8>
  %mul = nn.mul %x, %y : tensor<5xui8>
  %sub = nn.sub %x, %y : tensor<5xui8>
  return
}

// CHECK-LABEL: func.func @logic(
//  CHECK-NEXT:   %{{.*}} = nn.and %{{.*}}, %{{.*}} : tensor<4xi1>
//  CHECK-NEXT:   %{{.*}} = nn.or %{{.*}}, %{{.*}} : tensor<4xi1>
//  CHECK-NEXT:   %{{.*}} = nn.not %{{.*}} : tensor<4xi1>
func.func @logic(%x: tensor<4xi1>, %y: tensor<4xi1>) {
  %a = nn.and %x, %y : tensor<4xi1>
  %b = nn.or %x, %y : tensor<4xi1>
  %c = nn.not %x : tensor<4xi1>
  return
}

// CHECK-LABEL: func.func @compare(
//  CHECK-NEXT:   %{{.*}} = nn.compare eq %{{.*}}, %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.compare ne %{{.*}}, %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.compare lt %{{.*}}, %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.compare le %{{.*}}, %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.compare gt %{{.*}}, %{{.*}} : tensor<4xf32>
//  CHECK-NEXT:   %{{.*}} = nn.compare ge %{{.*}}, %{{.*}} : tensor<4xf32>
func.func @compare(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  %eq = nn.compare eq %x, %y : tensor<4xf32>
  %ne = nn.compare ne %x, %y : tensor<4xf32>
  %lt = nn.compare lt %x, %y : tensor<4xf32>
  %le = nn.compare le %x, %y : tensor<4xf32>
  %gt = nn.compare gt %x, %y : tensor<4xf32>
  %ge = nn.compare ge %x, %y : tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @compare_booleans(
//  CHECK-NEXT:   %{{.*}} = nn.compare eq %{{.*}}, %{{.*}} : tensor<i1>
func.func @compare_booleans(%x: tensor<i1>) {
  %a = nn.compare eq %x, %x : tensor<i1>
  return
}

// CHECK-LABEL: func.func @select(
//  CHECK-NEXT:   %{{.*}} = nn.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<0x4xi64>
func.func @select(%c: tensor<0x4xi1>, %x: tensor<0x4xi64>, %y: tensor<0x4xi64>) {
  %a = nn.select %c, %x, %y : tensor<0x4xi64>
  return
}

// CHECK-LABEL: func.func @convert(
//  CHECK-NEXT:   %{{.*}} = nn.convert %{{.*}} : tensor<4xi1> -> tensor<4xf64>
//  CHECK-NEXT:   %{{.*}} = nn.convert %{{.*}} : tensor<4xf64> -> tensor<4xui8>
func.func @convert(%x: tensor<4xi1>) {
  %a = nn.convert %x : tensor<4xi1> -> tensor<4xf64>
  %b = nn.convert %a : tensor<4xf64> -> tensor<4xui8>
  return
}

// CHECK-LABEL: func.func @stop_gradient(
//  CHECK-NEXT:   %{{.*}} = nn.stop_gradient %{{.*}} : tensor<4xf32>
func.func @stop_gradient(%x: tensor<4xf32>) {
  %a = nn.stop_gradient %x : tensor<4xf32>
  return
}
