//===- Optimizations.h - what can be left out, one by one -------*- C++ -*-===//
//
// The one list of what the compiler does only to save time or memory. Each can
// be left out by name, so that tests find what one hides of another: every
// combination computes the same. No LLVM: the command line knows the list too.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_OPTIMIZATIONS_H
#define NNC_SUPPORT_OPTIMIZATIONS_H

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace nnc {

enum class Optimization {
  // Graphs and which ops make a kernel.
  Scans,
  Fusion,
  Repeats,
  Chains,
  Slices,
  // The nests of a kernel and their buffers.
  Invariants,
  Winograd,
  Panels,
  Epilogues,
  Images,
  Rows,
  Joins,
  Windows,
  Scratch,
  // Calls and their memory.
  InPlace,
  Order,
  // The loops of a nest.
  Vectors,
  Transposes,
  Strides,
  Blocks,
  Tasks,
};

struct OptimizationInfo {
  Optimization what;
  std::string_view name, does;
};

/// In the order of the enumeration.
inline constexpr OptimizationInfo kOptimizations[] = {
    {Optimization::Scans, "scans", "loops lose what nothing needs, and short ones are unrolled"},
    {Optimization::Fusion, "fusion", "several ops are one kernel"},
    {Optimization::Repeats, "repeats", "cheap values are computed where they are read"},
    {Optimization::Chains, "chains", "of values that follow from each other one is stored"},
    {Optimization::Slices, "slices", "stacks of products are walked slice by slice"},
    {Optimization::Invariants, "invariants", "operands that never change are packed once"},
    {Optimization::Winograd, "winograd", "windows of 3 by 3 are multiplied in Winograd's form"},
    {Optimization::Panels, "panels", "operands of products are packed into panels"},
    {Optimization::Epilogues, "epilogues", "what follows a product is computed before it leaves registers"},
    {Optimization::Images, "images", "gradients by a window's weight take some images at a time"},
    {Optimization::Rows, "rows", "a few rows go through all stages of a kernel together"},
    {Optimization::Joins, "joins", "parts of an array are computed where they are joined"},
    {Optimization::Windows, "windows", "gradients of windows that tile are computed window by window"},
    {Optimization::Scratch, "scratch", "temporaries of a kernel share memory"},
    {Optimization::InPlace, "in-place", "results take over the memory of operands"},
    {Optimization::Order, "order", "calls that free memory run early"},
    {Optimization::Vectors, "vectors", "loops are made of vectors"},
    {Optimization::Transposes, "transposes", "tiles are transposed in registers"},
    {Optimization::Strides, "strides", "lanes a few elements apart are sorted in registers"},
    {Optimization::Blocks, "blocks", "sums and rows are walked in blocks that stay in a cache"},
    {Optimization::Tasks, "tasks", "large kernels are shared between threads"},
};

/// Those that are made: all, but for what is dropped.
class Optimizations {
public:
  /// `what` alone.
  static constexpr Optimizations only(Optimization what) {
    Optimizations all;
    all.dropped = ~bit(what);
    return all;
  }
  static constexpr Optimizations without(Optimization what) {
    Optimizations all;
    all.dropped = bit(what);
    return all;
  }

  constexpr bool has(Optimization what) const { return (dropped & bit(what)) == 0; }

  void drop(Optimization what) { dropped |= bit(what); }
  /// Drops what has a name; false if nothing has.
  bool drop(std::string_view name) {
    for (const OptimizationInfo &each : kOptimizations)
      if (each.name == name) {
        drop(each.what);
        return true;
      }
    return false;
  }
  /// Drops what has these names; the first that nothing has, or empty.
  template <typename Names>
  std::string dropAll(const Names &names) {
    for (const std::string &name : names)
      if (!drop(name))
        return name;
    return "";
  }

  std::vector<std::string> getDropped() const {
    std::vector<std::string> names;
    for (const OptimizationInfo &each : kOptimizations)
      if (!has(each.what))
        names.emplace_back(each.name);
    return names;
  }

private:
  static constexpr uint32_t bit(Optimization what) { return uint32_t(1) << static_cast<unsigned>(what); }

  uint32_t dropped = 0;
};

/// All names, as messages list them.
inline std::string listOptimizations() {
  std::string list;
  for (const OptimizationInfo &each : kOptimizations)
    list += (list.empty() ? "" : ", ") + std::string(each.name);
  return list;
}

} // namespace nnc

#endif // NNC_SUPPORT_OPTIMIZATIONS_H
