//===- OrderCalls.cpp - run early what frees memory -----------------------===//
//
// List scheduling: of the calls whose operands exist, first the one that frees
// most bytes beyond those it produces, if there is one that produces no more
// than it frees, else the next in the given order. What several calls have yet
// to read is freed by each of them in part; scalars count nothing. So the
// gradient of a weight is taken, and its update made, as soon as the layer's
// gradient is there, which then dies; in the given order, which is that of the
// parameters, the gradients of all layers would be alive at once.
//
// A call that computes a variable's new value stays behind the uses of the old
// one, or the planner could not compute it in place.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Storage.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include <set>

namespace nnc::kernel {
#define GEN_PASS_DEF_ORDERCALLS
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;
using namespace nnc;

namespace {

struct OrderCalls : nnc::kernel::impl::OrderCallsBase<OrderCalls> {
  using OrderCallsBase::OrderCallsBase;
  void runOnOperation() override;
};

/// The order of one block. Its nodes are the calls and scans; the rest takes no
/// time.
class Scheduler {
public:
  explicit Scheduler(Block &block);
  SmallVector<Operation *> run();

private:
  struct Node {
    Operation *op;
    /// Values of this block that it reads, each once.
    SetVector<Value> operands;
    SmallVector<int64_t> successors;
    int64_t numPredecessors = 0;
    int64_t producedBytes = 0;
  };

  void addEdge(int64_t from, int64_t to) {
    nodes[from].successors.push_back(to);
    ++nodes[to].numPredecessors;
  }
  double getFreedBytes(const Node &node) const;

  SmallVector<Node> nodes;
  DenseMap<Operation *, int64_t> numbers;
  /// How many nodes have yet to read a value; what the block's end reads stays.
  DenseMap<Value, int64_t> remainingUses;
};

} // namespace

/// The bytes of a value, as far as they count.
static int64_t getWeight(Value value) {
  int64_t bytes = getByteSize(cast<ShapedType>(value.getType()));
  return bytes <= kBufferAlignment ? 0 : bytes;
}

/// The op of `block` that is `op` or holds it.
static Operation *getAncestor(Block &block, Operation *op) {
  return block.findAncestorOpInBlock(*op);
}

/// Calls `use` for every node or end of the block that reads the bytes of `value`.
static void forEachUser(Value value, Block &block, llvm::function_ref<void(Operation *)> use) {
  for (Operation *user : value.getUsers()) {
    if (isa<nn::ReshapeOp>(user) && user->getBlock() == &block)
      forEachUser(user->getResult(0), block, use);
    else if (Operation *ancestor = getAncestor(block, user))
      use(ancestor);
  }
}

Scheduler::Scheduler(Block &block) {
  for (Operation &op : block)
    if (isa<kernel::CallOp, nn::ScanOp>(op)) {
      numbers[&op] = nodes.size();
      nodes.push_back({&op, {}, {}});
    }
  DenseMap<StringRef, SmallVector<Value>> reads;
  for (auto read : block.getOps<nn::ReadOp>())
    reads[read.getVariable()].push_back(read);

  for (Node &node : nodes)
    for (Value result : node.op->getResults()) {
      bool stays = false;
      llvm::SmallDenseSet<Operation *> users;
      forEachUser(result, block, [&](Operation *user) {
        if (numbers.contains(user))
          users.insert(user);
        else
          stays = true;
      });
      // What is written or returned has its place outside of the arena.
      if (!stays && hasOwnPlace(result))
        node.producedBytes += getWeight(result);
      remainingUses[result] = users.size() + stays;
      for (Operation *user : users) {
        nodes[numbers[user]].operands.insert(result);
        addEdge(numbers[node.op], numbers[user]);
      }
    }
  for (auto write : block.getOps<nn::WriteOp>()) {
    Operation *maker = getStorageRoot(write.getValue()).getDefiningOp();
    auto made = numbers.find(maker);
    if (made == numbers.end())
      continue;
    for (Value old : reads.lookup(write.getVariable()))
      forEachUser(old, block, [&](Operation *user) {
        auto it = numbers.find(user);
        if (it != numbers.end() && it->second < made->second)
          addEdge(it->second, made->second);
      });
  }
}

double Scheduler::getFreedBytes(const Node &node) const {
  double bytes = 0;
  for (Value operand : node.operands)
    if (hasOwnPlace(operand))
      bytes += static_cast<double>(getWeight(operand)) / remainingUses.lookup(operand);
  return bytes;
}

SmallVector<Operation *> Scheduler::run() {
  std::set<int64_t> ready;
  for (auto [number, node] : llvm::enumerate(nodes))
    if (node.numPredecessors == 0)
      ready.insert(number);
  SmallVector<Operation *> order;
  while (!ready.empty()) {
    int64_t next = *ready.begin();
    double mostFreed = -1;
    for (int64_t number : ready) {
      const Node &node = nodes[number];
      double freed = getFreedBytes(node) - node.producedBytes;
      if (isa<kernel::CallOp>(node.op) && freed >= 0 && freed > mostFreed) {
        next = number;
        mostFreed = freed;
      }
    }
    const Node &node = nodes[next];
    ready.erase(next);
    order.push_back(node.op);
    for (Value operand : node.operands)
      --remainingUses[operand];
    for (int64_t successor : node.successors)
      if (--nodes[successor].numPredecessors == 0)
        ready.insert(successor);
  }
  return order;
}

/// Moves the calls of `block` into their new order, and views, writes and the
/// end to where their operands are.
static void reorder(Block &block) {
  SmallVector<Operation *> order = Scheduler(block).run();
  SmallVector<Operation *> views, rest;
  for (Operation &op : block)
    if (isa<nn::ReshapeOp>(op))
      views.push_back(&op);
    else if (isa<nn::WriteOp>(op))
      rest.push_back(&op);
  Operation *end = block.getTerminator();
  for (Operation *op : order)
    op->moveBefore(end);
  for (Operation *op : rest)
    op->moveBefore(end);
  for (Operation *view : views) {
    if (Operation *maker = view->getOperand(0).getDefiningOp())
      view->moveAfter(maker);
    else
      view->moveBefore(&block, block.begin());
  }
}

void OrderCalls::runOnOperation() {
  for (auto function : getOperation().getOps<FunctionOpInterface>()) {
    if (!nn::isGraphFunction(function))
      continue;
    reorder(function.getFunctionBody().front());
    function.walk([](nn::ScanOp scan) { reorder(*scan.getBodyBlock()); });
  }
}
