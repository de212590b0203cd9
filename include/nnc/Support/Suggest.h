//===- Suggest.h - what a misspelt name may have meant ----------*- C++ -*-===//
//
// One measure of likeness for the names of the language and of the command
// line. No LLVM: the library that parses options is built without it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_SUGGEST_H
#define NNC_SUPPORT_SUGGEST_H

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace nnc {

/// The insertions, deletions, replacements and exchanges of neighbours between
/// two words, in either case.
inline size_t editDistance(std::string_view a, std::string_view b) {
  auto same = [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); };
  // Rows of the table of distances between beginnings: the last three.
  std::vector<size_t> row(b.size() + 1), above(row), twoAbove(row);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i != a.size(); ++i) {
    twoAbove.swap(above);
    above.swap(row);
    row[0] = i + 1;
    for (size_t j = 0; j != b.size(); ++j) {
      row[j + 1] = std::min({above[j + 1] + 1, row[j] + 1, above[j] + !same(a[i], b[j])});
      if (i != 0 && j != 0 && same(a[i], b[j - 1]) && same(a[i - 1], b[j]))
        row[j + 1] = std::min(row[j + 1], twoAbove[j - 1] + 1);
    }
  }
  return row.back();
}

/// The candidate that `name` is most likely a misspelling of, the first of
/// equals; empty if none is near enough.
template <typename Candidates>
std::string_view nearestName(std::string_view name, const Candidates &candidates) {
  // Longer words are no slips of the finger, and the measure takes their product.
  constexpr size_t longest = 100;
  size_t best = (name.size() + 1) / 3;
  std::string_view found;
  if (name.size() > longest)
    return found;
  for (const auto &entry : candidates) {
    std::string_view candidate = entry;
    if (candidate == name || candidate.size() > name.size() + best)
      continue;
    size_t distance = editDistance(name, candidate);
    if (distance > best || (!found.empty() && distance == best))
      continue;
    best = distance;
    found = candidate;
  }
  return found;
}

} // namespace nnc

#endif // NNC_SUPPORT_SUGGEST_H
