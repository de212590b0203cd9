// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Elementwise ops on wrong types.

func.func @float_function_of_integers(%x: tensor<4xi32>) {
  // expected-error @below {{operand #0 must be floating-point tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi32>'}}
  %y = nn.exp %x : tensor<4xi32>
  return
}

// -----

func.func @sum_of_booleans(%x: tensor<4xi1>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi1>'}}
  %y = nn.add %x, %x : tensor<4xi1>
  return
}

// -----

func.func @logic_of_numbers(%x: tensor<4xi32>) {
  // expected-error @below {{operand #0 must be boolean tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi32>'}}
  %y = nn.and %x, %x : tensor<4xi32>
  return
}

// -----

func.func @quotient_of_integers(%x: tensor<4xi32>) {
  // expected-error @below {{operand #0 must be floating-point tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi32>'}}
  %y = nn.div %x, %x : tensor<4xi32>
  return
}

// -----

func.func @dynamic_shape(%x: tensor<?xf32>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<?xf32>'}}
  %y = nn.neg %x : tensor<?xf32>
  return
}

// -----

func.func @no_rank(%x: tensor<*xf32>) {
  // expected-error @below {{invalid kind of type specified: expected builtin.tensor, but found 'tensor<*xf32>'}}
  %y = nn.neg %x : tensor<*xf32>
  return
}

// -----

func.func @no_tensor(%x: f32) {
  // expected-error @below {{invalid kind of type specified: expected builtin.tensor, but found 'f32'}}
  %y = nn.neg %x : f32
  return
}

// -----

func.func @half_precision(%x: tensor<4xf16>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4xf16>'}}
  %y = nn.neg %x : tensor<4xf16>
  return
}

// -----

func.func @encoding(%x: tensor<4xf32, "blocked">) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4xf32, "blocked">'}}
  %y = nn.neg %x : tensor<4xf32, "blocked">
  return
}

// -----

func.func @element_of_no_width(%x: tensor<4xindex>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4xindex>'}}
  %y = nn.neg %x : tensor<4xindex>
  return
}

// -----

func.func @too_many_bytes(%x: tensor<2305843009213693952xf32>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<2305843009213693952xf32>'}}
  %y = nn.neg %x : tensor<2305843009213693952xf32>
  return
}

// -----

func.func @overflow_hidden_by_zero(%x: tensor<0x4294967296x4294967296xi8>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<0x4294967296x4294967296xi8>'}}
  %y = nn.neg %x : tensor<0x4294967296x4294967296xi8>
  return
}

// -----

func.func @shapes(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error @below {{all non-scalar operands/results must have the same shape and base type}}
  %z = "nn.add"(%x, %y) : (tensor<4xf32>, tensor<5xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @compare_types(%x: tensor<4xf32>, %y: tensor<4xf64>) {
  // expected-error @below {{requires all operands to have the same type}}
  %z = "nn.compare"(%x, %y) <{predicate = #nn<predicate eq>}> : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xi1>
  return
}

// -----

func.func @compare_result(%x: tensor<4xf32>) {
  // expected-error @below {{all non-scalar operands/results must have the same shape and base type}}
  %z = "nn.compare"(%x, %x) <{predicate = #nn<predicate eq>}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<5xi1>
  return
}

// -----

func.func @select_condition(%c: tensor<5xi1>, %x: tensor<4xf32>) {
  // expected-error @below {{the condition has the shape of the result}}
  %z = "nn.select"(%c, %x, %x) : (tensor<5xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @select_arms(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @below {{all of {trueValue, falseValue, result} have same type}}
  %z = "nn.select"(%c, %x, %y) : (tensor<4xi1>, tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>
  return
}

// -----

func.func @convert_shapes(%x: tensor<4xf32>) {
  // expected-error @below {{all non-scalar operands/results must have the same shape and base type}}
  %z = nn.convert %x : tensor<4xf32> -> tensor<5xi32>
  return
}
