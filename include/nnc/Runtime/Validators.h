//===- Validators.h - What an option's value may be -----------------------===//
//
// Checks of values for CLI11, which all refuse in the same words: what was
// expected, and what was found.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_VALIDATORS_H
#define NNC_RUNTIME_VALIDATORS_H

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace nnc::runtime {

/// Parses the whole text; false if it is no number of the type.
template <class T>
bool parseAll(const std::string &text, T &number) {
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

/// CLI11's message in words of ours: lower case, one line, no full stop.
std::string explained(std::string message);

/// A check that `good` holds.
template <class Good>
CLI::Validator expecting(const std::string &what, Good good) {
  return CLI::Validator(
      [what, good](std::string &text) {
        return good(text) ? std::string()
                          : "expected " + what + ", found '" + text + "'";
      },
      "");
}

/// A whole number between two others, or from the first on.
template <class T = int64_t>
CLI::Validator wholeNumber(T least, T most = std::numeric_limits<T>::max()) {
  std::string range = "from " + std::to_string(least) +
                      (most == std::numeric_limits<T>::max()
                           ? " on"
                           : " to " + std::to_string(most));
  return expecting("a whole number " + range,
                   [least, most](const std::string &text) {
                     T number;
                     return parseAll(text, number) && number >= least &&
                            number <= most;
                   });
}

/// A number of seconds to spend.
inline CLI::Validator positiveNumber() {
  return expecting("a number above 0", [](const std::string &text) {
    double number;
    return parseAll(text, number) && number > 0 &&
           number <= std::numeric_limits<double>::max();
  });
}

} // namespace nnc::runtime

#endif // NNC_RUNTIME_VALIDATORS_H
