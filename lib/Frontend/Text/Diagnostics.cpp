//===- Diagnostics.cpp - located messages about .nn files -----------------===//
//
// Sorting, places and the printed form. A malformed byte counts as one
// character, so that a place can be named in any file.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/Diagnostics.h"
#include "UTF8.h"
#include "nnc/Support/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Unicode.h"
#include <cstdlib>

using namespace nnc;
using llvm::raw_ostream;
using llvm::SMLoc;
using llvm::StringRef;
using llvm::Twine;

/// More than anyone reads. What a broken file adds beyond is only counted.
static constexpr unsigned maxKept = 1000;

/// Lines longer than this are shown in part.
static constexpr size_t maxShownLine = 1000;
static constexpr size_t shownAroundCaret = 60;

static constexpr StringRef byteOrderMark = "\xEF\xBB\xBF";

Diagnostic &Diagnostic::attachNote(SMLoc loc, const Twine &message) {
  notes.push_back({loc, message.str()});
  return *this;
}

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

llvm::ErrorOr<unsigned> DiagnosticEngine::addFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return buffer.getError();
  return sources.AddNewSourceBuffer(std::move(*buffer), SMLoc());
}

unsigned DiagnosticEngine::addBuffer(StringRef name, StringRef text,
                                     unsigned hidden) {
  unsigned id = sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(text, name), SMLoc());
  hiddenLines[id] = hidden;
  return id;
}

StringRef DiagnosticEngine::getText(unsigned bufferID) const {
  return sources.getMemoryBuffer(bufferID)->getBuffer();
}

StringRef DiagnosticEngine::getName(unsigned bufferID) const {
  return sources.getMemoryBuffer(bufferID)->getBufferIdentifier();
}

/// Moves over one character.
static const char *skipCharacter(const char *pointer, const char *end) {
  return pointer + std::max(1u, getCharacterLength(pointer, end));
}

/// The first character of a line: a byte order mark is none.
static const char *skipMark(const char *lineBegin, StringRef text) {
  if (lineBegin == text.begin() && text.starts_with(byteOrderMark))
    return lineBegin + byteOrderMark.size();
  return lineBegin;
}

LineColumn DiagnosticEngine::getLineColumn(SMLoc loc) const {
  unsigned bufferID = loc.isValid() ? sources.FindBufferContainingLoc(loc) : 0;
  if (bufferID == 0)
    return {};
  const auto &buffer = sources.getBufferInfo(bufferID);
  StringRef text = buffer.Buffer->getBuffer();
  const char *pointer = loc.getPointer();
  unsigned line = buffer.getLineNumber(pointer);
  if (last.bufferID != bufferID || last.line != line || pointer < last.pointer)
    last = {bufferID, line, 1,
            skipMark(buffer.getPointerForLineNumber(line), text)};
  for (; last.pointer < pointer; ++last.column)
    last.pointer = skipCharacter(last.pointer, text.end());
  unsigned hidden = hiddenLines.lookup(bufferID);
  return {buffer.Buffer->getBufferIdentifier(),
          line > hidden ? line - hidden : 1, last.column};
}

SMLoc DiagnosticEngine::getLoc(StringRef file, unsigned line,
                               unsigned column) const {
  for (unsigned id = 1; id <= sources.getNumBuffers(); ++id) {
    if (getName(id) != file)
      continue;
    const char *pointer =
        sources.getBufferInfo(id).getPointerForLineNumber(
            line + hiddenLines.lookup(id));
    if (!pointer)
      return SMLoc();
    StringRef text = getText(id);
    pointer = skipMark(pointer, text);
    for (; column > 1 && pointer < text.end() && *pointer != '\n'; --column)
      pointer = skipCharacter(pointer, text.end());
    return SMLoc::getFromPointer(pointer);
  }
  return SMLoc();
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

Diagnostic &DiagnosticEngine::report(Severity severity, SMLoc loc,
                                     const Twine &message) {
  if (diagnostics.size() == maxKept) {
    overflow = Diagnostic();
    return overflow;
  }
  diagnostics.push_back({severity, loc, message.str(), {}});
  return diagnostics.back();
}

Diagnostic &DiagnosticEngine::error(SMLoc loc, const Twine &message) {
  ++numErrors;
  return report(Severity::Error, loc, message);
}

Diagnostic &DiagnosticEngine::warning(SMLoc loc, const Twine &message) {
  return report(Severity::Warning, loc, message);
}

llvm::SmallVector<const Diagnostic *> DiagnosticEngine::getSorted() const {
  struct Entry {
    unsigned bufferID;
    const Diagnostic *diagnostic;
  };
  llvm::SmallVector<Entry> entries;
  for (const Diagnostic &diagnostic : diagnostics) {
    SMLoc loc = diagnostic.loc;
    entries.push_back({loc.isValid() ? sources.FindBufferContainingLoc(loc) : 0,
                       &diagnostic});
  }
  llvm::stable_sort(entries, [](const Entry &lhs, const Entry &rhs) {
    return std::pair(lhs.bufferID, lhs.diagnostic->loc.getPointer()) <
           std::pair(rhs.bufferID, rhs.diagnostic->loc.getPointer());
  });

  llvm::SmallVector<const Diagnostic *> sorted;
  for (const Entry &entry : entries) {
    const Diagnostic *next = entry.diagnostic;
    bool isRepeated = false;
    for (const Diagnostic *earlier : llvm::reverse(sorted)) {
      if (earlier->loc != next->loc)
        break;
      isRepeated |= earlier->severity == next->severity &&
                    earlier->message == next->message;
    }
    if (!isRepeated)
      sorted.push_back(next);
  }
  return sorted;
}

/// Prints a character, made visible or harmless, and returns its width.
static int printCharacter(raw_ostream &os, StringRef character) {
  int width = llvm::sys::unicode::columnWidthUTF8(character);
  if (character == "\t" || width >= 0) {
    os << character;
    return width;
  }
  os << "\uFFFD";
  return 1;
}

void DiagnosticEngine::printLine(raw_ostream &os, SMLoc loc) const {
  StringRef text = getText(sources.FindBufferContainingLoc(loc));
  const char *caret = loc.getPointer();
  const char *begin = caret;
  while (begin > text.begin() && begin[-1] != '\n')
    --begin;
  StringRef line = StringRef(begin, text.end() - begin).take_until([](char c) {
    return c == '\n';
  });
  line = line.rtrim('\r');
  begin = skipMark(begin, text);

  const char *end = std::max(begin, line.end());
  bool isCut = line.size() > maxShownLine;
  if (isCut) {
    auto isContinuation = [](char c) { return (c & 0xC0) == 0x80; };
    if (caret > begin + shownAroundCaret)
      begin = caret - shownAroundCaret;
    while (begin < caret && isContinuation(*begin))
      ++begin;
    if (caret + shownAroundCaret < end)
      end = caret + shownAroundCaret;
    while (end < line.end() && isContinuation(*end))
      ++end;
  }

  std::string padding;
  for (const char *next = begin; next < end;) {
    const char *after = std::min(skipCharacter(next, end), end);
    StringRef character(next, after - next);
    int width = printCharacter(os, character);
    if (next < caret)
      padding += character == "\t" ? "\t" : std::string(width, ' ');
    next = after;
  }
  os << (isCut && end < line.end() ? " ...\n" : "\n");
  os << padding;
  os.changeColor(raw_ostream::GREEN, /*Bold=*/true) << '^';
  os.resetColor() << '\n';
}

void DiagnosticEngine::printHeader(raw_ostream &os, SMLoc loc, StringRef label,
                                   raw_ostream::Colors color,
                                   StringRef message) const {
  LineColumn place = getLineColumn(loc);
  os.changeColor(raw_ostream::SAVEDCOLOR, /*Bold=*/true);
  if (place.line != 0)
    os << place.file << ':' << place.line << ':' << place.column << ": ";
  os.changeColor(color, /*Bold=*/true) << label << ": ";
  os.resetColor() << message << '\n';
}

void DiagnosticEngine::print(raw_ostream &os) const {
  const char *noColor = std::getenv("NO_COLOR");
  os.enable_colors(os.is_displayed() && os.has_colors() &&
                   (!noColor || !*noColor));

  unsigned numPrinted = 0, numHidden = 0, numWarnings = 0;
  for (const Diagnostic *diagnostic : getSorted()) {
    if (!printed.insert(diagnostic).second)
      continue;
    bool isError = diagnostic->severity == Severity::Error;
    numWarnings += !isError;
    if (numPrinted == maxErrors) {
      numHidden += isError;
      continue;
    }
    numPrinted += isError;
    printHeader(os, diagnostic->loc, isError ? "error" : "warning",
                isError ? raw_ostream::RED : raw_ostream::MAGENTA,
                diagnostic->message);
    if (getLineColumn(diagnostic->loc).line != 0)
      printLine(os, diagnostic->loc);
    for (const Note &note : diagnostic->notes)
      printHeader(os, note.loc, "note", raw_ostream::CYAN, note.message);
  }
  if (numHidden != 0)
    os << "too many errors: " << numHidden << " more "
       << (numHidden == 1 ? "is" : "are") << " not shown\n";
  if (numWarnings != 0)
    os << numWarnings << (numWarnings == 1 ? " warning" : " warnings")
       << " generated\n";
}

//===----------------------------------------------------------------------===//
// Suggestions
//===----------------------------------------------------------------------===//

StringRef nnc::suggest(StringRef name, llvm::ArrayRef<StringRef> candidates) {
  return nearestName(name, candidates);
}

std::string nnc::didYouMean(StringRef name,
                            llvm::ArrayRef<StringRef> candidates) {
  StringRef found = suggest(name, candidates);
  return found.empty() ? std::string()
                       : ("; did you mean '" + found + "'?").str();
}
