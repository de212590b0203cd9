//===- Diagnostics.h - located messages about .nn files -------------------===//
//
// Collects what the front end has to say and prints it in source order.
//
// The engine owns the source buffers (the main file, its imports, the embedded
// library). Messages are kept until `print`, so that a stage which finds
// mistakes out of order still reports them from top to bottom, each once.
// Columns count characters, not bytes.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_DIAGNOSTICS_H
#define NNC_FRONTEND_TEXT_DIAGNOSTICS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/ErrorOr.h"
#include "llvm/Support/SMLoc.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <deque>
#include <string>

namespace nnc {

enum class Severity : uint8_t { Error, Warning };

/// A second place that an error or warning speaks of.
struct Note {
  llvm::SMLoc loc;
  std::string message;
};

/// One error or warning with its notes.
struct Diagnostic {
  Severity severity = Severity::Error;
  /// May be invalid: the message is then printed without a place.
  llvm::SMLoc loc;
  std::string message;
  llvm::SmallVector<Note, 1> notes;

  /// Adds the place where the other fact came from. Returns itself, so that
  /// several can be chained.
  Diagnostic &attachNote(llvm::SMLoc loc, const llvm::Twine &message);
};

/// A place as the user counts: line and character from 1.
struct LineColumn {
  llvm::StringRef file;
  unsigned line = 0;
  unsigned column = 0;
};

class DiagnosticEngine {
public:
  /// How many errors are printed before the rest is only counted.
  static constexpr unsigned maxErrors = 20;

  DiagnosticEngine() = default;
  DiagnosticEngine(const DiagnosticEngine &) = delete;
  DiagnosticEngine &operator=(const DiagnosticEngine &) = delete;

  //===--------------------------------------------------------------------===//
  // Sources
  //===--------------------------------------------------------------------===//

  /// Reads a file (`-` is stdin) and returns its number.
  llvm::ErrorOr<unsigned> addFile(llvm::StringRef path);
  /// Adds text that is not in a file, under the name that messages show. Its
  /// first `hiddenLines` are not the user's, and not counted.
  unsigned addBuffer(llvm::StringRef name, llvm::StringRef text,
                     unsigned hiddenLines = 0);

  const llvm::SourceMgr &getSourceMgr() const { return sources; }
  /// The text and the name of buffer `bufferID`.
  llvm::StringRef getText(unsigned bufferID) const;
  llvm::StringRef getName(unsigned bufferID) const;

  /// Where `loc` is; the line is 0 if it is in no buffer.
  LineColumn getLineColumn(llvm::SMLoc loc) const;
  /// The reverse; invalid if there is no such place.
  llvm::SMLoc getLoc(llvm::StringRef file, unsigned line,
                     unsigned column) const;

  //===--------------------------------------------------------------------===//
  // Messages
  //===--------------------------------------------------------------------===//

  /// Keeps a message: lower case, no full stop. The result stays valid as long
  /// as the engine, for `attachNote`.
  Diagnostic &error(llvm::SMLoc loc, const llvm::Twine &message);
  Diagnostic &warning(llvm::SMLoc loc, const llvm::Twine &message);

  bool hasErrors() const { return numErrors != 0; }
  unsigned getNumErrors() const { return numErrors; }
  /// All messages in source order, each once.
  llvm::SmallVector<const Diagnostic *> getSorted() const;

  /// Prints all messages that it has not printed yet, and how many warnings
  /// there were; colour only where `os` is a terminal and NO_COLOR is not set.
  void print(llvm::raw_ostream &os) const;

private:
  Diagnostic &report(Severity severity, llvm::SMLoc loc,
                     const llvm::Twine &message);
  void printHeader(llvm::raw_ostream &os, llvm::SMLoc loc,
                   llvm::StringRef label, llvm::raw_ostream::Colors color,
                   llvm::StringRef message) const;
  void printLine(llvm::raw_ostream &os, llvm::SMLoc loc) const;

  llvm::SourceMgr sources;
  /// Of buffers that begin with lines that are not counted.
  llvm::SmallDenseMap<unsigned, unsigned> hiddenLines;
  std::deque<Diagnostic> diagnostics;
  /// Takes what a broken file says beyond any use.
  Diagnostic overflow;
  unsigned numErrors = 0;

  /// The last place asked for: a walk along a line counts each character once.
  struct LastPlace {
    unsigned bufferID = 0;
    unsigned line = 0;
    unsigned column = 0;
    const char *pointer = nullptr;
  };
  mutable LastPlace last;
  mutable llvm::DenseSet<const Diagnostic *> printed;
};

/// The candidate that `name` is most likely a misspelling of, or empty if none
/// is near enough.
llvm::StringRef suggest(llvm::StringRef name,
                        llvm::ArrayRef<llvm::StringRef> candidates);

/// "; did you mean 'x'?", or empty.
std::string didYouMean(llvm::StringRef name,
                       llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace nnc

#endif // NNC_FRONTEND_TEXT_DIAGNOSTICS_H
