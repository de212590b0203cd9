//===- Report.cpp - build --emit=report -----------------------------------===//
//
// One page of HTML with drawings in SVG: no scripts, no styles from elsewhere.
//
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "Model.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/Liveness.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

void Report::addKernels(ModuleOp module) {
  for (auto function : module.getOps<kernel::FuncOp>()) {
    Kernel &kernel = kernels[function.getSymName()];
    if (auto backend = function->getAttrOfType<StringAttr>("kernel.backend"))
      kernel.backend = backend.str();
    llvm::MapVector<StringRef, unsigned> counts;
    function.walk([&](Operation *op) {
      if (op == function || op->hasTrait<OpTrait::IsTerminator>())
        return;
      kernel.flops += countFlops(op);
      ++counts[op->getName().stripDialect()];
    });
    for (auto [name, count] : counts)
      kernel.ops += (kernel.ops.empty() ? "" : ", ") + name.str() +
                    (count > 1 ? " ×" + std::to_string(count) : "");
  }
}

static std::string placeText(Location loc) {
  FileLineColLoc place = findUserPlace(loc);
  // Not where the model lies: the page is the same wherever it is built.
  return place ? (llvm::sys::path::filename(place.getFilename()) + ":" + Twine(place.getLine())).str() : "";
}

/// The kernel as it was before its calls were told apart.
static std::string getSourceName(kernel::CallOp call) {
  Operation *kernel = SymbolTable::lookupNearestSymbolFrom(call, call.getKernelAttr());
  auto source = kernel ? kernel->getAttrOfType<StringAttr>(kCopyOfAttrName) : StringAttr();
  return source ? source.str() : call.getKernel().str();
}

void Report::addPlan(ModuleOp module, const ModelInterface &interface) {
  for (const ModelInterface::Function &described : interface.functions) {
    auto graph = module.lookupSymbol<FunctionOpInterface>(described.name);
    Function function{described.name, described.isStep, {}, {}};
    BufferLiveness liveness(graph);
    DenseMap<Operation *, size_t> numbers;
    // Time in the drawing counts calls, not all ops.
    SmallVector<int64_t> times;
    graph.walk([&](kernel::CallOp call) {
      numbers[call] = times.size();
      times.push_back(liveness.getTime(call));
    });
    auto callAt = [&](int64_t time) {
      return std::distance(times.begin(), llvm::upper_bound(times, time)) - 1;
    };
    graph.walk([&](kernel::CallOp op) {
      std::string kernel = getSourceName(op);
      Call call{kernel, placeText(op.getLoc()), {}, 0};
      for (Value input : op.getInputs()) {
        call.bytes += getByteSize(cast<ShapedType>(input.getType()));
        if (Operation *source = getStorageRoot(input).getDefiningOp(); source && numbers.count(source))
          call.uses.push_back(numbers[source]);
      }
      int64_t now = callAt(liveness.getTime(op));
      for (auto [i, result] : llvm::enumerate(op.getResults())) {
        int64_t bytes = getByteSize(cast<ShapedType>(result.getType()));
        call.bytes += bytes;
        auto place = op.getPlaces() ? dyn_cast<kernel::PlaceAttr>((*op.getPlaces())[i]) : kernel::PlaceAttr();
        if (place && place.getKind() == kernel::PlaceKind::scratch)
          function.buffers.push_back({now, std::max<int64_t>(callAt(liveness.getLastUse(result)), now),
                                      place.getIndex(), bytes, kernel});
      }
      ++kernels[kernel].calls;
      if (StringRef(kernel).ends_with(kPrepareEnding))
        kernels[kernel].ops = "operands that stay the same, for another kernel";
      function.calls.push_back(std::move(call));
    });
    functions.push_back(std::move(function));
  }
}

//===----------------------------------------------------------------------===//
// Page
//===----------------------------------------------------------------------===//

static std::string escape(StringRef text) {
  std::string result;
  for (char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return result;
}

/// The calls in their order, and an arc from each to those that take its
/// results.
void Report::writeGraph(raw_ostream &os, const Function &function) const {
  constexpr int row = 22, left = 140;
  os << llvm::formatv("<svg width=\"720\" height=\"{0}\" role=\"img\" aria-label=\"graph of {1}\">\n",
                      row * static_cast<int>(function.calls.size()) + 8, escape(function.name));
  auto middle = [&](size_t call) { return static_cast<int>(call) * row + 13; };
  for (auto [to, call] : llvm::enumerate(function.calls))
    for (size_t from : call.uses) {
      int reach = std::min<int>(left - 10, 12 + 7 * static_cast<int>(to - from));
      os << llvm::formatv("<path d=\"M{0} {1} C{2} {1} {2} {3} {0} {3}\" class=\"edge\"/>\n", left,
                          middle(from), left - reach, middle(to));
    }
  for (auto [number, call] : llvm::enumerate(function.calls))
    os << llvm::formatv("<rect x=\"{0}\" y=\"{1}\" width=\"300\" height=\"18\" class=\"node\"/>"
                        "<text x=\"{2}\" y=\"{3}\">{4}</text><text x=\"{5}\" y=\"{3}\" class=\"place\">{6}</text>\n",
                        left, middle(number) - 9, left + 6, middle(number) + 4, escape(call.kernel),
                        left + 310, escape(call.place));
  os << "</svg>\n";
}

/// The arena from top to bottom, time from left to right.
void Report::writeMemory(raw_ostream &os, const Function &function, uint64_t arena) const {
  constexpr double width = 680, height = 220;
  double turns = std::max<size_t>(function.calls.size(), 1), bytes = std::max<uint64_t>(arena, 1);
  os << llvm::formatv("<svg width=\"720\" height=\"250\" role=\"img\" aria-label=\"memory of {0}\">\n"
                      "<rect x=\"0\" y=\"0\" width=\"{1}\" height=\"{2}\" class=\"arena\"/>\n",
                      escape(function.name), width, height);
  for (const Buffer &buffer : function.buffers)
    os << llvm::formatv(
        "<rect x=\"{0:F2}\" y=\"{1:F2}\" width=\"{2:F2}\" height=\"{3:F2}\" class=\"buffer\">"
        "<title>{4}: {5} bytes at {6}</title></rect>\n",
        buffer.from / turns * width, buffer.offset / bytes * height,
        (buffer.to - buffer.from + 1) / turns * width,
        std::max(buffer.bytes / bytes * height, 0.5), escape(buffer.name), buffer.bytes, buffer.offset);
  os << llvm::formatv("<text x=\"0\" y=\"240\">{0} calls; {1} bytes of scratch from top to bottom</text>\n</svg>\n",
                      function.calls.size(), arena);
}

std::string Report::write(const ModelInterface &interface, const std::string &processor,
                          uint64_t objectBytes) const {
  std::string page;
  llvm::raw_string_ostream os(page);
  os << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>"
     << escape(interface.prefix) << "</title>\n<style>\n"
     << "body { font: 14px sans-serif; margin: 2em; max-width: 60em }\n"
     << "table { border-collapse: collapse } td, th { border: 1px solid #bbb; padding: 2px 8px; text-align: left }\n"
     << "td.n { text-align: right } svg text { font: 12px monospace } svg .place { fill: #777 }\n"
     << "svg .node { fill: #e8eef8; stroke: #7a94c0 } svg .edge { fill: none; stroke: #9aa }\n"
     << "svg .arena { fill: #f6f6f6; stroke: #bbb } svg .buffer { fill: #7a94c0; fill-opacity: .6; stroke: #fff }\n"
     << "</style>\n</head>\n<body>\n<h1>" << escape(interface.prefix) << "</h1>\n<p>Compiled by nnc for "
     << escape(processor) << ".</p>\n";
  auto row = [&](StringRef name, uint64_t number) {
    os << "<tr><td>" << escape(name) << "</td><td class=\"n\">" << number << "</td></tr>\n";
  };
  os << "<h2>Sizes</h2>\n<table>\n<tr><th></th><th>bytes</th></tr>\n";
  row("parameters", interface.parametersSize);
  row("state and optimiser slots", interface.stateSize);
  row("scratch", interface.scratchSize);
  row("an instance", interface.size);
  row("the object", objectBytes);
  os << "</table>\n<h2>Functions</h2>\n<table>\n<tr><th>function</th><th>kernel calls</th>"
     << "<th>operations</th><th>bytes between kernels</th></tr>\n";
  for (auto [function, described] : llvm::zip_equal(functions, interface.functions)) {
    uint64_t bytes = 0;
    for (const Call &call : function.calls)
      bytes += call.bytes;
    os << "<tr><td>" << (function.isStep ? "step " : "entry ") << escape(function.name)
       << "</td><td class=\"n\">" << function.calls.size() << "</td><td class=\"n\">" << described.flops
       << "</td><td class=\"n\">" << bytes << "</td></tr>\n";
  }
  os << "</table>\n<h2>Kernels</h2>\n<table>\n<tr><th>kernel</th><th>calls</th><th>operations of one</th><th>back end</th>"
     << "<th>computes</th></tr>\n";
  std::vector<std::pair<StringRef, const Kernel *>> sorted;
  for (const auto &kernel : kernels)
    if (kernel.second.calls != 0)
      sorted.emplace_back(kernel.first(), &kernel.second);
  llvm::sort(sorted, [](const auto &a, const auto &b) {
    return std::pair(b.second->flops * b.second->calls, a.first) <
           std::pair(a.second->flops * a.second->calls, b.first);
  });
  for (auto [name, kernel] : sorted)
    os << "<tr><td>" << escape(name) << "</td><td class=\"n\">" << kernel->calls << "</td><td class=\"n\">"
       << kernel->flops << "</td><td>" << escape(kernel->backend) << "</td><td>" << escape(kernel->ops) << "</td></tr>\n";
  os << "</table>\n<h2>Tensors</h2>\n<table>\n<tr><th>tensor</th><th>bytes</th></tr>\n";
  for (const ModelInterface::Tensor &tensor : interface.tensors)
    row(tensor.name, tensor.bytes);
  os << "</table>\n";
  for (const Function &function : functions) {
    os << "<h2>" << (function.isStep ? "Step " : "Entry ") << escape(function.name) << "</h2>\n<h3>Graph</h3>\n";
    writeGraph(os, function);
    os << "<h3>Memory over time</h3>\n";
    writeMemory(os, function, interface.arenaSize);
  }
  os << "</body>\n</html>\n";
  return page;
}
