//===- Inputs.h - Arguments given on the command line ---------------------===//
//
// Binds `name=FILE` to the inputs of a function.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_INPUTS_H
#define NNC_RUNTIME_INPUTS_H

#include "nnc/Runtime/Data/Source.h"
#include <map>

namespace nnc::runtime {

/// `name=FILE` arguments by name; throws if one has another form, is given
/// twice, or names no port.
std::map<std::string, std::string>
parseInputs(const std::vector<std::string> &arguments,
            const std::vector<Port> &ports);

/// The array that a specification gives for a port, not yet converted: a
/// number for a scalar, an array of a .npy or .npz, or columns of a .csv.
Array readInput(const std::string &spec, const Port &port,
                const ColumnMap &columns);

/// Throws: these inputs were given nothing.
[[noreturn]] void failMissing(const std::vector<Port> &missing,
                              const std::string &function);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_INPUTS_H
