//===- FusedCases.cpp - primitives that share kernels ---------------------===//
//
// Written as models are: normalisations, products with what comes before and
// after them, several results of one kernel, and updates in place.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"

using namespace nnc::test;

/// Replaces each `$F` by the element type.
static std::string withElement(std::string text, const std::string &element) {
  for (size_t at; (at = text.find("$F")) != std::string::npos;)
    text.replace(at, 2, element);
  return text;
}

static const char kSoftmax[] = R"(
nn.entry @$name(%x: tensor<7x19x$F>) -> (tensor<7x19x$F>) {
  %m = nn.reduce_max %x [1] : tensor<7x19x$F> -> tensor<7x$F>
  %mb = nn.broadcast %m [0] : tensor<7x$F> -> tensor<7x19x$F>
  %d = nn.sub %x, %mb : tensor<7x19x$F>
  %e = nn.exp %d : tensor<7x19x$F>
  %s = nn.reduce_sum %e [1] : tensor<7x19x$F> -> tensor<7x$F>
  %sb = nn.broadcast %s [0] : tensor<7x$F> -> tensor<7x19x$F>
  %y = nn.div %e, %sb : tensor<7x19x$F>
  nn.return %y : tensor<7x19x$F>
})";

// So many rows that they go through all stages in blocks, the last of a smaller
// one, under a mask that belongs to no row and a scale that belongs to each.
static const char kManyRows[] = R"(
nn.entry @$name(%x: tensor<9x37x131x$F>, %mask: tensor<131x$F>, %w: tensor<9x37x$F>)
    -> (tensor<9x37x131x$F>, tensor<9x37x$F>, tensor<9x37xi32>) {
  %kb = nn.broadcast %mask [2] : tensor<131x$F> -> tensor<9x37x131x$F>
  %k = nn.add %x, %kb : tensor<9x37x131x$F>
  %m = nn.reduce_max %k [2] : tensor<9x37x131x$F> -> tensor<9x37x$F>
  %mb = nn.broadcast %m [0, 1] : tensor<9x37x$F> -> tensor<9x37x131x$F>
  %d = nn.sub %k, %mb : tensor<9x37x131x$F>
  %e = nn.exp %d : tensor<9x37x131x$F>
  %s = nn.reduce_sum %e [2] : tensor<9x37x131x$F> -> tensor<9x37x$F>
  %sb = nn.broadcast %s [0, 1] : tensor<9x37x$F> -> tensor<9x37x131x$F>
  %p = nn.div %e, %sb : tensor<9x37x131x$F>
  %wb = nn.broadcast %w [0, 1] : tensor<9x37x$F> -> tensor<9x37x131x$F>
  %y = nn.mul %p, %wb : tensor<9x37x131x$F>
  %best = nn.argmax %k axis 2 : tensor<9x37x131x$F> -> tensor<9x37xi32>
  nn.return %y, %s, %best : tensor<9x37x131x$F>, tensor<9x37x$F>, tensor<9x37xi32>
})";

// Along the first axis.
static const char kSoftmaxColumns[] = R"(
nn.entry @$name(%x: tensor<19x7x$F>) -> (tensor<19x7x$F>, tensor<7x$F>) {
  %m = nn.reduce_max %x [0] : tensor<19x7x$F> -> tensor<7x$F>
  %mb = nn.broadcast %m [1] : tensor<7x$F> -> tensor<19x7x$F>
  %d = nn.sub %x, %mb : tensor<19x7x$F>
  %e = nn.exp %d : tensor<19x7x$F>
  %s = nn.reduce_sum %e [0] : tensor<19x7x$F> -> tensor<7x$F>
  %l = nn.log %s : tensor<7x$F>
  %lb = nn.broadcast %l [1] : tensor<7x$F> -> tensor<19x7x$F>
  %y = nn.sub %d, %lb : tensor<19x7x$F>
  nn.return %y, %s : tensor<19x7x$F>, tensor<7x$F>
})";

// Normalised over the last axis, scaled and shifted; with its gradient.
static const char kLayerNorm[] = R"(
nn.entry @$name(%x: tensor<5x33x$F>, %g: tensor<33x$F>, %b: tensor<33x$F>, %t: tensor<5x33x$F>)
    -> (tensor<5x33x$F>, tensor<5x33x$F>, tensor<33x$F>, tensor<33x$F>) {
  %n = nn.constant dense<33.0> : tensor<5x$F>
  %eps = nn.constant dense<1.0e-3> : tensor<5x$F>
  %s = nn.reduce_sum %x [1] : tensor<5x33x$F> -> tensor<5x$F>
  %m = nn.div %s, %n : tensor<5x$F>
  %mb = nn.broadcast %m [0] : tensor<5x$F> -> tensor<5x33x$F>
  %d = nn.sub %x, %mb : tensor<5x33x$F>
  %dd = nn.mul %d, %d : tensor<5x33x$F>
  %ss = nn.reduce_sum %dd [1] : tensor<5x33x$F> -> tensor<5x$F>
  %v = nn.div %ss, %n : tensor<5x$F>
  %ve = nn.add %v, %eps : tensor<5x$F>
  %r = nn.rsqrt %ve : tensor<5x$F>
  %rb = nn.broadcast %r [0] : tensor<5x$F> -> tensor<5x33x$F>
  %z = nn.mul %d, %rb : tensor<5x33x$F>
  %gb = nn.broadcast %g [1] : tensor<33x$F> -> tensor<5x33x$F>
  %bb = nn.broadcast %b [1] : tensor<33x$F> -> tensor<5x33x$F>
  %zg = nn.mul %z, %gb : tensor<5x33x$F>
  %y = nn.add %zg, %bb : tensor<5x33x$F>
  %w = nn.mul %y, %t : tensor<5x33x$F>
  %l = nn.reduce_sum %w [0, 1] : tensor<5x33x$F> -> tensor<$F>
  %dx, %dg, %db = nn.gradient %l by %x, %g, %b : tensor<$F> by tensor<5x33x$F>, tensor<33x$F>, tensor<33x$F> -> tensor<5x33x$F>, tensor<33x$F>, tensor<33x$F>
  nn.return %y, %dx, %dg, %db : tensor<5x33x$F>, tensor<5x33x$F>, tensor<33x$F>, tensor<33x$F>
})";

// A product with a producer on either side, a bias and an activation.
static const char kLinear[] = R"(
nn.entry @$name(%x: tensor<9x17x$F>, %w: tensor<19x17x$F>, %b: tensor<19x$F>, %t: tensor<9x19x$F>)
    -> (tensor<9x19x$F>, tensor<9x17x$F>, tensor<19x17x$F>, tensor<19x$F>) {
  %a = nn.tanh %x : tensor<9x17x$F>
  %ww = nn.mul %w, %w : tensor<19x17x$F>
  %p = nn.contract "bi,oi->bo" %a, %ww : tensor<9x17x$F>, tensor<19x17x$F> -> tensor<9x19x$F>
  %bb = nn.broadcast %b [1] : tensor<19x$F> -> tensor<9x19x$F>
  %q = nn.add %p, %bb : tensor<9x19x$F>
  %y = nn.logistic %q : tensor<9x19x$F>
  %d = nn.sub %y, %t : tensor<9x19x$F>
  %dd = nn.mul %d, %d : tensor<9x19x$F>
  %l = nn.reduce_sum %dd [0, 1] : tensor<9x19x$F> -> tensor<$F>
  %dx, %dw, %db = nn.gradient %l by %x, %w, %b : tensor<$F> by tensor<9x17x$F>, tensor<19x17x$F>, tensor<19x$F> -> tensor<9x17x$F>, tensor<19x17x$F>, tensor<19x$F>
  nn.return %y, %dx, %dw, %db : tensor<9x19x$F>, tensor<9x17x$F>, tensor<19x17x$F>, tensor<19x$F>
})";

// Transposes and slices of what a product takes and gives.
static const char kMovedProduct[] = R"(
nn.entry @$name(%x: tensor<11x9x$F>, %w: tensor<11x40x$F>) -> (tensor<20x9x$F>, tensor<9x40x$F>) {
  %xt = nn.transpose %x [1, 0] : tensor<11x9x$F> -> tensor<9x11x$F>
  %n = nn.neg %xt : tensor<9x11x$F>
  %p = nn.contract "ij,jk->ik" %n, %w : tensor<9x11x$F>, tensor<11x40x$F> -> tensor<9x40x$F>
  %pt = nn.transpose %p [1, 0] : tensor<9x40x$F> -> tensor<40x9x$F>
  %y = nn.slice %pt [1, 0] to [40, 9] by [2, 1] : tensor<40x9x$F> -> tensor<20x9x$F>
  nn.return %y, %p : tensor<20x9x$F>, tensor<9x40x$F>
})";

// Two heads of attention.
static const char kAttention[] = R"(
nn.entry @$name(%x: tensor<2x7x10x$F>, %w: tensor<30x10x$F>, %t: tensor<2x7x10x$F>)
    -> (tensor<2x7x10x$F>, tensor<2x7x10x$F>, tensor<30x10x$F>) {
  %p = nn.contract "bsi,oi->bso" %x, %w : tensor<2x7x10x$F>, tensor<30x10x$F> -> tensor<2x7x30x$F>
  %r = nn.reshape %p : tensor<2x7x30x$F> -> tensor<2x7x3x2x5x$F>
  %h = nn.transpose %r [2, 0, 3, 1, 4] : tensor<2x7x3x2x5x$F> -> tensor<3x2x2x7x5x$F>
  %qs = nn.slice %h [0, 0, 0, 0, 0] to [1, 2, 2, 7, 5] by [1, 1, 1, 1, 1] : tensor<3x2x2x7x5x$F> -> tensor<1x2x2x7x5x$F>
  %ks = nn.slice %h [1, 0, 0, 0, 0] to [2, 2, 2, 7, 5] by [1, 1, 1, 1, 1] : tensor<3x2x2x7x5x$F> -> tensor<1x2x2x7x5x$F>
  %vs = nn.slice %h [2, 0, 0, 0, 0] to [3, 2, 2, 7, 5] by [1, 1, 1, 1, 1] : tensor<3x2x2x7x5x$F> -> tensor<1x2x2x7x5x$F>
  %q = nn.reshape %qs : tensor<1x2x2x7x5x$F> -> tensor<2x2x7x5x$F>
  %k = nn.reshape %ks : tensor<1x2x2x7x5x$F> -> tensor<2x2x7x5x$F>
  %v = nn.reshape %vs : tensor<1x2x2x7x5x$F> -> tensor<2x2x7x5x$F>
  %a = nn.contract "bhqd,bhkd->bhqk" %q, %k : tensor<2x2x7x5x$F>, tensor<2x2x7x5x$F> -> tensor<2x2x7x7x$F>
  %m = nn.reduce_max %a [3] : tensor<2x2x7x7x$F> -> tensor<2x2x7x$F>
  %mb = nn.broadcast %m [0, 1, 2] : tensor<2x2x7x$F> -> tensor<2x2x7x7x$F>
  %d = nn.sub %a, %mb : tensor<2x2x7x7x$F>
  %e = nn.exp %d : tensor<2x2x7x7x$F>
  %s = nn.reduce_sum %e [3] : tensor<2x2x7x7x$F> -> tensor<2x2x7x$F>
  %sb = nn.broadcast %s [0, 1, 2] : tensor<2x2x7x$F> -> tensor<2x2x7x7x$F>
  %f = nn.div %e, %sb : tensor<2x2x7x7x$F>
  %o = nn.contract "bhqk,bhkd->bqhd" %f, %v : tensor<2x2x7x7x$F>, tensor<2x2x7x5x$F> -> tensor<2x7x2x5x$F>
  %y = nn.reshape %o : tensor<2x7x2x5x$F> -> tensor<2x7x10x$F>
  %u = nn.mul %y, %t : tensor<2x7x10x$F>
  %l = nn.reduce_sum %u [0, 1, 2] : tensor<2x7x10x$F> -> tensor<$F>
  %dx, %dw = nn.gradient %l by %x, %w : tensor<$F> by tensor<2x7x10x$F>, tensor<30x10x$F> -> tensor<2x7x10x$F>, tensor<30x10x$F>
  nn.return %y, %dx, %dw : tensor<2x7x10x$F>, tensor<2x7x10x$F>, tensor<30x10x$F>
})";

// So many heads that each goes through products and softmax by itself, under a mask
// and a scale; with the gradients.
static const char kManyHeads[] = R"(
nn.entry @$name(%q: tensor<8x107x3x5x$F>, %k: tensor<8x103x3x5x$F>, %v: tensor<8x103x3x9x$F>, %t: tensor<8x107x3x9x$F>)
    -> (tensor<8x107x3x9x$F>, tensor<8x107x3x5x$F>, tensor<8x103x3x5x$F>, tensor<8x103x3x9x$F>) {
  %a = nn.contract "axbz,aybz->abxy" %q, %k : tensor<8x107x3x5x$F>, tensor<8x103x3x5x$F> -> tensor<8x3x107x103x$F>
  %scale = nn.constant dense<0.25> : tensor<8x3x107x103x$F>
  %low = nn.constant dense<-9.0> : tensor<8x3x107x103x$F>
  %b = nn.mul %a, %scale : tensor<8x3x107x103x$F>
  %row = nn.iota 0 : tensor<107x103xi32>
  %column = nn.iota 1 : tensor<107x103xi32>
  %past = nn.compare ge %row, %column : tensor<107x103xi32>
  %mask = nn.broadcast %past [2, 3] : tensor<107x103xi1> -> tensor<8x3x107x103xi1>
  %c = nn.select %mask, %b, %low : tensor<8x3x107x103x$F>
  %m = nn.reduce_max %c [3] : tensor<8x3x107x103x$F> -> tensor<8x3x107x$F>
  %mb = nn.broadcast %m [0, 1, 2] : tensor<8x3x107x$F> -> tensor<8x3x107x103x$F>
  %d = nn.sub %c, %mb : tensor<8x3x107x103x$F>
  %e = nn.exp %d : tensor<8x3x107x103x$F>
  %s = nn.reduce_sum %e [3] : tensor<8x3x107x103x$F> -> tensor<8x3x107x$F>
  %sb = nn.broadcast %s [0, 1, 2] : tensor<8x3x107x$F> -> tensor<8x3x107x103x$F>
  %f = nn.div %e, %sb : tensor<8x3x107x103x$F>
  %o = nn.contract "abxy,aybz->axbz" %f, %v : tensor<8x3x107x103x$F>, tensor<8x103x3x9x$F> -> tensor<8x107x3x9x$F>
  %u = nn.mul %o, %t : tensor<8x107x3x9x$F>
  %l = nn.reduce_sum %u [0, 1, 2, 3] : tensor<8x107x3x9x$F> -> tensor<$F>
  %dq, %dk, %dv = nn.gradient %l by %q, %k, %v : tensor<$F> by tensor<8x107x3x5x$F>, tensor<8x103x3x5x$F>, tensor<8x103x3x9x$F> -> tensor<8x107x3x5x$F>, tensor<8x103x3x5x$F>, tensor<8x103x3x9x$F>
  nn.return %o, %dq, %dk, %dv : tensor<8x107x3x9x$F>, tensor<8x107x3x5x$F>, tensor<8x103x3x5x$F>, tensor<8x103x3x9x$F>
})";

// Convolution, activation, pooling, with their gradients.
static const char kConvNet[] = R"(
nn.entry @$name(%x: tensor<2x3x9x9x$F>, %w: tensor<17x3x3x3x$F>, %b: tensor<17x$F>, %t: tensor<2x17x4x4x$F>)
    -> (tensor<2x17x4x4x$F>, tensor<2x3x9x9x$F>, tensor<17x3x3x3x$F>, tensor<17x$F>) {
  %c = nn.conv %x, %w strides [1, 1] low [1, 1] high [1, 1] dilations [1, 1] groups 1 : tensor<2x3x9x9x$F>, tensor<17x3x3x3x$F> -> tensor<2x17x9x9x$F>
  %bb = nn.broadcast %b [1] : tensor<17x$F> -> tensor<2x17x9x9x$F>
  %z = nn.add %c, %bb : tensor<2x17x9x9x$F>
  %a = nn.tanh %z : tensor<2x17x9x9x$F>
  %y = nn.window_max %a size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<2x17x9x9x$F> -> tensor<2x17x4x4x$F>
  %u = nn.mul %y, %t : tensor<2x17x4x4x$F>
  %l = nn.reduce_sum %u [0, 1, 2, 3] : tensor<2x17x4x4x$F> -> tensor<$F>
  %dx, %dw, %db = nn.gradient %l by %x, %w, %b : tensor<$F> by tensor<2x3x9x9x$F>, tensor<17x3x3x3x$F>, tensor<17x$F> -> tensor<2x3x9x9x$F>, tensor<17x3x3x3x$F>, tensor<17x$F>
  nn.return %y, %dx, %dw, %db : tensor<2x17x4x4x$F>, tensor<2x3x9x9x$F>, tensor<17x3x3x3x$F>, tensor<17x$F>
})";

// Pooling whose windows tile an activation: the activation's slope is computed
// where the pool's gradient is written.
static const char kTiledPool[] = R"(
nn.entry @$name(%x: tensor<2x3x6x42x$F>, %b: tensor<3x$F>, %t: tensor<2x3x3x21x$F>)
    -> (tensor<2x3x3x21x$F>, tensor<2x3x6x42x$F>, tensor<3x$F>) {
  %bb = nn.broadcast %b [1] : tensor<3x$F> -> tensor<2x3x6x42x$F>
  %z = nn.add %x, %bb : tensor<2x3x6x42x$F>
  %a = nn.tanh %z : tensor<2x3x6x42x$F>
  %y = nn.window_max %a size [2, 2] strides [2, 2] low [0, 0] high [0, 0] : tensor<2x3x6x42x$F> -> tensor<2x3x3x21x$F>
  %u = nn.mul %y, %t : tensor<2x3x3x21x$F>
  %l = nn.reduce_sum %u [0, 1, 2, 3] : tensor<2x3x3x21x$F> -> tensor<$F>
  %dx, %db = nn.gradient %l by %x, %b : tensor<$F> by tensor<2x3x6x42x$F>, tensor<3x$F> -> tensor<2x3x6x42x$F>, tensor<3x$F>
  nn.return %y, %dx, %db : tensor<2x3x3x21x$F>, tensor<2x3x6x42x$F>, tensor<3x$F>
})";

// A product with bias, activation and residual, once with the product itself as
// a result, in either form of packing; a convolution likewise.
static const char kEpilogues[] = R"(
nn.entry @$name(%x: tensor<64x33x$F>, %w: tensor<135x33x$F>, %v: tensor<33x47x$F>, %b: tensor<135x$F>, %r: tensor<64x135x$F>, %i: tensor<2x3x9x17x$F>, %k: tensor<20x3x5x5x$F>)
    -> (tensor<64x135x$F>, tensor<64x47x$F>, tensor<64x47x$F>, tensor<2x20x9x17x$F>) {
  %zero = nn.constant dense<0.0> : tensor<64x135x$F>
  %p = nn.contract "ij,kj->ik" %x, %w : tensor<64x33x$F>, tensor<135x33x$F> -> tensor<64x135x$F>
  %bb = nn.broadcast %b [1] : tensor<135x$F> -> tensor<64x135x$F>
  %pb = nn.add %p, %bb : tensor<64x135x$F>
  %pr = nn.add %pb, %r : tensor<64x135x$F>
  %y = nn.max %pr, %zero : tensor<64x135x$F>
  %q = nn.contract "ij,jk->ik" %x, %v : tensor<64x33x$F>, tensor<33x47x$F> -> tensor<64x47x$F>
  %n = nn.neg %q : tensor<64x47x$F>
  %c = nn.conv %i, %k strides [1, 1] low [2, 2] high [2, 2] dilations [1, 1] groups 1 : tensor<2x3x9x17x$F>, tensor<20x3x5x5x$F> -> tensor<2x20x9x17x$F>
  %s = nn.slice %b [0] to [20] by [1] : tensor<135x$F> -> tensor<20x$F>
  %sb = nn.broadcast %s [1] : tensor<20x$F> -> tensor<2x20x9x17x$F>
  %z = nn.mul %c, %sb : tensor<2x20x9x17x$F>
  nn.return %y, %q, %n, %z : tensor<64x135x$F>, tensor<64x47x$F>, tensor<64x47x$F>, tensor<2x20x9x17x$F>
})";

// What is gathered is computed, by computed indices, and so is what is added.
static const char kComputedGather[] = R"(
nn.entry @$name(%x: tensor<13x7x$F>, %i: tensor<5xi32>) -> (tensor<5x7x$F>, tensor<13x7x$F>, tensor<5xi32>) {
  %two = nn.constant dense<2> : tensor<5xi32>
  %e = nn.exp %x : tensor<13x7x$F>
  %f = nn.floordiv %i, %two : tensor<5xi32>
  %y = nn.gather %e, %f axis 0 : tensor<13x7x$F>, tensor<5xi32> -> tensor<5x7x$F>
  %n = nn.neg %y : tensor<5x7x$F>
  %s = nn.scatter_add %e, %i, %n axis 0 : tensor<13x7x$F>, tensor<5xi32>, tensor<5x7x$F>
  nn.return %y, %s, %f : tensor<5x7x$F>, tensor<13x7x$F>, tensor<5xi32>
})";

// Three ranks of one sorted value; the mask of those above the median.
static const char kSortMask[] = R"(
nn.entry @$name(%x: tensor<5x9x$F>) -> (tensor<5x9xi1>, tensor<5x3x$F>, tensor<5x3xi32>) {
  %h = nn.mul %x, %x : tensor<5x9x$F>
  %v, %i = nn.sort %h axis 1 descending : tensor<5x9x$F> -> tensor<5x9xi32>
  %top = nn.slice %v [0, 0] to [5, 3] by [1, 1] : tensor<5x9x$F> -> tensor<5x3x$F>
  %which = nn.slice %i [0, 0] to [5, 3] by [1, 1] : tensor<5x9xi32> -> tensor<5x3xi32>
  %m = nn.slice %v [0, 4] to [5, 5] by [1, 1] : tensor<5x9x$F> -> tensor<5x1x$F>
  %mb = nn.broadcast %m [0, 1] : tensor<5x1x$F> -> tensor<5x9x$F>
  %c = nn.compare gt %h, %mb : tensor<5x9x$F>
  nn.return %c, %top, %which : tensor<5x9xi1>, tensor<5x3x$F>, tensor<5x3xi32>
})";

// Several results of one chain, one of them used inside and outside.
static const char kManyResults[] = R"(
nn.entry @$name(%x: tensor<3x21x$F>, %z: tensor<3x21x$F>) -> (tensor<3x21x$F>, tensor<3x21x$F>, tensor<3x21xi1>, tensor<3x$F>, tensor<21x$F>, tensor<$F>) {
  %a = nn.exp %x : tensor<3x21x$F>
  %b = nn.mul %a, %z : tensor<3x21x$F>
  %c = nn.compare lt %a, %b : tensor<3x21x$F>
  %d = nn.select %c, %a, %b : tensor<3x21x$F>
  %r = nn.reduce_sum %d [1] : tensor<3x21x$F> -> tensor<3x$F>
  %s = nn.reduce_max %d [0] : tensor<3x21x$F> -> tensor<21x$F>
  %t = nn.reduce_sum %r [0] : tensor<3x$F> -> tensor<$F>
  nn.return %a, %d, %c, %r, %s, %t : tensor<3x21x$F>, tensor<3x21x$F>, tensor<3x21xi1>, tensor<3x$F>, tensor<21x$F>, tensor<$F>
})";

// Adam on one weight, several steps.
static const char kAdam[] = R"(
nn.variable parameter @"$name.w" : tensor<5x19x$F> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_normal %random stream 0 : tensor<5x19x$F>
  nn.yield %u : tensor<5x19x$F>
}
nn.variable slot @"$name.m" : tensor<5x19x$F> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<5x19x$F>
  nn.yield %c : tensor<5x19x$F>
}
nn.variable slot @"$name.v" : tensor<5x19x$F> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<0.0> : tensor<5x19x$F>
  nn.yield %c : tensor<5x19x$F>
}
nn.step @$name(%x: tensor<7x19x$F>, %t: tensor<7x5x$F>) -> (tensor<$F>, tensor<5x19x$F>) {
  %w = nn.read @"$name.w" : tensor<5x19x$F>
  %m = nn.read @"$name.m" : tensor<5x19x$F>
  %v = nn.read @"$name.v" : tensor<5x19x$F>
  %y = nn.contract "bi,oi->bo" %x, %w : tensor<7x19x$F>, tensor<5x19x$F> -> tensor<7x5x$F>
  %d = nn.sub %y, %t : tensor<7x5x$F>
  %dd = nn.mul %d, %d : tensor<7x5x$F>
  %l = nn.reduce_sum %dd [0, 1] : tensor<7x5x$F> -> tensor<$F>
  %g = nn.gradient %l by %w : tensor<$F> by tensor<5x19x$F> -> tensor<5x19x$F>
  %b = nn.constant dense<0.75> : tensor<5x19x$F>
  %c = nn.constant dense<0.25> : tensor<5x19x$F>
  %eps = nn.constant dense<1.0e-2> : tensor<5x19x$F>
  %m1 = nn.mul %m, %b : tensor<5x19x$F>
  %m2 = nn.mul %g, %c : tensor<5x19x$F>
  %mn = nn.add %m1, %m2 : tensor<5x19x$F>
  %gg = nn.mul %g, %g : tensor<5x19x$F>
  %v1 = nn.mul %v, %b : tensor<5x19x$F>
  %v2 = nn.mul %gg, %c : tensor<5x19x$F>
  %vn = nn.add %v1, %v2 : tensor<5x19x$F>
  %sq = nn.sqrt %vn : tensor<5x19x$F>
  %se = nn.add %sq, %eps : tensor<5x19x$F>
  %u = nn.div %mn, %se : tensor<5x19x$F>
  %ul = nn.mul %u, %c : tensor<5x19x$F>
  %wn = nn.sub %w, %ul : tensor<5x19x$F>
  nn.write @"$name.w", %wn : tensor<5x19x$F>
  nn.write @"$name.m", %mn : tensor<5x19x$F>
  nn.write @"$name.v", %vn : tensor<5x19x$F>
  nn.return %l, %w : tensor<$F>, tensor<5x19x$F>
})";

// A product that overwrites its factor, a rotation of three variables, and a
// shift of a history: nothing may be read after it is overwritten.
static const char kInPlace[] = R"(
nn.variable state @"$name.a" : tensor<9x9x$F> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 0 : tensor<9x9x$F>
  nn.yield %u : tensor<9x9x$F>
}
nn.variable state @"$name.b" : tensor<9x9x$F> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 1 : tensor<9x9x$F>
  nn.yield %u : tensor<9x9x$F>
}
nn.variable state @"$name.c" : tensor<9x9x$F> init {
^bb0(%random: tensor<2xi64>):
  %u = nn.random_uniform %random stream 2 : tensor<9x9x$F>
  nn.yield %u : tensor<9x9x$F>
}
nn.variable state @"$name.h" : tensor<5x9x$F> init {
^bb0(%random: tensor<2xi64>):
  %c = nn.constant dense<1.0> : tensor<5x9x$F>
  nn.yield %c : tensor<5x9x$F>
}
nn.step @$name(%x: tensor<9x9x$F>) -> (tensor<9x9x$F>) {
  %a = nn.read @"$name.a" : tensor<9x9x$F>
  %b = nn.read @"$name.b" : tensor<9x9x$F>
  %c = nn.read @"$name.c" : tensor<9x9x$F>
  %h = nn.read @"$name.h" : tensor<5x9x$F>
  %p = nn.contract "ij,jk->ik" %x, %a : tensor<9x9x$F>, tensor<9x9x$F> -> tensor<9x9x$F>
  %t = nn.transpose %b [1, 0] : tensor<9x9x$F> -> tensor<9x9x$F>
  %s = nn.add %t, %c : tensor<9x9x$F>
  nn.write @"$name.a", %b : tensor<9x9x$F>
  nn.write @"$name.b", %s : tensor<9x9x$F>
  nn.write @"$name.c", %p : tensor<9x9x$F>
  %tail = nn.slice %h [1, 0] to [5, 9] by [1, 1] : tensor<5x9x$F> -> tensor<4x9x$F>
  %row = nn.slice %x [2, 0] to [3, 9] by [1, 1] : tensor<9x9x$F> -> tensor<1x9x$F>
  %hn = nn.concat %tail, %row axis 0 : tensor<4x9x$F>, tensor<1x9x$F> -> tensor<5x9x$F>
  nn.write @"$name.h", %hn : tensor<5x9x$F>
  nn.return %a : tensor<9x9x$F>
})";

// A cell of four gates with its gradients, which are joined, as are what one turn
// leaves and a part that is 0; a join inside of another, and one of the same parts.
static const char kCell[] = R"(
nn.entry @$name(%x: tensor<5x7x$F>, %w: tensor<36x7x$F>, %c: tensor<5x9x$F>) -> (tensor<5x36x$F>, tensor<36x7x$F>, tensor<17x9x$F>, tensor<5x18x$F>) {
  %g = nn.contract "bi,oi->bo" %x, %w : tensor<5x7x$F>, tensor<36x7x$F> -> tensor<5x36x$F>
  %g0 = nn.slice %g [0, 0] to [5, 9] by [1, 1] : tensor<5x36x$F> -> tensor<5x9x$F>
  %g1 = nn.slice %g [0, 9] to [5, 18] by [1, 1] : tensor<5x36x$F> -> tensor<5x9x$F>
  %g2 = nn.slice %g [0, 18] to [5, 27] by [1, 1] : tensor<5x36x$F> -> tensor<5x9x$F>
  %g3 = nn.slice %g [0, 27] to [5, 36] by [1, 1] : tensor<5x36x$F> -> tensor<5x9x$F>
  %i = nn.logistic %g0 : tensor<5x9x$F>
  %f = nn.logistic %g1 : tensor<5x9x$F>
  %a = nn.tanh %g2 : tensor<5x9x$F>
  %o = nn.logistic %g3 : tensor<5x9x$F>
  %fc = nn.mul %f, %c : tensor<5x9x$F>
  %ia = nn.mul %i, %a : tensor<5x9x$F>
  %n = nn.add %fc, %ia : tensor<5x9x$F>
  %t = nn.tanh %n : tensor<5x9x$F>
  %h = nn.mul %o, %t : tensor<5x9x$F>
  %z = nn.constant dense<0.0> : tensor<2x9x$F>
  %s = nn.concat %h, %z, %n axis 0 : tensor<5x9x$F>, tensor<2x9x$F>, tensor<5x9x$F> -> tensor<12x9x$F>
  %sc = nn.concat %s, %c axis 0 : tensor<12x9x$F>, tensor<5x9x$F> -> tensor<17x9x$F>
  %nh = nn.concat %n, %h axis 1 : tensor<5x9x$F>, tensor<5x9x$F> -> tensor<5x18x$F>
  %hh = nn.mul %h, %h : tensor<5x9x$F>
  %l = nn.reduce_sum %hh [0, 1] : tensor<5x9x$F> -> tensor<$F>
  %dg, %dw = nn.gradient %l by %g, %w : tensor<$F> by tensor<5x36x$F>, tensor<36x7x$F> -> tensor<5x36x$F>, tensor<36x7x$F>
  nn.return %dg, %dw, %sc, %nh : tensor<5x36x$F>, tensor<36x7x$F>, tensor<17x9x$F>, tensor<5x18x$F>
})";

// Dropout: the mask of the forward pass is that of the gradient, and the state
// advances.
static const char kDropout[] = R"(
nn.variable state @"$name.random" : tensor<2xi64> init {
^bb0(%random: tensor<2xi64>):
  nn.yield %random : tensor<2xi64>
}
nn.step @$name(%x: tensor<6x11x$F>) -> (tensor<6x11x$F>, tensor<6x11x$F>) {
  %r = nn.read @"$name.random" : tensor<2xi64>
  %u = nn.random_uniform %r stream 3 : tensor<6x11x$F>
  %p = nn.constant dense<0.25> : tensor<6x11x$F>
  %z = nn.constant dense<0.0> : tensor<6x11x$F>
  %keep = nn.compare ge %u, %p : tensor<6x11x$F>
  %y = nn.select %keep, %x, %z : tensor<6x11x$F>
  %yy = nn.mul %y, %y : tensor<6x11x$F>
  %l = nn.reduce_sum %yy [0, 1] : tensor<6x11x$F> -> tensor<$F>
  %g = nn.gradient %l by %x : tensor<$F> by tensor<6x11x$F> -> tensor<6x11x$F>
  %one = nn.constant dense<[0, 1]> : tensor<2xi64>
  %next = nn.add %r, %one : tensor<2xi64>
  nn.write @"$name.random", %next : tensor<2xi64>
  nn.return %y, %g : tensor<6x11x$F>, tensor<6x11x$F>
})";

// Integers and truth values through one kernel.
static const char kMixed[] = R"(
nn.entry @$name(%x: tensor<4x13x$F>, %i: tensor<13xi32>, %f: tensor<4xi1>) -> (tensor<4x13x$F>, tensor<4x13xi8>, tensor<4x13xi1>, tensor<4xi64>) {
  %xi = nn.convert %x : tensor<4x13x$F> -> tensor<4x13xi32>
  %ib = nn.broadcast %i [1] : tensor<13xi32> -> tensor<4x13xi32>
  %fb = nn.broadcast %f [0] : tensor<4xi1> -> tensor<4x13xi1>
  %s = nn.add %xi, %ib : tensor<4x13xi32>
  %c = nn.compare ge %s, %xi : tensor<4x13xi32>
  %o = nn.or %c, %fb : tensor<4x13xi1>
  %small = nn.convert %s : tensor<4x13xi32> -> tensor<4x13xi8>
  %of = nn.convert %o : tensor<4x13xi1> -> tensor<4x13x$F>
  %sf = nn.convert %s : tensor<4x13xi32> -> tensor<4x13x$F>
  %y = nn.mul %of, %sf : tensor<4x13x$F>
  %w = nn.convert %s : tensor<4x13xi32> -> tensor<4x13xi64>
  %t = nn.reduce_sum %w [1] : tensor<4x13xi64> -> tensor<4xi64>
  nn.return %y, %small, %o, %t : tensor<4x13x$F>, tensor<4x13xi8>, tensor<4x13xi1>, tensor<4xi64>
})";

std::vector<Case> nnc::test::fusedCases() {
  std::vector<Case> cases;
  const Range ints{Range::Plain, -300, 300};
  for (const char *element : {"f32", "f64"}) {
    auto add = [&](const char *text, std::vector<Range> ranges, int calls = 1) {
      cases.push_back({"", withElement(text, element) + "\n", ranges, calls});
    };
    add(kSoftmax, {{Range::Plain, -9, 9}});
    add(kManyRows,
        {{Range::Plain, -9, 9}, {Range::Plain, -9, 9}, {Range::Plain, -9, 9}});
    add(kSoftmaxColumns, {{Range::Plain, -9, 9}});
    add(kLayerNorm, {kUnit, kUnit, kUnit, kUnit});
    add(kLinear, {kUnit, kUnit, kUnit, kUnit});
    add(kMovedProduct, {kWhole, kWhole});
    add(kAttention, {kUnit, kUnit, kUnit});
    add(kConvNet, {kUnit, kUnit, kUnit, kUnit});
    add(kTiledPool, {kUnit, kUnit, kUnit});
    add(kEpilogues, {kUnit, kUnit, kUnit, kUnit, kUnit, kUnit, kUnit});
    add(kComputedGather, {kUnit, indexBelow(13)});
    add(kSortMask, {kUnit});
    add(kManyResults, {kUnit, kUnit});
    add(kAdam, {kUnit, kUnit}, 3);
    add(kInPlace, {kUnit}, 3);
    add(kCell, {kUnit, kUnit, kUnit});
    add(kDropout, {kUnit}, 3);
    add(kMixed, {ints, ints, kTruth});
    add(kManyHeads, {kUnit, kUnit, kUnit, kUnit});
  }
  return cases;
}
