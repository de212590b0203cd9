//===- Variables.h - A model's variables from and to files ----------------===//
//
// Fills an instance from a safetensors file and writes it to one.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_WEIGHTS_VARIABLES_H
#define NNC_RUNTIME_WEIGHTS_VARIABLES_H

#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Weights/Safetensors.h"

namespace nnc::runtime {

/// What the names of a checkpoint's second set of weights begin with.
inline constexpr std::string_view bestPrefix = "best/";

/// Which variables are written.
enum class Saved { Weights, WithSlots };

/// Copies the file's tensors into the instance. A missing parameter and a
/// wrong shape are errors; missing state and optimiser slots keep their
/// initial values and unknown tensors are left out, each with a remark. On an
/// error the instance is as it was. `map` holds OLD=NEW: a tensor called OLD,
/// or OLD and more behind a dot, is the variable NEW, or NEW and the same; the
/// longest OLD counts.
void loadVariables(Instance &instance, const std::string &path,
                   const std::vector<std::string> &map = {});

/// Parameters and state, and optimiser slots if wanted, in the table's order.
Safetensors collectVariables(const Instance &instance, Saved saved);

void saveVariables(const Instance &instance, const std::string &path,
                   Saved saved);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_WEIGHTS_VARIABLES_H
