//===- Variables.cpp - A model's variables from and to files --------------===//
//
// Compares a file's tensors with the model's table before any is copied, so
// that one message names everything that is missing.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Weights/Variables.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>

namespace nnc::runtime {

/// At most eight of the names, in quotes.
static std::string shortList(std::vector<std::string> names) {
  size_t count = names.size();
  if (count <= 8)
    return quotedList(names);
  names.resize(8);
  return fmt::format("{} and {} more", quotedList(names), count - 8);
}

/// Whether the name is `part`, or begins with it and a dot.
static bool beginsWith(const std::string &name, const std::string &part) {
  return name.rfind(part, 0) == 0 &&
         (name.size() == part.size() || name[part.size()] == '.');
}

/// Gives the file's tensors the names that --map says.
static void rename(Safetensors &file, const std::string &path,
                   const std::vector<std::string> &map) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string &item : map) {
    size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == item.size())
      failUsage("--map: expected OLD=NEW, found '{}'", item);
    pairs.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    const std::string &old = pairs.back().first;
    if (std::none_of(file.tensors.begin(), file.tensors.end(),
                     [&](const NamedArray &tensor) {
                       return beginsWith(tensor.name, old);
                     }))
      failIn(path, "has no '{}', which --map renames", old);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](auto &a, auto &b) {
    return a.first.size() > b.first.size();
  });
  for (NamedArray &tensor : file.tensors)
    for (const auto &[old, name] : pairs)
      if (beginsWith(tensor.name, old)) {
        tensor.name = name + tensor.name.substr(old.size());
        break;
      }
}

void loadVariables(Instance &instance, const std::string &path,
                   const std::vector<std::string> &map) {
  const nnc_model &model = instance.model();
  Safetensors file = parseSafetensors(readFile(path), path);
  rename(file, path, map);
  std::vector<std::string> missing[3], unknown;
  std::vector<std::pair<size_t, Array>> values;
  for (size_t i = 0; i < model.tensor_count; ++i) {
    const nnc_tensor &tensor = model.tensors[i];
    auto found = std::find_if(
        file.tensors.begin(), file.tensors.end(),
        [&](const NamedArray &item) { return item.name == tensor.name; });
    if (found == file.tensors.end()) {
      missing[tensor.kind].push_back(tensor.name);
      continue;
    }
    if (found->array.shape != shapeOf(tensor))
      failIn(path, "tensor '{}' is {}, and the model's is {}", tensor.name,
             toString(found->array.type, found->array.shape),
             toString(typeOf(tensor), shapeOf(tensor)));
    values.emplace_back(
        i, convert(std::move(found->array), typeOf(tensor), path, tensor.name));
    file.tensors.erase(found);
  }
  // A checkpoint also holds the weights of its best epoch.
  for (const NamedArray &item : file.tensors)
    if (item.name.rfind(bestPrefix, 0) != 0)
      unknown.push_back(item.name);
  if (!missing[NNC_PARAMETER].empty()) {
    std::string hint =
        unknown.empty() ? "" : "; it has " + shortList(unknown) + " instead";
    failIn(path, "parameter{} {} {} missing{}",
           missing[NNC_PARAMETER].size() > 1 ? "s" : "",
           quotedList(missing[NNC_PARAMETER]),
           missing[NNC_PARAMETER].size() > 1 ? "are" : "is", hint);
  }
  if (!missing[NNC_STATE].empty())
    remark(path, "has no state " + shortList(missing[NNC_STATE]) +
                     ", which starts fresh");
  if (!missing[NNC_SLOT].empty())
    remark(path, "has no optimiser slots " + shortList(missing[NNC_SLOT]) +
                     ", which start fresh");
  if (!unknown.empty())
    remark(path,
           "the model has no " + shortList(unknown) + ", which is left out");
  for (const auto &[index, array] : values)
    instance.write(index, array);
}

Safetensors collectVariables(const Instance &instance, Saved saved) {
  const nnc_model &model = instance.model();
  Safetensors file;
  for (size_t i = 0; i < model.tensor_count; ++i)
    if (saved == Saved::WithSlots || model.tensors[i].kind != NNC_SLOT)
      file.tensors.push_back({model.tensors[i].name, instance.read(i)});
  return file;
}

void saveVariables(const Instance &instance, const std::string &path,
                   Saved saved) {
  writeFile(path, formatSafetensors(collectVariables(instance, saved)));
}

} // namespace nnc::runtime
