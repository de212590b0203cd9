// RUN: nnc-opt %s --kernel-check-plan --split-input-file --verify-diagnostics

// Plans of scans made by hand, each unsound in one way, many of them only in
// turns after the first.

module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @sound(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h = nn.scan 9 carry(%a = %h0 : tensor<16xf32>) {
      %n = kernel.call @k(%a) {places = [#kernel.place<scratch, 0 or 64>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}

// -----

// The kernel may not write over its operand, which it would do in turn 1.
module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @carry_over_itself(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h = nn.scan 9 carry(%a = %h0 : tensor<16xf32>) {
      // expected-error @below {{memory plan lets operand 0 overlap what the kernel writes}}
      %n = kernel.call @k(%a) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}

// -----

// The first carry is written before its old value is read.
module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @old_carry_lost(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h:2 = nn.scan 9 carry(%a = %h0 : tensor<16xf32>, %b = %h0 : tensor<16xf32>) {
      %n = kernel.call @k(%b) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      // expected-error @below {{memory plan overwrites a value that is used here}}
      %m = kernel.call @k(%a) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n, %m : tensor<16xf32>, tensor<16xf32>
    }
    nn.return %h#0 : tensor<16xf32>
  }
}

// -----

// Two new carries in one place.
module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @value_between_turns(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h:2 = nn.scan 9 carry(%a = %h0 : tensor<16xf32>, %b = %h0 : tensor<16xf32>) {
      %n = kernel.call @k(%b) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      // expected-error @below {{memory plan lets operand 0 overlap what the kernel writes}}
      %m = kernel.call @k(%n) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n, %m : tensor<16xf32>, tensor<16xf32>
    }
    nn.return %h#0 : tensor<16xf32>
  }
}

// -----

// The last use in the body is not the last use.
module attributes {kernel.arena_size = 128 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @capture_lost(%x: tensor<16xf32>) -> tensor<16xf32> {
    %w = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    %h = nn.scan 2 carry(%a = %x : tensor<16xf32>) with(%v = %w : tensor<16xf32>) {
      // expected-error @below {{memory plan overwrites a value that is used here}}
      %m = kernel.call @k(%v) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>) -> tensor<16xf32>
      %n = kernel.call @k(%m) {places = [#kernel.place<scratch, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}

// -----

// Every turn writes the slot that the next one reads.
module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<9x16xf32>, memref<9x16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  nn.entry @array_over_scanned(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    %w = kernel.call @k(%x) {places = [#kernel.place<scratch, 0>]} : (tensor<9x16xf32>) -> tensor<9x16xf32>
    %hs = nn.scan 9 over(%xt = %w : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 64>]} {
      // expected-error @below {{memory plan overwrites a value that is used here}}
      %n = kernel.call @copy(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %n collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

// Scratch in a slot that only a turn in the middle writes.
module attributes {kernel.arena_size = 576 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @slots_between_spoilt(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    // expected-error @below {{memory plan spoils a collected value}}
    %hs = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      %m = kernel.call @k(%xt) {places = [#kernel.place<scratch, 320>]} : (tensor<16xf32>) -> tensor<16xf32>
      %n = kernel.call @k(%m) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %n collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @arrays_overlap(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    // expected-error @below {{memory plan lets two results overlap}}
    %hs:2 = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>, tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>, #kernel.place<scratch, 64>]} {
      %m = kernel.call @k(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      %n = kernel.call @k(%xt) {places = [#kernel.place<slot, 1>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %m, %n collect tensor<16xf32>, tensor<16xf32>
    }
    nn.return %hs#0 : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @outside_its_slot(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    // expected-error @below {{memory plan leaves collected value 0 outside its slot}}
    %hs = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      %m = kernel.call @k(%xt) {places = [#kernel.place<scratch, 576>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %m collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @no_such_array(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    %hs = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      // expected-error @below {{memory plan names the slot of array 1, which does not exist}}
      %m = kernel.call @k(%xt) {places = [#kernel.place<slot, 1>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %m collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @slot_outside_a_scan(%x: tensor<16xf32>) -> tensor<16xf32> {
    // expected-error @below {{memory plan names the slot of array 0, which does not exist}}
    %m = kernel.call @k(%x) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %m : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @half(memref<8xf32>, memref<8xf32>)
  func.func private @wide(memref<8xf32>, memref<16xf32>)
  nn.entry @another_slot_size(%x: tensor<9x8xf32>) -> tensor<9x16xf32> {
    %hs = nn.scan 9 over(%xt = %x : tensor<9x8xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      // expected-error @below {{memory plan puts 32 bytes into a slot of 64}}
      %m = kernel.call @half(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<8xf32>) -> tensor<8xf32>
      %n = kernel.call @wide(%m) {places = [#kernel.place<slot, 0>]} : (tensor<8xf32>) -> tensor<16xf32>
      nn.next collect %n collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @no_places(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    // expected-error @below {{memory plan has no place for a value}}
    %hs = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) {
      %m = kernel.call @k(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %m collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 512 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @array_outside_the_arena(%x: tensor<9x16xf32>) -> tensor<9x16xf32> {
    // expected-error @below {{memory plan uses bytes 0 to 576 of a memory of 512}}
    %hs = nn.scan 9 over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      %m = kernel.call @k(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next collect %m collect tensor<16xf32>
    }
    nn.return %hs : tensor<9x16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 64 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @second_buffer_outside_the_arena(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h = nn.scan 2 carry(%a = %h0 : tensor<16xf32>) {
      // expected-error @below {{memory plan uses bytes 64 to 128 of a memory of 64}}
      %n = kernel.call @k(%a) {places = [#kernel.place<scratch, 0 or 64>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}

// -----

// It is a slot of an array that is overwritten.
module attributes {kernel.arena_size = 640 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  func.func private @neg(memref<9x16xf32>, memref<9x16xf32>)
      attributes {kernel.inplace = [[0, 0]]}
  nn.entry @last_carry_lost(%x: tensor<9x16xf32>, %h0: tensor<16xf32>) -> tensor<16xf32> {
    %h, %hs = nn.scan 9 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<9x16xf32>) collect(tensor<9x16xf32>) attributes {kernel.places = [#kernel.place<scratch, 0>]} {
      %n = kernel.call @k(%xt) {places = [#kernel.place<slot, 0>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
    }
    %y = kernel.call @neg(%hs) {places = [#kernel.place<scratch, 0>]} : (tensor<9x16xf32>) -> tensor<9x16xf32>
    // expected-error @below {{memory plan overwrites a value that is used here}}
    %z = kernel.call @k(%h) {places = [#kernel.place<scratch, 576>]} : (tensor<16xf32>) -> tensor<16xf32>
    nn.return %z : tensor<16xf32>
  }
}

// -----

// Sound in the first turn of the outer scan only.
module attributes {kernel.arena_size = 192 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  func.func private @add(memref<16xf32>, memref<16xf32>, memref<16xf32>)
  nn.entry @inner_turn_over_outer_carry(%h0: tensor<16xf32>) -> tensor<16xf32> {
    %h = nn.scan 9 carry(%a = %h0 : tensor<16xf32>) {
      %i = nn.scan 9 carry(%b = %a : tensor<16xf32>) with(%o = %a : tensor<16xf32>) {
        // expected-error @below {{memory plan lets operand 1 overlap what the kernel writes}}
        %m = kernel.call @add(%b, %o) {places = [#kernel.place<scratch, 0 or 64>]} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
        nn.next %m : tensor<16xf32>
      }
      %n = kernel.call @k(%i) {places = [#kernel.place<scratch, 64>]} : (tensor<16xf32>) -> tensor<16xf32>
      nn.next %n : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}

// -----

module attributes {kernel.arena_size = 0 : i64} {
  func.func private @k(memref<16xf32>, memref<16xf32>)
  nn.entry @yields_an_argument(%h0: tensor<16xf32>, %x: tensor<9x16xf32>) -> tensor<16xf32> {
    // expected-error @below {{yields value 0, which no kernel of its body computes}}
    %h = nn.scan 9 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<9x16xf32>) {
      nn.next %xt : tensor<16xf32>
    }
    nn.return %h : tensor<16xf32>
  }
}
