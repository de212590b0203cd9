// RUN: nnc-opt %s --kernel-check-plan --split-input-file --verify-diagnostics

// Plans made by hand, each unsound in one way.

// expected-error @below {{module has no memory plan}}
module {
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @no_place(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan has no place for a value}}
    %a = kernel.call @k(%x) : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @outside_the_arena(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan uses bytes 64 to 128 of a memory of 64}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @spare_outside_the_arena(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan uses bytes 64 to 128 of a memory of 64}}
    %a = kernel.call @k(%x) {places = [#kernel.place<output, 0, spare 64>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<8xf32>, memref<8xf32>)
  nn.entry @unaligned(%x: tensor<8xf32>) -> tensor<8xf32> {
    // expected-error @below {{memory plan uses bytes 32 to 64 of a memory of 128}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 32>]} : (tensor<8xf32>) -> tensor<8xf32>
    nn.return %a : tensor<8xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @unknown_variable(%x: tensor<16xf32>) {
    // expected-error @below {{memory plan names variable 3, which does not exist}}
    %a = kernel.call @k(%x) {places = [#kernel.place<variable, 3>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @unknown_output(%x: tensor<16xf32>) {
    // expected-error @below {{memory plan names output 0, which does not exist}}
    %a = kernel.call @k(%x) {places = [#kernel.place<output, 0, spare 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @result_over_operand(%x: tensor<16xf32>) -> tensor<16xf32> {
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    // expected-error @below {{memory plan lets operand 0 overlap what the kernel writes}}
    %b = kernel.call @k(%a) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %b : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>, memref<16xf32>)
  nn.entry @results_overlap(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan lets two results overlap}}
    %a:2 = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>, #kernel.place<scratch, 0>]} : (tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>)
    nn.return %a#0 : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  func.func private @add(memref<16xf32>, memref<16xf32>, memref<16xf32>)
  nn.entry @overwritten_before_use(%x: tensor<16xf32>) -> tensor<16xf32> {
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    %b = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    // expected-error @below {{memory plan overwrites a value that is used here}}
    %c = kernel.call @add(%a, %b) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.return %c : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>, memref<64xi8>)
  nn.entry @scratch_over_result(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan lets two results overlap}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>], scratch = 0} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>, memref<64xi8>)
  nn.entry @scratch_missing(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan has no scratch for this kernel}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<8xf32>, memref<16xf32>)
  nn.entry @another_size(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{passes 'tensor<16xf32>' where its kernel takes 'memref<8xf32>'}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>)
  nn.entry @buffer_missing(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{has another number of buffers than its kernel}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  kernel.func @k(%x: tensor<16xf32>) -> tensor<16xf32> {
    kernel.return %x : tensor<16xf32>
  }
  nn.entry @not_lowered(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan has no kernel on memrefs}}
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %a : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @output_spoilt(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
    %a = kernel.call @k(%x) {places = [#kernel.place<output, 1, spare 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    %b = kernel.call @k(%x) {places = [#kernel.place<output, 0, spare 64>]} : (tensor<16xf32>) -> tensor<16xf32>
    // expected-error @below {{memory plan overwrites a value that is used here}}
    nn.return %a, %b : tensor<16xf32>, tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  nn.variable parameter @w : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.step @variable_spoilt(%x: tensor<16xf32>) {
    %a = kernel.call @k(%x) {places = [#kernel.place<variable, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    // expected-error @below {{memory plan spoils variable 'w'}}
    nn.return
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  nn.variable parameter @w : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.step @old_value_lost(%x: tensor<16xf32>) -> tensor<16xf32> {
    %w = nn.read @w : tensor<16xf32>
    %a = kernel.call @k(%x) {places = [#kernel.place<variable, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.write @w, %a : tensor<16xf32>
    // expected-error @below {{memory plan overwrites a value that is used here}}
    nn.return %w : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 128 : i64} {
  nn.variable parameter @a : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  nn.variable parameter @b : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  nn.step @swap_without_waiting() {
    %a = nn.read @a : tensor<16xf32>
    %b = nn.read @b : tensor<16xf32>
    nn.write @a, %b : tensor<16xf32>
    // expected-error @below {{memory plan overwrites a value that is used here}}
    nn.write @b, %a : tensor<16xf32>
    nn.return
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  nn.variable parameter @a : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  nn.variable parameter @b : tensor<16xf32> init {
  ^bb0(%random: tensor<2xi64>):
    %c = nn.constant dense<0.0> : tensor<16xf32>
    nn.yield %c : tensor<16xf32>
  }
  nn.step @swap_in_one_place() {
    %a = nn.read @a : tensor<16xf32>
    %b = nn.read @b : tensor<16xf32>
    // expected-error @below {{memory plan overwrites a value that waits here}}
    nn.write @a, %b {kernel.stage = 0} : tensor<16xf32>
    nn.write @b, %a {kernel.stage = 0} : tensor<16xf32>
    nn.return
  }
}

// -----

module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @poisoned(%x: tensor<16xf32>) -> tensor<16xf32> {
    %a = kernel.call @k(%x) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>) -> tensor<16xf32>
    kernel.poison 64, 64
    // expected-error @below {{memory plan overwrites a value that is used here}}
    nn.return %a : tensor<16xf32>
  }
}
