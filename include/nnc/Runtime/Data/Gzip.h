//===- Gzip.h - Compressed files ------------------------------------------===//
//
// Reads files that may be compressed with gzip.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_GZIP_H
#define NNC_RUNTIME_DATA_GZIP_H

#include "nnc/Runtime/Files.h"

namespace nnc::runtime {

/// What the bytes of a .gz file hold; throws if they are no such file, or one
/// that is cut short or corrupt.
std::vector<std::byte> gunzip(Bytes content, const std::string &where);

/// The path without `.gz`: what a compressed file is, its name says before
/// that.
std::string uncompressedName(const std::string &path);

/// The file's content, uncompressed if it is a .gz.
std::vector<std::byte> readData(const std::string &path);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_GZIP_H
