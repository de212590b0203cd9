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

// -----

// Loops whose parts do not fit.

func.func @no_turns() {
  // expected-error @below {{attribute 'turns' failed to satisfy constraint: 64-bit signless integer attribute whose minimum value is 1}}
  nn.scan 0 {
    nn.next
  }
  return
}

// -----

func.func @length(%x: tensor<3x4xf32>) {
  // expected-error @below {{scanned array 0 must have 10 slices along axis 0 but has type 'tensor<3x4xf32>'}}
  nn.scan 10 over(%xt = %x : tensor<3x4xf32>) {
    nn.next
  }
  return
}

// -----

func.func @scalar(%x: tensor<f32>) {
  // expected-error @below {{a scanned array must be a tensor with an axis but is 'tensor<f32>'}}
  nn.scan 10 over(%xt = %x : tensor<f32>) {
    nn.next
  }
  return
}

// -----

func.func @argument_count(%x: tensor<f32>) {
  // expected-error @below {{body has 0 arguments but the op has 1 operands}}
  %r = "nn.scan"(%x) <{turns = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
    nn.next
  }) : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @argument_type(%x: tensor<2x3xf32>) {
  // expected-error @below {{argument 0 of the body must have type 'tensor<3xf32>' but has 'tensor<2x3xf32>'}}
  "nn.scan"(%x) <{turns = 2 : i64, operandSegmentSizes = array<i32: 0, 1, 0>}> ({
  ^bb0(%xt: tensor<2x3xf32>):
    nn.next
  }) : (tensor<2x3xf32>) -> ()
  return
}

// -----

func.func @terminator() {
  // expected-error @below {{body must end in 'nn.next' but ends in 'llvm.unreachable'}}
  "nn.scan"() <{turns = 2 : i64, operandSegmentSizes = array<i32: 0, 0, 0>}> ({
    llvm.unreachable
  }) : () -> ()
  return
}

// -----

func.func @carry_count(%x: tensor<f32>) {
  // expected-note @below {{the scan is here}}
  %r = nn.scan 10 carry(%a = %x : tensor<f32>) {
    // expected-error @below {{gives 0 carries but the scan has 1}}
    nn.next
  }
  return
}

// -----

func.func @carry_type(%x: tensor<f32>, %y: tensor<3xf32>) {
  // expected-note @below {{the scan is here}}
  %r = nn.scan 10 carry(%a = %x : tensor<f32>) with(%b = %y : tensor<3xf32>) {
    // expected-error @below {{carry 0 has type 'tensor<3xf32>' but starts with 'tensor<f32>'}}
    nn.next %b : tensor<3xf32>
  }
  return
}

// -----

func.func @result_count(%x: tensor<f32>) {
  // expected-note @below {{the scan is here}}
  %r = nn.scan 10 carry(%a = %x : tensor<f32>) {
    // expected-error @below {{gives 2 carries and collects but the scan has 1 results}}
    nn.next %a collect %a : tensor<f32> collect tensor<f32>
  }
  return
}

// -----

func.func @final_type(%x: tensor<f32>) {
  // expected-error @below {{result 0 must have type 'tensor<f32>' but has 'tensor<3xf32>'}}
  %r = "nn.scan"(%x) <{turns = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%a: tensor<f32>):
    nn.next %a : tensor<f32>
  }) : (tensor<f32>) -> tensor<3xf32>
  return
}

// -----

func.func @collected_type(%x: tensor<f32>) {
  // expected-error @below {{result 1 must have type 'tensor<10xf32>' but has 'tensor<f32>'}}
  %r:2 = nn.scan 10 carry(%a = %x : tensor<f32>) collect(tensor<f32>) {
    nn.next %a collect %a : tensor<f32> collect tensor<f32>
  }
  return
}
