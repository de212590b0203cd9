// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Variables, entries and steps that do not agree with each other.

// expected-error @below {{init region must have one argument, of type 'tensor<2xi64>', but has 0}}
nn.variable parameter @w : tensor<f32> init {
  %zero = nn.constant dense<0.0> : tensor<f32>
  nn.yield %zero : tensor<f32>
}

// -----

// expected-error @below {{init region's argument must have type 'tensor<2xi64>' but has 'tensor<2xi32>'}}
nn.variable parameter @w : tensor<f32> init {
^bb0(%random: tensor<2xi32>):
  %zero = nn.constant dense<0.0> : tensor<f32>
  nn.yield %zero : tensor<f32>
}

// -----

// expected-error @below {{init region must end in 'nn.yield' but ends in 'llvm.unreachable'}}
nn.variable parameter @w : tensor<f32> init {
^bb0(%random: tensor<2xi64>):
  llvm.unreachable
}

// -----

// expected-note @below {{the variable is defined here}}
nn.variable parameter @w : tensor<f32> init {
^bb0(%random: tensor<2xi64>):
  // expected-error @below {{gives 'tensor<2xi64>' but variable 'w' is 'tensor<f32>'}}
  nn.yield %random : tensor<2xi64>
}

// -----

// expected-error @below {{attribute 'type' failed to satisfy constraint: type attribute of tensor of static shape and less than 2^63 bytes}}
nn.variable parameter @w : tensor<?xf32> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}

// -----

nn.variable parameter @w : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  // expected-error @below {{expects parent op to be one of 'nn.entry, nn.step'}}
  %w = nn.read @w : tensor<2xi64>
  nn.yield %w : tensor<2xi64>
}

// -----

nn.variable parameter @w : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  // expected-error @below {{expects parent op to be one of 'nn.entry, nn.step'}}
  nn.write @w, %random : tensor<2xi64>
  nn.yield %random : tensor<2xi64>
}

// -----

nn.entry @f() {
  // expected-error @below {{names 'w', which does not exist}}
  %w = nn.read @w : tensor<f32>
  nn.return
}

// -----

// expected-note @below {{'g' is defined here}}
nn.entry @g() {
  nn.return
}
nn.entry @f() {
  // expected-error @below {{names 'g', which is no variable but a 'nn.entry'}}
  %w = nn.read @g : tensor<f32>
  nn.return
}

// -----

// expected-note @below {{the variable is defined here}}
nn.variable state @s : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}
nn.entry @f() {
  // expected-error @below {{has type 'tensor<f32>' but variable 's' is 'tensor<2xi64>'}}
  %s = nn.read @s : tensor<f32>
  nn.return
}

// -----

// expected-note @below {{the variable is defined here}}
nn.variable state @s : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}
nn.step @f(%x: tensor<f32>) {
  // expected-error @below {{has type 'tensor<f32>' but variable 's' is 'tensor<2xi64>'}}
  nn.write @s, %x : tensor<f32>
  nn.return
}

// -----

nn.variable state @s : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}
nn.step @f(%x: tensor<2xi64>) {
  // expected-note @below {{the first write is here}}
  nn.write @s, %x : tensor<2xi64>
  // expected-error @below {{writes 's' a second time in 'f'}}
  nn.write @s, %x : tensor<2xi64>
  nn.return
}

// -----

nn.entry @f(%x: tensor<f32>) -> tensor<f32> {
  // expected-error @below {{has 0 operands but 'f' has 1 outputs}}
  nn.return
}

// -----

nn.entry @f(%x: tensor<f32>) -> tensor<i32> {
  // expected-error @below {{operand 0 has type 'tensor<f32>' but output 0 of 'f' is 'tensor<i32>'}}
  nn.return %x : tensor<f32>
}

// -----

// expected-error @below {{input 0 must be a tensor of static shape and less than 2^63 bytes but is 'f32'}}
nn.entry @f(%x: f32) {
  nn.return
}

// -----

// expected-error @below {{input 1 must be a tensor of static shape and less than 2^63 bytes but is 'tensor<4x?xf32>'}}
nn.step @f(%x: tensor<f32>, %y: tensor<4x?xf32>) {
  nn.return
}

// -----

// expected-error @below {{input 0 has element type 'f16' but must have one of f32, f64, i1, i8, ui8, i16, i32, i64}}
nn.entry @f(%x: tensor<4xf16>) {
  nn.return
}

// -----

// expected-error @below {{inputs 0 and 1 are both named 'x'}}
nn.entry @f(%x: tensor<f32> {nn.name = "x"}, %y: tensor<f32> {nn.name = "x"}) {
  nn.return
}

// -----

// expected-error @below {{outputs 0 and 1 are both named 'y'}}
nn.entry @f(%x: tensor<f32>) -> (tensor<f32> {nn.name = "y"}, tensor<f32> {nn.name = "y"}) {
  nn.return %x, %x : tensor<f32>, tensor<f32>
}

// -----

// expected-error @below {{'nn.name' of input 0 must be a string but is 3 : i64}}
nn.entry @f(%x: tensor<f32> {nn.name = 3}) {
  nn.return
}

// -----

// expected-error @below {{region with 1 blocks}}
nn.entry @f(%x: tensor<f32>)

// -----

func.func @f() {
  // expected-error @below {{expects parent op to be one of 'nn.entry, nn.step'}}
  nn.return
}
