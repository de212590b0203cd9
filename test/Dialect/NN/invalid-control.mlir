// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Gradients of what is no scalar, or by nothing.

func.func @no_scalar(%l: tensor<1xf32>, %w: tensor<2xf32>) {
  // expected-error @below {{loss must be a scalar but has type 'tensor<1xf32>'}}
  %g = nn.gradient %l by %w : tensor<1xf32> by tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @by_nothing(%l: tensor<f32>) {
  // expected-error @below {{is taken by no value}}
  "nn.gradient"(%l) : (tensor<f32>) -> ()
  return
}

// -----

func.func @result_type(%l: tensor<f32>, %w: tensor<2xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<2xf32>' are incompatible with return type(s) of operation 'tensor<f32>'}}
  // expected-error @below {{failed to infer returned types}}
  %g = nn.gradient %l by %w : tensor<f32> by tensor<2xf32> -> tensor<f32>
  return
}

// -----

func.func @by_integers(%l: tensor<f32>, %w: tensor<2xi32>) {
  // expected-error @below {{operand #1 must be variadic of floating-point tensor of static shape and less than 2^63 bytes, but got 'tensor<2xi32>'}}
  %g = nn.gradient %l by %w : tensor<f32> by tensor<2xi32> -> tensor<2xi32>
  return
}
