//===- Format.h - .nn text in one style -----------------------------------===//
//
// What `nnc fmt` does to a file.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_FORMAT_H
#define NNC_FRONTEND_TEXT_FORMAT_H

#include "nnc/Frontend/Text/Diagnostics.h"
#include <optional>
#include <string>

namespace nnc {

/// The text of a buffer in the language's style: two spaces of indent, one
/// statement a line, at most one blank line between two. Comments stay where
/// they are, and the user's breaks of long statements too. Formatting the
/// result changes nothing. Nothing if the buffer has syntax errors, which
/// `diags` then has.
std::optional<std::string> formatBuffer(unsigned bufferID,
                                        DiagnosticEngine &diags);

} // namespace nnc

#endif // NNC_FRONTEND_TEXT_FORMAT_H
