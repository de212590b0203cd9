// RUN: nnc-opt %s --split-input-file --verify-diagnostics

// Indexing of axes that are not there or too short.

func.func @gather_axis(%t: tensor<9x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{axis 2 is not among the 2 axes of 'tensor<9x8xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.gather %t, %i axis 2 : tensor<9x8xf32>, tensor<4xi32> -> tensor<9x4xf32>
  return
}

// -----

func.func @gather_negative_axis(%t: tensor<9x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{axis -1 is not among the 2 axes of 'tensor<9x8xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.gather %t, %i axis -1 : tensor<9x8xf32>, tensor<4xi32> -> tensor<9x4xf32>
  return
}

// -----

func.func @gather_from_empty(%t: tensor<0x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{axis 0 has size 0 but is indexed 4 times}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.gather %t, %i axis 0 : tensor<0x8xf32>, tensor<4xi32> -> tensor<4x8xf32>
  return
}

// -----

func.func @gather_result(%t: tensor<9x8xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<4x9xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %a = nn.gather %t, %i axis 0 : tensor<9x8xf32>, tensor<4xi32> -> tensor<4x9xf32>
  return
}

// -----

func.func @gather_index_type(%t: tensor<9x8xf32>, %i: tensor<4xi8>) {
  // expected-error @below {{operand #1 must be i32 or i64 tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi8>'}}
  %a = nn.gather %t, %i axis 0 : tensor<9x8xf32>, tensor<4xi8> -> tensor<4x8xf32>
  return
}

// -----

func.func @scatter_axis(%t: tensor<9x8xf32>, %i: tensor<4xi32>, %u: tensor<4x8xf32>) {
  // expected-error @below {{axis 5 is not among the 2 axes of 'tensor<9x8xf32>'}}
  %a = nn.scatter_add %t, %i, %u axis 5 : tensor<9x8xf32>, tensor<4xi32>, tensor<4x8xf32>
  return
}

// -----

func.func @scatter_updates(%t: tensor<9x8xf32>, %i: tensor<4xi32>, %u: tensor<4x9xf32>) {
  // expected-error @below {{updates have type 'tensor<4x9xf32>' but operand and index give 'tensor<4x8xf32>'}}
  %a = nn.scatter_add %t, %i, %u axis 0 : tensor<9x8xf32>, tensor<4xi32>, tensor<4x9xf32>
  return
}

// -----

func.func @scatter_into_empty(%t: tensor<0x8xf32>, %i: tensor<4xi32>, %u: tensor<4x8xf32>) {
  // expected-error @below {{axis 0 has size 0 but is indexed 4 times}}
  %a = nn.scatter_add %t, %i, %u axis 0 : tensor<0x8xf32>, tensor<4xi32>, tensor<4x8xf32>
  return
}

// -----

func.func @one_hot_rank(%i: tensor<4xi32>) {
  // expected-error @below {{result must have one axis more than the index but has rank 1 where the index has rank 1}}
  %a = nn.one_hot %i : tensor<4xi32> -> tensor<4xf32>
  return
}

// -----

func.func @one_hot_shape(%i: tensor<4xi32>) {
  // expected-error @below {{result has shape [5, 10] but the index has shape [4]}}
  %a = nn.one_hot %i : tensor<4xi32> -> tensor<5x10xf32>
  return
}

// -----

func.func @one_hot_no_class(%i: tensor<4xi32>) {
  // expected-error @below {{result has no class but the index has 4 elements}}
  %a = nn.one_hot %i : tensor<4xi32> -> tensor<4x0xf32>
  return
}

// -----

func.func @sort_axis(%x: tensor<4xf32>) {
  // expected-error @below {{axis 1 is not among the 1 axes of 'tensor<4xf32>'}}
  %v, %i = nn.sort %x axis 1 : tensor<4xf32> -> tensor<4xi32>
  return
}

// -----

func.func @sort_indices(%x: tensor<4xf32>) {
  // expected-error @below {{indices have shape [5] but the operand has shape [4]}}
  %v, %i = nn.sort %x axis 0 : tensor<4xf32> -> tensor<5xi32>
  return
}

// -----

func.func @sort_too_long(%x: tensor<2147483648xi8>) {
  // expected-error @below {{axis 0 has 2147483648 elements but an i32 index counts at most 2147483647}}
  %v, %i = nn.sort %x axis 0 : tensor<2147483648xi8> -> tensor<2147483648xi32>
  return
}

// -----

func.func @sort_booleans(%x: tensor<4xi1>) {
  // expected-error @below {{operand #0 must be number tensor of static shape and less than 2^63 bytes, but got 'tensor<4xi1>'}}
  %v, %i = nn.sort %x axis 0 : tensor<4xi1> -> tensor<4xi32>
  return
}
