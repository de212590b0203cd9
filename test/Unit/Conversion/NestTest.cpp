//===- NestTest.cpp - vectors against plain loops -------------------------===//
//
// Every nest of a generated table runs twice, as vectors and as the scalar
// loops of upstream, on the same buffers.
//
//===----------------------------------------------------------------------===//
#include "KernelRunner.h"
#include <gtest/gtest.h>
#include <cmath>
#include <random>

using namespace nnc::test;

namespace nnc::test {
static void PrintTo(const Target &target, std::ostream *os) {
  *os << "bits" << target.bits << (target.strict ? "strict" : "")
      << (target.cacheBytes < 8192 ? "blocks" : "");
}
} // namespace nnc::test

namespace {

struct Operand {
  std::string element;
  std::vector<int64_t> shape;
  std::string map;

  int64_t count() const {
    int64_t n = 1;
    for (int64_t size : shape)
      n *= size;
    return n;
  }
  unsigned width() const { return std::stoi(element.substr(1)) / 8; }
  std::string type() const {
    std::string text = "memref<";
    for (int64_t size : shape)
      text += std::to_string(size) + "x";
    return text + element + ">";
  }
};

/// One kernel of one linalg.generic.
struct Nest {
  std::string name;
  unsigned loops;
  /// One letter per loop: p or r.
  std::string iterators;
  std::vector<Operand> inputs, outputs;
  std::string payload;
  /// Filled with zero before, as reductions are.
  bool fill = false;

  std::string text() const {
    std::string args, types[2], dims, maps, kinds, body, fills, block;
    std::vector<std::string> names[2];
    unsigned number = 0;
    auto join = [](std::string &to, const std::string &what) {
      to += (to.empty() ? "" : ", ") + what;
    };
    for (unsigned i = 0; i != loops; ++i)
      join(dims, "d" + std::to_string(i));
    for (int side = 0; side != 2; ++side) {
      std::string &list = body;
      std::string operands;
      for (const Operand &operand : side == 0 ? inputs : outputs) {
        std::string name = "%b" + std::to_string(number);
        join(args, name + ": " + operand.type());
        join(operands, name);
        join(types[side], operand.type());
        join(maps, "affine_map<(" + dims + ") -> (" + operand.map + ")>");
        join(block, "%e" + std::to_string(number) + ": " + operand.element);
        if (side == 1 && fill)
          fills += "  linalg.fill ins(%zero_" + operand.element + " : " + operand.element +
                   ") outs(" + name + " : " + operand.type() + ")\n";
        ++number;
      }
      if (!operands.empty())
        list += std::string(side == 0 ? " ins(" : " outs(") + operands + " : " + types[side] + ")";
    }
    for (char kind : iterators)
      join(kinds, kind == 'p' ? "\"parallel\"" : "\"reduction\"");
    std::string constants;
    if (fill)
      for (const Operand &operand : outputs)
        constants += "  %zero_" + operand.element + " = arith.constant 0" +
                     (operand.element[0] == 'f' ? ".0" : "") + " : " + operand.element + "\n";
    return "func.func @" + name + "(" + args + ") attributes {kernel.inplace = []} {\n" +
           constants + fills + "  linalg.generic {indexing_maps = [" + maps +
           "], iterator_types = [" + kinds + "]}" + body + " {\n  ^bb0(" + block + "):\n" +
           payload + "  }\n  return\n}\n";
  }
};

std::vector<GuardedBuffer> makeBuffers(const Nest &nest, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<GuardedBuffer> buffers;
  for (const auto *side : {&nest.inputs, &nest.outputs})
    for (const Operand &operand : *side) {
      buffers.emplace_back(operand.count() * operand.width());
      GuardedBuffer &buffer = buffers.back();
      for (int64_t i = 0; i != operand.count(); ++i) {
        double x = std::uniform_real_distribution<double>(-2, 2)(random);
        if (operand.element == "f32")
          buffer.as<float>()[i] = x;
        else if (operand.element == "f64")
          buffer.as<double>()[i] = x;
        else if (operand.element == "i32")
          buffer.as<int32_t>()[i] = x * 50;
        else if (operand.element == "i64")
          buffer.as<int64_t>()[i] = x * 50;
        else
          buffer.as<int8_t>()[i] = x > 0;
      }
    }
  return buffers;
}

template <typename T>
void expectNear(const std::string &name, GuardedBuffer &got, GuardedBuffer &wanted, double tolerance) {
  size_t count = got.size() / sizeof(T);
  for (size_t i = 0; i != count; ++i) {
    double x = got.as<T>()[i], y = wanted.as<T>()[i];
    if (std::isnan(x) && std::isnan(y))
      continue;
    if (!(std::abs(x - y) <= tolerance * (1 + std::abs(y)))) {
      ADD_FAILURE() << name << ": element " << i << " is " << x << ", wanted " << y;
      return;
    }
  }
}

/// Compiles all nests for the target and compares every one with plain loops.
void compare(const std::vector<Nest> &nests, const Target &target) {
  std::string text;
  for (const Nest &nest : nests)
    text += nest.text();
  CompiledKernels plain(text, {0, 16}), vectors(text, target);
  unsigned seed = 1;
  for (const Nest &nest : nests) {
    std::vector<GuardedBuffer> wanted = makeBuffers(nest, ++seed), got = wanted;
    plain.call(nest.name, wanted);
    vectors.call(nest.name, got);
    size_t number = 0;
    for (const auto *side : {&nest.inputs, &nest.outputs})
      for (const Operand &operand : *side) {
        GuardedBuffer &x = got[number], &y = wanted[number];
        ++number;
        if (operand.element == "f32")
          expectNear<float>(nest.name, x, y, 2e-4);
        else if (operand.element == "f64")
          expectNear<double>(nest.name, x, y, 1e-12);
        else
          EXPECT_EQ(memcmp(x.get(), y.get(), x.size()), 0) << nest.name;
      }
  }
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

// Below, at and above the vectors of every target, and their tiles.
const int64_t sizes[] = {1, 3, 8, 17, 33, 100};

/// `op x, y` of the element's family.
std::string binary(const std::string &op, const std::string &element, const std::string &x,
                   const std::string &y, const std::string &result) {
  return "    " + result + " = arith." + op + (element[0] == 'f' ? "f " : "i ") + x + ", " + y +
         " : " + element + "\n";
}

std::string yield(const std::string &element, const std::string &value) {
  return "    linalg.yield " + value + " : " + element + "\n";
}

std::string sumOfTwo(const std::string &element) {
  return binary("mul", element, "%e0", "%e1", "%p") + binary("add", element, "%p", "%e0", "%s") +
         yield(element, "%s");
}

std::string multiplyAdd(const std::string &element) {
  return binary("mul", element, "%e0", "%e1", "%p") + binary("add", element, "%e2", "%p", "%s") +
         yield(element, "%s");
}

std::string n(int64_t value) { return std::to_string(value); }

std::vector<Nest> elementwise(const std::string &t) {
  std::vector<Nest> nests;
  auto add = [&](const std::string &name, std::vector<int64_t> shape, Operand a, Operand b,
                 const std::string &out) {
    Nest nest;
    nest.name = name + "_" + t;
    nest.loops = shape.size();
    nest.iterators = std::string(shape.size(), 'p');
    nest.inputs = {a, b};
    nest.outputs = {{t, shape, out}};
    nest.payload = sumOfTwo(t);
    nests.push_back(nest);
  };
  add("scalar", {}, {t, {}, ""}, {t, {}, ""}, "");
  for (int64_t s : sizes) {
    std::string i = n(s);
    add("flat" + i, {s}, {t, {s}, "d0"}, {t, {s}, "d0"}, "d0");
    add("scale" + i, {s}, {t, {s}, "d0"}, {t, {}, ""}, "d0");
    add("strided" + i, {s}, {t, {3 * s + 1}, "d0 * 3 + 1"}, {t, {s}, "d0"}, "d0");
    add("reversed" + i, {s}, {t, {s}, "-d0 + " + n(s - 1)}, {t, {s}, "d0"}, "d0");
    add("rows" + i, {5, s}, {t, {5, s}, "d0, d1"}, {t, {s}, "d1"}, "d0, d1");
    add("columns" + i, {7, s}, {t, {7, s}, "d0, d1"}, {t, {7}, "d0"}, "d0, d1");
    add("transposed" + i, {s, 9}, {t, {9, s}, "d1, d0"}, {t, {s, 9}, "d0, d1"}, "d0, d1");
    add("transposing" + i, {s, 19}, {t, {s, 19}, "d0, d1"}, {t, {s, 19}, "d0, d1"}, "d0, d1");
    add("unit" + i, {3, 1, s}, {t, {3, 1, s}, "d0, 0, d2"}, {t, {3, 4}, "d0, 2"}, "d0, d1, d2");
    add("deep" + i, {2, 3, 2, s}, {t, {2, 3, 2, s}, "d0, d1, d2, d3"}, {t, {3, s}, "d1, d3"},
        "d0, d1, d2, d3");
    add("five" + i, {2, 3, 2, 2, s}, {t, {2, 2, 3, 2, s}, "d3, d0, d1, d2, d4"},
        {t, {2, 3, 2, 2, s}, "d0, d1, d2, d3, d4"}, "d0, d1, d2, d3, d4");
  }
  // The output transposed; the map has a quotient and a remainder.
  Nest scattered{"scattered_" + t, 2, "pp", {{t, {9, 17}, "d0, d1"}, {t, {17}, "d1"}},
                 {{t, {17, 9}, "d1, d0"}}, sumOfTwo(t)};
  nests.push_back(scattered);
  return nests;
}

std::vector<Nest> reductions(const std::string &t) {
  std::vector<Nest> nests;
  std::vector<std::string> kinds;
  if (t[0] == 'f')
    kinds = {"addf", "maximumf", "minimumf", "mulf"};
  else
    kinds = {"addi", "maxsi", "minsi", "maxui", "minui", "muli", "ori", "andi", "xori"};
  for (const std::string &kind : kinds)
    for (int64_t s : {1, 17, 100})
      // Every combiner meets both; sums meet both at every size.
      for (bool fill : {false, true}) {
        if (kind.substr(0, 3) != "add" && fill == (s == 17))
          continue;
        std::string scale = t[0] == 'f' ? "mulf" : "muli";
        std::string payload = "    %p = arith." + scale + " %e0, %e0 : " + t + "\n    %s = arith." +
                              kind + " %e1, %p : " + t + "\n" + yield(t, "%s");
        if (kind == "mulf" || kind == "muli")
          payload = "    %s = arith." + kind + " %e1, %e0 : " + t + "\n" + yield(t, "%s");
        auto add = [&](const std::string &name, const std::string &iterators, Operand in,
                       Operand out) {
          nests.push_back({kind + "_" + name + n(s) + (fill ? "_filled_" : "_") + t,
                           static_cast<unsigned>(iterators.size()), iterators, {in}, {out}, payload,
                           fill});
        };
        add("all", "r", {t, {s}, "d0"}, {t, {}, ""});
        add("rows", "pr", {t, {6, s}, "d0, d1"}, {t, {6}, "d0"});
        add("columns", "pr", {t, {s, 21}, "d1, d0"}, {t, {21}, "d0"});
        add("wide", "pr", {t, {4, s}, "d1, d0"}, {t, {s}, "d0"});
        add("middle", "ppr", {t, {3, s, 5}, "d0, d2, d1"}, {t, {3, 5}, "d0, d1"});
        add("outer", "prr", {t, {2, 3, s}, "d1, d0, d2"}, {t, {3}, "d0"});
      }
  return nests;
}

std::vector<Nest> contractions(const std::string &t) {
  std::vector<Nest> nests;
  const int64_t shapes[][3] = {
      {1, 1, 1},
      {1, 17, 33},
      {5, 7, 100},
      {16, 16, 16},
      {64, 1, 17},
      {13, 70, 3},
      {30, 33, 600},
      // Few rows of what the small cache does not hold.
      {1, 300, 100},
      {3, 300, 20}};
  auto name = [](const char *form, const int64_t *s) {
    return std::string(form) + n(s[0]) + "x" + n(s[1]) + "x" + n(s[2]) + "_";
  };
  for (const auto &s : shapes) {
    int64_t M = s[0], N = s[1], K = s[2];
    Operand out{t, {M, N}, "d0, d1"};
    std::string payload = multiplyAdd(t);
    auto add = [&](const char *form, Operand a, Operand b) {
      for (bool fill : {false, true})
        nests.push_back({name(form, s) + (fill ? "filled_" : "") + t, 3, "ppr", {a, b}, {out}, payload, fill});
    };
    add("mkkn", {t, {M, K}, "d0, d2"}, {t, {K, N}, "d2, d1"});
    add("kmkn", {t, {K, M}, "d2, d0"}, {t, {K, N}, "d2, d1"});
    add("mknk", {t, {M, K}, "d0, d2"}, {t, {N, K}, "d1, d2"});
    add("kmnk", {t, {K, M}, "d2, d0"}, {t, {N, K}, "d1, d2"});
    nests.push_back({name("batch", s) + t, 4, "pppr", {{t, {3, M, K}, "d0, d1, d3"}, {t, {3, K, N}, "d0, d3, d2"}},
                     {{t, {3, M, N}, "d0, d1, d2"}}, payload});
    nests.push_back({name("two", s) + t, 4, "pprr", {{t, {M, 3, K}, "d0, d2, d3"}, {t, {3, K, N}, "d2, d3, d1"}},
                     {{t, {N, M}, "d1, d0"}}, payload});
  }
  return nests;
}

std::vector<Nest> convolutions(const std::string &t) {
  std::vector<Nest> nests;
  std::string payload = multiplyAdd(t);
  for (int64_t width : {1, 14, 33})
    for (int64_t stride : {1, 2})
      for (int64_t dilation : {1, 2}) {
        int64_t k = 3, high = 4;
        int64_t W = (width - 1) * stride + (k - 1) * dilation + 1;
        int64_t H = (high - 1) * stride + (k - 1) * dilation + 1;
        std::string y = "d2 * " + n(stride) + " + d5 * " + n(dilation);
        std::string x = "d3 * " + n(stride) + " + d6 * " + n(dilation);
        std::string tag = n(width) + "s" + n(stride) + "d" + n(dilation) + "_" + t;
        // n o p q | c kh kw
        Operand in{t, {2, 3, H, W}, "d0, d4, " + y + ", " + x};
        Operand weight{t, {5, 3, k, k}, "d1, d4, d5, d6"};
        Operand out{t, {2, 5, high, width}, "d0, d1, d2, d3"};
        // Bounds of kh and kw come from the weight.
        nests.push_back({"conv" + tag, 7, "pppprrr", {in, weight}, {out}, payload, true});
        // The weight's gradient: o c kh kw | n p q.
        std::string gy = "d5 * " + n(stride) + " + d2 * " + n(dilation);
        std::string gx = "d6 * " + n(stride) + " + d3 * " + n(dilation);
        nests.push_back({"weights" + tag, 7, "pppprrr",
                         {{t, {2, 3, H, W}, "d4, d1, " + gy + ", " + gx},
                          {t, {2, 5, high, width}, "d4, d0, d5, d6"}},
                         {{t, {5, 3, k, k}, "d0, d1, d2, d3"}}, payload, true});
      }
  return nests;
}

/// Indices computed in the payload, bytes, several results.
std::vector<Nest> others() {
  std::vector<Nest> nests;
  for (int64_t s : sizes) {
    std::string i = n(s);
    nests.push_back({"iota" + i, 2, "pp", {}, {{"i32", {3, s}, "d0, d1"}},
                     "    %i = linalg.index 0 : index\n    %j = linalg.index 1 : index\n"
                     "    %m = arith.muli %i, %j : index\n    %s = arith.addi %m, %j : index\n"
                     "    %v = arith.index_cast %s : index to i32\n    linalg.yield %v : i32\n"});
    nests.push_back({"relu" + i, 1, "p", {{"f32", {s}, "d0"}}, {{"i8", {s}, "d0"}, {"f32", {s}, "d0"}},
                     "    %z = arith.constant 0.0 : f32\n    %c = arith.cmpf ogt, %e0, %z : f32\n"
                     "    %r = arith.select %c, %e0, %z : f32\n    %b = arith.extui %c : i1 to i8\n"
                     "    linalg.yield %b, %r : i8, f32\n"});
    nests.push_back({"convert" + i, 1, "p", {{"i32", {s}, "d0"}, {"f32", {s}, "d0"}}, {{"f64", {s}, "d0"}},
                     "    %a = arith.sitofp %e0 : i32 to f64\n    %b = arith.extf %e1 : f32 to f64\n"
                     "    %c = arith.addf %a, %b : f64\n    linalg.yield %c : f64\n"});
    nests.push_back({"best" + i, 2, "pr", {{"f32", {s, 6}, "d1, d0"}}, {{"f32", {6}, "d0"}, {"i32", {6}, "d0"}},
                     "    %c = arith.cmpf ugt, %e0, %e1 : f32\n    %i = linalg.index 1 : index\n"
                     "    %j = arith.index_cast %i : index to i32\n"
                     "    %v = arith.select %c, %e0, %e1 : f32\n    %k = arith.select %c, %j, %e2 : i32\n"
                     "    linalg.yield %v, %k : f32, i32\n"});
    nests.push_back({"bestrow" + i, 2, "pr", {{"f32", {6, s}, "d0, d1"}}, {{"f32", {6}, "d0"}, {"i32", {6}, "d0"}},
                     "    %c = arith.cmpf ugt, %e0, %e1 : f32\n    %i = linalg.index 1 : index\n"
                     "    %j = arith.index_cast %i : index to i32\n"
                     "    %v = arith.select %c, %e0, %e1 : f32\n    %k = arith.select %c, %j, %e2 : i32\n"
                     "    linalg.yield %v, %k : f32, i32\n"});
    nests.push_back({"quotient" + i, 1, "p", {{"f32", {s, 4}, "d0 floordiv 2, d0 mod 2"}}, {{"f32", {s}, "d0"}},
                     "    %c = arith.addf %e0, %e0 : f32\n    linalg.yield %c : f32\n"});
  }
  return nests;
}

/// memref.load in the payload, with an index that is clamped.
std::string gatherText() {
  return R"(
func.func @gather(%i: memref<37xi32>, %x: memref<5x7xf32>, %y: memref<37xf32>) attributes {kernel.inplace = []} {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%i : memref<37xi32>) outs(%y : memref<37xf32>) {
  ^bb0(%e: i32, %o: f32):
    %zero = arith.constant 0 : index
    %two = arith.constant 2 : index
    %six = arith.constant 6 : index
    %j = arith.index_cast %e : i32 to index
    %low = arith.maxsi %j, %zero : index
    %high = arith.minsi %low, %six : index
    %v = memref.load %x[%two, %high] : memref<5x7xf32>
    linalg.yield %v : f32
  }
  return
})";
}

const Target targets[] = {{128, 16}, {256, 16}, {512, 32}, {512, 32, true},
                          // A cache so small that everything is walked in blocks.
                          {512, 32, false, 4096}};

class Nests : public testing::TestWithParam<Target> {};

TEST_P(Nests, Elementwise) {
  for (const char *type : {"f32", "f64", "i32"})
    compare(elementwise(type), GetParam());
}
TEST_P(Nests, Reductions) {
  for (const char *type : {"f32", "f64", "i32"})
    compare(reductions(type), GetParam());
}
TEST_P(Nests, Contractions) {
  for (const char *type : {"f32", "f64", "i32"})
    compare(contractions(type), GetParam());
}
TEST_P(Nests, Convolutions) {
  for (const char *type : {"f32", "f64"})
    compare(convolutions(type), GetParam());
}
TEST_P(Nests, Others) { compare(others(), GetParam()); }

TEST_P(Nests, Gather) {
  Nest shape{"gather", 1, "p", {{"i32", {37}, ""}, {"f32", {5, 7}, ""}}, {{"f32", {37}, ""}}, ""};
  std::vector<GuardedBuffer> wanted = makeBuffers(shape, 3), got = wanted;
  CompiledKernels(gatherText(), {0, 16}).call("gather", wanted);
  CompiledKernels(gatherText(), GetParam()).call("gather", got);
  expectNear<float>("gather", got[2], wanted[2], 0);
}

INSTANTIATE_TEST_SUITE_P(Targets, Nests, testing::ValuesIn(targets),
                         testing::PrintToStringParamName());

} // namespace
