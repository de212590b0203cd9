// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Streams and indices that do not fit 32 bits, and states that are none.

func.func @negative_stream(%s: tensor<2xi64>) {
  // expected-error @below {{stream is -1 but must be between 0 and 4294967295}}
  %a = nn.random_uniform %s stream -1 : tensor<4xf32>
  return
}

// -----

func.func @large_stream(%s: tensor<2xi64>) {
  // expected-error @below {{stream is 4294967296 but must be between 0 and 4294967295}}
  %a = nn.random_bits %s stream 4294967296 : tensor<4xi32>
  return
}

// -----

func.func @too_many_elements(%s: tensor<2xi64>) {
  // expected-error @below {{draws 4294967297 elements but a stream has 4294967296}}
  %a = nn.random_normal %s stream 0 : tensor<4294967297xf32>
  return
}

// -----

func.func @no_state(%s: tensor<3xi64>) {
  // expected-error @below {{operand #0 must be random state: tensor<2xi64>, but got 'tensor<3xi64>'}}
  %a = "nn.random_normal"(%s) <{stream = 0 : i64}> : (tensor<3xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @integer_normal(%s: tensor<2xi64>) {
  // expected-error @below {{result #0 must be floating-point tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi32>'}}
  %a = nn.random_normal %s stream 0 : tensor<4xi32>
  return
}
