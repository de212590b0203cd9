//===- RandomScan.h - random programs with scans ----------------*- C++ -*-===//
//
// Entries, as text, whose scans carry, slice, capture, collect and nest in all
// the ways that decide where values live.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_PIPELINES_RANDOMSCAN_H
#define NNC_TEST_UNIT_PIPELINES_RANDOMSCAN_H

#include <cstdint>
#include <string>

namespace nnc::test {

/// The text of `nn.entry @name`, the same for the same seed.
std::string writeRandomScan(const std::string &name, uint32_t seed);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_PIPELINES_RANDOMSCAN_H
