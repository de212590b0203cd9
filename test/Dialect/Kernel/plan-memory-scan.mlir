// RUN: nnc-opt %s --kernel-plan-memory --split-input-file | FileCheck %s

func.func private @add(memref<16xf32>, memref<16xf32>, memref<16xf32>)
    attributes {kernel.inplace = [[0, 0]]}
func.func private @mix(memref<16xf32>, memref<16xf32>, memref<16xf32>)

// A carry that dies in the kernel that computes the next one is updated in
// place; what is collected is computed in its slot of the caller's memory.
// CHECK-LABEL: nn.entry @in_place
nn.entry @in_place(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) -> (tensor<16xf32>, tensor<10x16xf32>) {
  // CHECK: nn.scan 10
  // CHECK-SAME: attributes {kernel.places = [#kernel.place<output, 1, spare [[SPARE:[0-9]+]]>]}
  %h, %ys = nn.scan 10 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) collect(tensor<10x16xf32>) {
    // CHECK: kernel.call @mix({{.*}}) {places = [#kernel.place<slot, 0>]}
    %y = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    // CHECK: kernel.call @add({{.*}}) {places = [#kernel.place<scratch, {{[0-9]+}}>]}
    %n = kernel.call @add(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n collect %y : tensor<16xf32> collect tensor<16xf32>
  }
  nn.return %h, %ys : tensor<16xf32>, tensor<10x16xf32>
}

// The old carry is needed by the kernel or after it: two buffers by turns.
// CHECK-LABEL: nn.entry @by_turns
nn.entry @by_turns(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) -> tensor<16xf32> {
  %h = nn.scan 10 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) {
    // CHECK: kernel.call @mix({{.*}}) {places = [#kernel.place<scratch, [[A:0|64]] or {{0|64}}>]}
    %n = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n : tensor<16xf32>
  }
  nn.return %h : tensor<16xf32>
}

// CHECK-LABEL: nn.entry @old_needed_later
nn.entry @old_needed_later(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %r:2 = nn.scan 10 carry(%a = %h0 : tensor<16xf32>, %b = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) {
    // CHECK: kernel.call @add(%{{.*}}) {places = [#kernel.place<scratch, {{[0-9]+}} or {{[0-9]+}}>]}
    // CHECK: kernel.call @add(%{{.*}}) {places = [#kernel.place<scratch, {{[0-9]+}}>]}
    %n = kernel.call @add(%b, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    %m = kernel.call @add(%b, %a) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n, %m : tensor<16xf32>, tensor<16xf32>
  }
  nn.return %r#0, %r#1 : tensor<16xf32>, tensor<16xf32>
}

// -----

func.func private @mix(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @sum(memref<10x16xf32>, memref<16xf32>)

// Carried and collected: the next turn reads the slot, so the array is all the
// memory that the scan needs.
// CHECK: module attributes {kernel.arena_size = 704 : i64}
// CHECK-LABEL: nn.entry @carried_and_collected
nn.entry @carried_and_collected(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) -> tensor<16xf32> {
  // CHECK: nn.scan 10 reverse
  // CHECK-SAME: kernel.places = [#kernel.place<scratch, 0>]
  %h, %hs = nn.scan 10 reverse carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) collect(tensor<10x16xf32>) {
    // CHECK: kernel.call @mix({{.*}}) {places = [#kernel.place<slot, 0>]}
    %n = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
  }
  // CHECK: kernel.call @sum({{.*}}) {places = [#kernel.place<output, 0, spare 640>]}
  %s = kernel.call @sum(%hs) : (tensor<10x16xf32>) -> tensor<16xf32>
  nn.return %s : tensor<16xf32>
}

// -----

func.func private @mix(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @neg(memref<10x16xf32>, memref<10x16xf32>)
    attributes {kernel.inplace = [[0, 0]]}

// The last carry is a slot of the array, so the array may not be overwritten.
// CHECK-LABEL: nn.entry @slot_needed_later
nn.entry @slot_needed_later(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) -> (tensor<10x16xf32>, tensor<16xf32>) {
  // CHECK: kernel.places = [#kernel.place<scratch, [[A:0|640]]>]
  %h, %hs = nn.scan 10 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) collect(tensor<10x16xf32>) {
    %n = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
  }
  // CHECK-NOT: scratch, [[A]]>
  // CHECK: kernel.call @neg({{.*}}) {places = [#kernel.place<scratch, {{0|640}}>]}
  %m = kernel.call @neg(%hs) : (tensor<10x16xf32>) -> tensor<10x16xf32>
  %p = kernel.call @neg(%m) : (tensor<10x16xf32>) -> tensor<10x16xf32>
  %q = kernel.call @mix(%h, %h) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  nn.return %p, %q : tensor<10x16xf32>, tensor<16xf32>
}

// -----

// What a scan collects is computed in the variable that it becomes.

nn.variable state @all : tensor<10x16xf32> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<10x16xf32>
  nn.yield %c : tensor<10x16xf32>
}
func.func private @mix(memref<16xf32>, memref<16xf32>, memref<16xf32>)

// CHECK-LABEL: nn.entry @in_a_variable
nn.entry @in_a_variable(%h0: tensor<16xf32>, %x: tensor<10x16xf32>) {
  // CHECK: kernel.places = [#kernel.place<variable, 0>]
  %h, %hs = nn.scan 10 carry(%a = %h0 : tensor<16xf32>) over(%xt = %x : tensor<10x16xf32>) collect(tensor<10x16xf32>) {
    %n = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
  }
  nn.write @all, %hs : tensor<10x16xf32>
  nn.return
}

// The body reads the old value until the last turn.
// CHECK-LABEL: nn.entry @old_value_in_body
nn.entry @old_value_in_body(%h0: tensor<16xf32>) {
  %old = nn.read @all : tensor<10x16xf32>
  // CHECK: kernel.places = [#kernel.place<scratch, 0>]
  %h, %hs = nn.scan 10 carry(%a = %h0 : tensor<16xf32>) over(%xt = %old : tensor<10x16xf32>) collect(tensor<10x16xf32>) {
    %n = kernel.call @mix(%a, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
    nn.next %n collect %n : tensor<16xf32> collect tensor<16xf32>
  }
  nn.write @all, %hs : tensor<10x16xf32>
  nn.return
}

// -----

func.func private @mix(memref<16xf32>, memref<16xf32>, memref<16xf32>, memref<128xi8>)
func.func private @copy(memref<16xf32>, memref<16xf32>)

// Scratch and values of one turn are there once, for all turns. An inner scan's
// array is a slot of the outer one's.
// CHECK-LABEL: nn.entry @nested
nn.entry @nested(%h0: tensor<16xf32>, %x: tensor<3x4x16xf32>) -> tensor<3x4x16xf32> {
  // CHECK: nn.scan 3
  // CHECK-SAME: kernel.places = [#kernel.place<output, 0, spare {{[0-9]+}}>]
  %h, %hs = nn.scan 3 carry(%a = %h0 : tensor<16xf32>) over(%rows = %x : tensor<3x4x16xf32>) collect(tensor<3x4x16xf32>) {
    // CHECK: nn.scan 4
    // CHECK-SAME: kernel.places = [#kernel.place<slot, 0>]
    %b, %bs = nn.scan 4 carry(%c = %a : tensor<16xf32>) over(%xt = %rows : tensor<4x16xf32>) collect(tensor<4x16xf32>) {
      // CHECK: kernel.call @mix({{.*}}) {places = [#kernel.place<slot, 0>], scratch = {{[0-9]+}} : i64}
      %s = kernel.call @mix(%c, %xt) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      nn.next %s collect %s : tensor<16xf32> collect tensor<16xf32>
    }
    // CHECK: kernel.call @copy({{.*}}) {places = [#kernel.place<scratch, {{[0-9]+}}>]}
    %last = kernel.call @copy(%b) : (tensor<16xf32>) -> tensor<16xf32>
    nn.next %last collect %bs : tensor<16xf32> collect tensor<4x16xf32>
  }
  nn.return %hs : tensor<3x4x16xf32>
}
