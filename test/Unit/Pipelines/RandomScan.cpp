//===- RandomScan.cpp - random programs with scans ------------------------===//
//
// Values are tensor<3x4xf32>, scanned arrays have more axes in front. A body is
// written before its scan, which then knows what it slices and captures. Every
// op keeps elements small, whatever the number of turns.
//
//===----------------------------------------------------------------------===//
#include "RandomScan.h"
#include <random>
#include <vector>

using namespace nnc::test;

namespace {

using Dims = std::vector<int64_t>;

/// A value of type tensor<AXESx3x4xf32>.
struct Named {
  std::string name;
  Dims axes;
};

class ScanWriter {
public:
  explicit ScanWriter(uint32_t seed) : random(seed) {}
  std::string write(const std::string &name);

private:
  struct Level {
    Level *outer;
    int64_t turns;
    /// What is bound: `%argument = %operand : type`.
    std::vector<std::string> slices, captures;
  };

  int pick(int count) { return random() % count; }
  const Named &pick(const std::vector<Named> &values) {
    return values[pick(int(values.size()))];
  }
  std::string fresh() { return "%v" + std::to_string(counter++); }
  static std::string typeOf(const Dims &axes, const char *rest = "3x4xf32") {
    std::string text = "tensor<";
    for (int64_t size : axes)
      text += std::to_string(size) + "x";
    return text + rest + ">";
  }
  static std::string join(const std::vector<std::string> &parts) {
    std::string text;
    for (const std::string &part : parts)
      text += (text.empty() ? "" : ", ") + part;
    return text;
  }

  std::string request(Level *level, const Dims &axes, const char *rest = "3x4xf32");
  std::string addOp(std::string &body, Level *level, std::vector<Named> &values);
  void addScan(std::string &body, Level *outer, std::vector<Named> &values, int depth);

  std::mt19937 random;
  int counter = 0;
  std::vector<std::string> arguments;
};

} // namespace

/// A value from outside a level: an input, sliced or captured by each scan.
std::string ScanWriter::request(Level *level, const Dims &axes, const char *rest) {
  std::string name = fresh();
  if (!level) {
    arguments.push_back(name + ": " + typeOf(axes, rest));
    return name;
  }
  Dims outside = axes;
  bool sliced = std::string(rest) == "3x4xf32" && pick(3) != 0;
  if (sliced)
    outside.insert(outside.begin(), level->turns);
  std::string operand = request(level->outer, outside, rest);
  (sliced ? level->slices : level->captures)
      .push_back(name + " = " + operand + " : " + typeOf(outside, rest));
  return name;
}

/// Writes an op, or a few, on values; gives the name of the result.
std::string ScanWriter::addOp(std::string &body, Level *level, std::vector<Named> &values) {
  const std::string type = typeOf({});
  std::string a = pick(values).name, b = pick(values).name, result = fresh(), t = fresh(),
              u = fresh();
  auto line = [&](const std::string &text) { body += "  " + text + "\n"; };
  switch (pick(9)) {
  case 0:
    line(t + " = nn.add " + a + ", " + b + " : " + type);
    line(result + " = nn.tanh " + t + " : " + type);
    break;
  case 1:
    line(result + " = nn.mul " + a + ", " + b + " : " + type);
    break;
  case 2:
    line(result + " = nn.max " + a + ", " + b + " : " + type);
    break;
  case 3:
    line(result + " = nn.neg " + a + " : " + type);
    break;
  case 4: {
    std::string weight = request(level, {}, "4x4xf32");
    line(t + " = nn.contract \"bi,oi->bo\" " + a + ", " + weight +
         " : tensor<3x4xf32>, tensor<4x4xf32> -> " + type);
    line(result + " = nn.tanh " + t + " : " + type);
    break;
  }
  case 5:
    line(t + " = nn.reduce_max " + a + " [1] : " + type + " -> tensor<3xf32>");
    line(u + " = nn.broadcast " + t + " [0] : tensor<3xf32> -> " + type);
    line(result + " = nn.min " + u + ", " + b + " : " + type);
    break;
  case 6:
    line(t + " = nn.constant dense<[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], "
             "[0.9, 1.0, -0.1, -0.2]]> : " + type);
    line(result + " = nn.mul " + a + ", " + t + " : " + type);
    break;
  case 7:
    line(result + " = nn.constant dense<" + (pick(2) ? "0.5" : "[[0.1, 0.2, 0.3, 0.4], "
         "[0.0, 0.0, 0.0, 0.0], [0.9, 1.0, -0.1, -0.2]]") + "> : " + type);
    break;
  case 8:
    line(t + " = nn.reshape " + a + " : " + type + " -> tensor<12xf32>");
    line(u + " = nn.reverse " + t + " [0] : tensor<12xf32>");
    line(result + " = nn.reshape " + u + " : tensor<12xf32> -> " + type);
    break;
  }
  return result;
}

void ScanWriter::addScan(std::string &body, Level *outer, std::vector<Named> &values,
                         int depth) {
  static const int64_t many[] = {1, 2, 3, 4, 5, 6, 7, 8, 17}, few[] = {1, 2, 3, 6};
  Level level{outer, depth == 0 ? many[pick(9)] : few[pick(4)], {}, {}};
  std::string inner, header = "nn.scan " + std::to_string(level.turns);
  if (pick(2))
    header += " reverse";

  std::vector<Named> own;
  std::vector<std::string> carries;
  for (int i = pick(4); i > 0; --i) {
    own.push_back({fresh(), {}});
    std::vector<Named> around;
    for (const Named &value : values)
      if (value.axes.empty())
        around.push_back(value);
    std::string init =
        around.empty() || pick(3) == 0 ? request(outer, {}) : pick(around).name;
    carries.push_back(own.back().name + " = " + init + " : " + typeOf({}));
  }
  size_t numCarries = own.size();
  for (int i = 1 + pick(2); i > 0; --i)
    own.push_back({request(&level, {}), {}});
  std::vector<Named> arrays;
  for (int i = 2 + pick(4); i > 0; --i)
    own.push_back({addOp(inner, &level, own), {}});
  if (depth < 2 && pick(3) == 0) {
    std::vector<Named> all = own;
    addScan(inner, &level, all, depth + 1);
    for (size_t i = own.size(), e = all.size(); i < e; ++i)
      (all[i].axes.empty() ? own : arrays).push_back(all[i]);
    own.push_back({addOp(inner, &level, own), {}});
  }

  std::vector<std::string> next, nextTypes, collects, collectTypes, results, resultTypes;
  std::vector<Named> made;
  for (size_t i = 0; i < numCarries; ++i) {
    next.push_back(pick(own).name);
    nextTypes.push_back(typeOf({}));
    made.push_back({fresh(), {}});
  }
  for (int i = numCarries ? pick(4) : 1 + pick(3); i > 0; --i) {
    const Named &value = !arrays.empty() && pick(2) ? pick(arrays) : pick(own);
    // Often what is carried too.
    bool carried = !next.empty() && pick(3) == 0;
    Dims axes = carried ? Dims() : value.axes;
    collects.push_back(carried ? next[pick(int(next.size()))] : value.name);
    collectTypes.push_back(typeOf(axes));
    axes.insert(axes.begin(), level.turns);
    made.push_back({fresh(), axes});
    resultTypes.push_back(typeOf(axes));
  }
  for (const Named &value : made)
    results.push_back(value.name);
  if (!carries.empty())
    header += " carry(" + join(carries) + ")";
  if (!level.slices.empty())
    header += " over(" + join(level.slices) + ")";
  if (!level.captures.empty())
    header += " with(" + join(level.captures) + ")";
  if (!collects.empty())
    header += " collect(" + join(resultTypes) + ")";
  inner += "  nn.next " + join(next) + (collects.empty() ? "" : " collect " + join(collects)) +
           (next.empty() ? "" : " : " + join(nextTypes)) +
           (collects.empty() ? "" : " collect " + join(collectTypes)) + "\n";
  body += "  " + join(results) + " = " + header + " {\n" + inner + "  }\n";
  values.insert(values.end(), made.begin(), made.end());
}

std::string ScanWriter::write(const std::string &name) {
  std::vector<Named> values{{request(nullptr, {}), {}}};
  std::string body;
  std::vector<Named> results;
  for (int scans = 1 + pick(2); scans > 0; --scans) {
    values[0].name = addOp(body, nullptr, values);
    std::vector<Named> simple{values[0]};
    addScan(body, nullptr, simple, 0);
    results.insert(results.end(), simple.begin() + 1, simple.end());
    // Something that may take the last carries' place.
    for (size_t i = 1; i < simple.size(); ++i)
      if (simple[i].axes.empty() && pick(2))
        values.push_back(simple[i]);
      else if (!simple[i].axes.empty() && pick(2)) {
        std::string negated = fresh(), type = typeOf(simple[i].axes);
        body += "  " + negated + " = nn.neg " + simple[i].name + " : " + type + "\n";
        results.push_back({negated, simple[i].axes});
        if (pick(2))
          results.erase(results.end() - 2);
      }
  }
  results.push_back({addOp(body, nullptr, values), {}});
  std::vector<std::string> names, types;
  for (const Named &value : results) {
    names.push_back(value.name);
    types.push_back(typeOf(value.axes));
  }
  return "nn.entry @" + name + "(" + join(arguments) + ") -> (" + join(types) + ") {\n" + body +
         "  nn.return " + join(names) + " : " + join(types) + "\n}\n";
}

std::string nnc::test::writeRandomScan(const std::string &name, uint32_t seed) {
  return ScanWriter(seed).write(name);
}
