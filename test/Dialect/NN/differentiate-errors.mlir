// RUN: nnc-opt %s --split-input-file --nn-differentiate --verify-diagnostics

nn.entry @cut(%x: tensor<4xf32> {nn.name = "image"}) -> (tensor<4xf32>) {
  // expected-note @below {{'stop_gradient' has no gradient}}
  %s = nn.stop_gradient %x : tensor<4xf32>
  // expected-note @below {{'argmax' has no gradient}}
  %i = nn.argmax %x axis 0 : tensor<4xf32> -> tensor<i32>
  %f = nn.convert %i : tensor<i32> -> tensor<f32>
  %q = nn.reduce_sum %s [0] : tensor<4xf32> -> tensor<f32>
  %y = nn.add %f, %q : tensor<f32>
  // Leads nowhere, so it cuts nothing.
  %u = nn.floor %x : tensor<4xf32>
  // expected-error @below {{the loss does not depend differentiably on 'image'}}
  %d = nn.gradient %y by %x : tensor<f32> by tensor<4xf32> -> tensor<4xf32>
  nn.return %d : tensor<4xf32>
}

// -----

nn.variable parameter @"m.w" : tensor<f32> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<f32>
  nn.yield %u : tensor<f32>
}
nn.step @integer(%x: tensor<f32> {nn.name = "x"}) -> (tensor<f32>, tensor<f32>) {
  %w = nn.read @"m.w" : tensor<f32>
  %p = nn.mul %w, %x : tensor<f32>
  // expected-note @below {{'convert' has no gradient}}
  %i = nn.convert %p : tensor<f32> -> tensor<i32>
  %f = nn.convert %i : tensor<i32> -> tensor<f32>
  // expected-error @below {{the loss does not depend differentiably on 'm.w', 'x' or the result of 'mul'}}
  %d:3 = nn.gradient %f by %w, %x, %p : tensor<f32> by tensor<f32>, tensor<f32>, tensor<f32> -> tensor<f32>, tensor<f32>, tensor<f32>
  nn.return %d#0, %d#1 : tensor<f32>, tensor<f32>
}

// -----

nn.entry @independent(%x: tensor<f32> {nn.name = "x"}, %y: tensor<f32>) -> (tensor<f32>) {
  // expected-note @below {{the loss is computed here}}
  %l = nn.exp %y : tensor<f32>
  // expected-error @below {{the loss does not depend differentiably on 'x'}}
  %d = nn.gradient %l by %x : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %d : tensor<f32>
}

// -----

// One fault does not hide another, nor cause one.
nn.entry @several(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>, %d: tensor<f32>, %e: tensor<f32>, %f: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  // expected-note @below {{'stop_gradient' has no gradient}}
  %s = nn.stop_gradient %a : tensor<f32>
  // expected-error @below {{the loss does not depend differentiably on 'arg0'}}
  %g = nn.gradient %s by %a : tensor<f32> by tensor<f32> -> tensor<f32>
  // expected-error @below {{on 'arg0', 'arg1', 'arg2', 'arg3' or any of 2 more}}
  %h:6 = nn.gradient %s by %a, %b, %c, %d, %e, %f : tensor<f32> by tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32> -> tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>
  %p = nn.mul %g, %b : tensor<f32>
  %q = nn.gradient %p by %b : tensor<f32> by tensor<f32> -> tensor<f32>
  nn.return %q, %h#0 : tensor<f32>, tensor<f32>
}
