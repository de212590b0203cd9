//===- ObjectInfo.cpp - the models in an object file ----------------------===//
//
// A model is known by its table of tensors, PREFIX_tensors, which the header
// declares too. The table says nothing of the capacity of its names; the one
// for which every row makes sense is taken.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/ObjectInfo.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Object/SymbolSize.h"
#include "llvm/Object/Wasm.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace nnc;
using object::ObjectFile;

template <typename... Args>
static Error makeError(const char *format, Args... args) {
  return createStringError(inconvertibleErrorCode(), format, args...);
}

//===----------------------------------------------------------------------===//
// The table of tensors
//===----------------------------------------------------------------------===//

/// A row behind its name: type, kind, rank, shape[8], bytes.
static constexpr size_t kFieldBytes = 4 * 3 + 4 + 8 * 8 + 8;

static uint64_t elementBytes(int32_t type) {
  const uint64_t sizes[] = {0, 4, 8, 1, 1, 2, 4, 8, 1};
  return type >= 1 && type <= 8 ? sizes[type] : 0;
}

static std::optional<ModelInterface::Tensor>
readRow(StringRef row, size_t capacity, endianness order) {
  auto number = [&](size_t offset) {
    return support::endian::read<int32_t>(row.data() + capacity + offset,
                                          order);
  };
  auto wide = [&](size_t offset) {
    return support::endian::read<int64_t>(row.data() + capacity + offset,
                                          order);
  };
  ModelInterface::Tensor tensor = {};
  StringRef name = row.take_front(capacity);
  size_t end = name.find('\0');
  if (end == 0 || end == StringRef::npos ||
      name.drop_front(end).find_first_not_of('\0') != StringRef::npos)
    return std::nullopt;
  tensor.name = name.take_front(end).str();
  int32_t type = number(0), rank = number(8);
  tensor.type = ElementCode(type);
  tensor.kind = number(4);
  uint64_t bytes = elementBytes(type);
  if (bytes == 0 || tensor.kind < 0 || tensor.kind > 2 || rank < 0 || rank > 8)
    return std::nullopt;
  for (int32_t axis = 0; axis < rank; ++axis) {
    tensor.shape.push_back(wide(16 + 8 * axis));
    bytes *= tensor.shape.back();
  }
  tensor.bytes = wide(16 + 8 * 8);
  if (tensor.bytes != bytes)
    return std::nullopt;
  return tensor;
}

/// Answers whether the bytes are a table.
static bool readTable(StringRef bytes, endianness order,
                      std::vector<ModelInterface::Tensor> &tensors) {
  // What a model without tensors has in place of a table.
  if (bytes.find_first_not_of('\0') == StringRef::npos)
    return bytes.size() >= 64 + kFieldBytes;
  for (size_t capacity = 64; capacity + kFieldBytes <= bytes.size();
       capacity += 8) {
    size_t rowBytes = capacity + kFieldBytes;
    if (bytes.size() % rowBytes != 0)
      continue;
    tensors.clear();
    for (size_t at = 0; at != bytes.size(); at += rowBytes) {
      auto tensor = readRow(bytes.substr(at, rowBytes), capacity, order);
      if (!tensor)
        break;
      tensors.push_back(std::move(*tensor));
    }
    if (tensors.size() == bytes.size() / rowBytes)
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

namespace {
struct Symbol {
  std::string name;
  object::SymbolRef ref;
  uint64_t size;
};
} // namespace

static std::vector<Symbol> collectSymbols(const ObjectFile &file) {
  std::vector<std::pair<object::SymbolRef, uint64_t>> found;
  if (auto *elf = dyn_cast<object::ELFObjectFileBase>(&file)) {
    for (const object::ELFSymbolRef &symbol : elf->symbols())
      found.emplace_back(symbol, symbol.getSize());
    // A stripped library still exports its functions.
    if (found.empty())
      for (const object::ELFSymbolRef &symbol : elf->getDynamicSymbolIterators())
        found.emplace_back(symbol, symbol.getSize());
  } else if (auto *wasm = dyn_cast<object::WasmObjectFile>(&file)) {
    for (const object::SymbolRef &symbol : wasm->symbols())
      found.emplace_back(symbol, wasm->getSymbolSize(symbol));
  } else {
    found = object::computeSymbolSizes(file);
  }
  std::vector<Symbol> symbols;
  for (auto &[symbol, size] : found) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags) {
      consumeError(name.takeError());
      consumeError(flags.takeError());
      continue;
    }
    if ((*flags & object::SymbolRef::SF_Undefined) ||
        !(*flags & object::SymbolRef::SF_Global))
      continue;
    if (file.isMachO())
      name->consume_front("_");
    symbols.push_back({name->str(), symbol, size});
  }
  return symbols;
}

/// WebAssembly places data in segments, not at addresses.
static StringRef contentOf(const object::WasmObjectFile &file,
                           const Symbol &symbol) {
  const object::WasmSymbol &described = file.getWasmSymbol(symbol.ref);
  if (!described.isTypeData())
    return {};
  const wasm::WasmDataReference &place = described.Info.DataRef;
  if (place.Segment >= file.dataSegments().size())
    return {};
  StringRef content =
      toStringRef(file.dataSegments()[place.Segment].Data.Content);
  if (place.Offset > content.size() ||
      place.Size > content.size() - place.Offset)
    return {};
  return content.substr(place.Offset, place.Size);
}

/// The bytes that a symbol stands for; empty if it has none in the file.
static StringRef contentOf(const Symbol &symbol) {
  if (auto *wasm = dyn_cast<object::WasmObjectFile>(symbol.ref.getObject()))
    return contentOf(*wasm, symbol);
  Expected<object::section_iterator> section = symbol.ref.getSection();
  Expected<uint64_t> address = symbol.ref.getAddress();
  if (!section || !address ||
      *section == symbol.ref.getObject()->section_end()) {
    consumeError(section.takeError());
    consumeError(address.takeError());
    return {};
  }
  Expected<StringRef> content = (*section)->getContents();
  if (!content) {
    consumeError(content.takeError());
    return {};
  }
  uint64_t offset = *address - (*section)->getAddress();
  if (offset > content->size() || symbol.size > content->size() - offset)
    return {};
  return content->substr(offset, symbol.size);
}

static void readModels(const ObjectFile &file,
                       std::vector<ObjectModel> &models) {
  std::vector<Symbol> symbols = collectSymbols(file);
  auto has = [&](const std::string &name) {
    return any_of(symbols, [&](const Symbol &s) { return s.name == name; });
  };
  for (const Symbol &table : symbols) {
    StringRef prefix = table.name;
    if (!prefix.consume_back("_tensors") || !has((prefix + "_init").str()) ||
        !has((prefix + "_set_parallel").str()))
      continue;
    ObjectModel model;
    model.prefix = prefix.str();
    model.format = file.getFileFormatName().str();
    endianness order =
        file.isLittleEndian() ? endianness::little : endianness::big;
    if (!readTable(contentOf(table), order, model.tensors))
      continue;
    for (const object::SectionRef &section : file.sections())
      if (section.isText())
        model.codeBytes += section.getSize();
      else if (section.isData() && !section.isBSS())
        model.dataBytes += section.getSize();
    for (const Symbol &symbol : symbols) {
      StringRef name = symbol.name;
      if (name.consume_front(prefix) && name.consume_front("_") &&
          !is_contained({"init", "read", "report", "set_parallel", "status",
                         "tensors", "write"},
                        name))
        model.functions.push_back(name.str());
    }
    llvm::sort(model.functions);
    models.push_back(std::move(model));
  }
}

bool nnc::isObject(StringRef content) {
  switch (identify_magic(content)) {
  case file_magic::unknown:
  case file_magic::bitcode:
    return false;
  default:
    return true;
  }
}

Expected<std::vector<ObjectModel>> nnc::readObject(MemoryBufferRef file) {
  std::vector<ObjectModel> models;
  auto binary = object::createBinary(file);
  if (!binary)
    return binary.takeError();
  if (auto *archive = dyn_cast<object::Archive>(binary->get())) {
    Error error = Error::success();
    for (const object::Archive::Child &child : archive->children(error)) {
      auto member = child.getAsBinary();
      if (!member) {
        consumeError(member.takeError());
        continue;
      }
      if (auto *object = dyn_cast<ObjectFile>(member->get()))
        readModels(*object, models);
    }
    if (error)
      return error;
  } else if (auto *object = dyn_cast<ObjectFile>(binary->get())) {
    readModels(*object, models);
  }
  if (models.empty())
    return makeError("there is no model of nnc in it");
  return models;
}
