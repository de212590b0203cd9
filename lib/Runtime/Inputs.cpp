//===- Inputs.cpp - Arguments given on the command line -------------------===//
//
// Binds `name=FILE` to the inputs of a function.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Inputs.h"
#include "nnc/Runtime/Data/Source.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include <algorithm>
#include <charconv>
#include <filesystem>

namespace nnc::runtime {

std::map<std::string, std::string>
parseInputs(const std::vector<std::string> &arguments,
            const std::vector<Port> &ports) {
  std::map<std::string, std::string> inputs;
  for (const std::string &argument : arguments) {
    size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 ||
        equals + 1 == argument.size())
      failUsage("expected INPUT=FILE, found '{}'", argument);
    std::string name = argument.substr(0, equals);
    if (std::none_of(ports.begin(), ports.end(),
                     [&](const Port &port) { return port.name == name; })) {
      std::vector<std::string> names;
      for (const Port &port : ports)
        names.push_back(port.name);
      failUsage("there is no input '{}'; {}", name,
                names.empty() ? "there are none"
                              : "there is " + quotedList(names));
    }
    if (!inputs.emplace(name, argument.substr(equals + 1)).second)
      failUsage("input '{}' is given twice", name);
  }
  return inputs;
}

/// Parses the whole text as a number of this type.
template <class T>
static std::optional<Array> parseNumber(const std::string &text,
                                        ElementType type) {
  Array array(type, {});
  const char *begin = text.data(), *end = begin + text.size();
  auto [stop, error] = std::from_chars(begin, end, *array.data<T>());
  if (error != std::errc() || stop != end)
    return std::nullopt;
  return array;
}

/// The number that the whole text is, if it is one.
static std::optional<Array> parseScalar(const std::string &text,
                                        const Port &port) {
  if (text == "true" || text == "false") {
    Array array(ElementType::Bool, {});
    *array.data<uint8_t>() = text == "true";
    return array;
  }
  // Digits are read as what they are for; a float may round them.
  if (!isFloat(port.type))
    if (auto whole = parseNumber<int64_t>(text, ElementType::I64))
      return whole;
  return parseNumber<double>(text, ElementType::F64);
}

Array readInput(const std::string &spec, const Port &port,
                const ColumnMap &columns) {
  if (std::optional<Array> number = parseScalar(spec, port)) {
    if (!port.isScalar())
      failUsage("input '{}' is {}, and {} is a number", port.name,
                port.wanted(), spec);
    Array value(port.type, {});
    if (convertValues(*number, value))
      failUsage("input '{}' is {}, and {} is none", port.name,
                nameOf(port.type), spec);
    return value;
  }
  std::error_code none;
  if (port.isScalar() && spec.find(".npz:") == spec.npos &&
      !std::filesystem::exists(spec, none))
    failIn(spec, "is neither a number nor a file, and input '{}' is {}",
           port.name, nameOf(port.type));
  if (!isTable(spec))
    return readArray(spec, port.name);
  auto source = openSource(spec, columns);
  std::optional<Array> values = source->find(port);
  if (!values)
    failIn(spec, "there is no data for input '{}' of {}: {}; {}", port.name,
           port.wanted(), source->wantedFor(port), source->contents());
  return std::move(*values);
}

void failMissing(const std::vector<Port> &missing,
                 const std::string &function) {
  std::string text;
  for (const Port &port : missing)
    text += fmt::format("{}{}=FILE ({})", text.empty() ? "" : ", ", port.name,
                        port.wanted());
  failUsage("'{}' is missing {}", function, text);
}

} // namespace nnc::runtime
