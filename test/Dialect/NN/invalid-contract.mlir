// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Contractions whose letters or sizes do not fit.

func.func @no_comma(%x: tensor<2xf32>) {
  // expected-error @below {{spec "ab->a" is not of the form "ab,bc->ac"}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "ab->a" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @no_arrow(%x: tensor<2xf32>) {
  // expected-error @below {{spec "a,a" is not of the form "ab,bc->ac"}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a,a" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @comma_after_arrow(%x: tensor<2xf32>) {
  // expected-error @below {{spec "a->a,a" is not of the form "ab,bc->ac"}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a->a,a" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @three_operands(%x: tensor<2xf32>) {
  // expected-error @below {{spec "a,a,a->a" is not of the form "ab,bc->ac"}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a,a,a->a" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @no_letter(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "a1,a1->a" is not of the form "ab,bc->ac": '1' of its lhs is no letter}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a1,a1->a" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @no_ascii(%x: tensor<2x2xf32>) {
  // expected-error @below {{a character of its lhs is no letter}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "\C3\A9,ab->a" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @repeated_in_lhs(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "aa,ab->ab" repeats 'a' in its lhs}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "aa,ab->ab" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @repeated_in_rhs(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "ab,bb->ab" repeats 'b' in its rhs}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "ab,bb->ab" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @repeated_in_result(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "ab,ab->aa" repeats 'a' in its result}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "ab,ab->aa" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @element_types(%x: tensor<2xf32>, %w: tensor<2xf64>) {
  // expected-error @below {{element types differ: lhs has 'f32' but rhs has 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a,a->a" %x, %w : tensor<2xf32>, tensor<2xf64> -> tensor<2xf32>
  return
}

// -----

func.func @rank_of_lhs(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "abc,ab->ab" has 3 letters for lhs of rank 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "abc,ab->ab" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @rank_of_rhs(%x: tensor<2x2xf32>) {
  // expected-error @below {{spec "ab,a->ab" has 1 letters for rhs of rank 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "ab,a->ab" %x, %x : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @sizes(%x: tensor<4x10xf32>, %w: tensor<5x12xf32>) {
  // expected-error @below {{sizes of 'i' differ: axis 1 of lhs has size 10 but axis 1 of rhs has size 12}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "bi,oi->bo" %x, %w : tensor<4x10xf32>, tensor<5x12xf32> -> tensor<4x5xf32>
  return
}

// -----

func.func @unknown_letter(%x: tensor<2xf32>) {
  // expected-error @below {{spec "a,a->b" has 'b' in its result but in neither operand}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a,a->b" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

func.func @result_type(%x: tensor<2xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<2xf32>' are incompatible with return type(s) of operation 'tensor<3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = nn.contract "a,a->a" %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<3xf32>
  return
}

// -----

func.func @booleans(%x: tensor<2xi1>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<2xi1>'}}
  %y = nn.contract "a,a->a" %x, %x : tensor<2xi1>, tensor<2xi1> -> tensor<2xi1>
  return
}

// -----

func.func @too_large(%x: tensor<4000000000xf32>, %w: tensor<4000000000xf32>) {
  // expected-error @below {{result #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4000000000x4000000000xf32>'}}
  %y = nn.contract "a,b->ab" %x, %w : tensor<4000000000xf32>, tensor<4000000000xf32> -> tensor<4000000000x4000000000xf32>
  return
}
