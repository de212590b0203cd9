//===- Suggestions.cpp - what a misspelt name may have meant --------------===//
//
// A name is first looked up among those of other frameworks, then without its
// capitals and underscores, and last among the names that look like it.
//
//===----------------------------------------------------------------------===//
#include "Builtins.h"
#include "Program.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace nnc::sema {

namespace {
/// A name elsewhere, without capitals and underscores, and what it is here.
struct Translation {
  StringRef theirs, ours;
};
} // namespace

static constexpr Translation functions[] = {
    {"adadelta", "adagrad"},
    {"adaptiveavgpool", "adaptive_avg_pool2d"},
    {"alphadropout", "dropout"},
    {"amax", "max"},
    {"amin", "min"},
    {"array", "constant"},
    {"averagepooling2d", "avg_pool2d"},
    {"batchnorm1d", "batch_norm"},
    {"batchnorm2d", "batch_norm"},
    {"batchnorm3d", "batch_norm"},
    {"batchnormalization", "batch_norm"},
    {"bce", "binary_cross_entropy"},
    {"bceloss", "binary_cross_entropy"},
    {"bcewithlogits", "binary_cross_entropy_with_logits"},
    {"bcewithlogitsloss", "binary_cross_entropy_with_logits"},
    {"binarycrossentropy", "binary_cross_entropy"},
    {"bmm", "matmul"},
    {"broadcastto", "expand"},
    {"cat", "concat"},
    {"categoricalcrossentropy", "cross_entropy"},
    {"chunk", "split"},
    {"clip", "clamp"},
    {"clipbyvalue", "clamp"},
    {"concatenate", "concat"},
    {"conv", "conv2d"},
    {"convolution2d", "conv2d"},
    {"cosineannealinglr", "cosine"},
    {"crossentropyloss", "cross_entropy"},
    {"dense", "linear"},
    {"detach", "stop_gradient"},
    {"double", "f64"},
    {"dropout1d", "dropout"},
    {"dropout2d", "dropout"},
    {"expandas", "expand"},
    {"expanddims", "unsqueeze"},
    {"exponentiallr", "exponential"},
    {"fc", "linear"},
    {"float", "f32"},
    {"fliplr", "flip"},
    {"flipud", "flip"},
    {"fulllike", "full"},
    {"fullyconnected", "linear"},
    {"gathernd", "gather"},
    {"globalaveragepooling2d", "global_avg_pool2d"},
    {"globalavgpool", "global_avg_pool2d"},
    {"hingeembeddingloss", "hinge"},
    {"indexselect", "gather"},
    {"inner", "dot"},
    {"instancenorm1d", "instance_norm"},
    {"instancenorm2d", "instance_norm"},
    {"int", "i32"},
    {"interpolate", "upsample2d"},
    {"kldivergence", "kl_div"},
    {"l1loss", "mae"},
    {"l2normalize", "normalize"},
    {"linearlr", "linear_warmup"},
    {"long", "i64"},
    {"marginrankingloss", "hinge"},
    {"maskedfill", "where"},
    {"maxpool", "max_pool2d"},
    {"maxpooling2d", "max_pool2d"},
    {"meanabsoluteerror", "mae"},
    {"meansquarederror", "mse"},
    {"mm", "matmul"},
    {"mseloss", "mse"},
    {"multinomial", "categorical"},
    {"multisteplr", "multi_step"},
    {"nograd", "stop_gradient"},
    {"permute", "transpose"},
    {"power", "pow"},
    {"rand", "uniform"},
    {"randlike", "uniform"},
    {"randn", "normal"},
    {"randnlike", "normal"},
    {"reducelronplateau", "plateau"},
    {"reducemax", "max"},
    {"reducemean", "mean"},
    {"reducesum", "sum"},
    {"relu6", "clamp"},
    {"scaleddotproductattention", "attention"},
    {"scatter", "scatter_add"},
    {"sigmoidfocalloss", "focal"},
    {"sparsecategoricalcrossentropy", "cross_entropy"},
    {"steplr", "step_decay"},
    {"swapaxes", "transpose"},
    {"swish", "silu"},
    {"take", "gather"},
    {"tensor", "constant"},
    {"tripletmarginloss", "triplet"},
    {"truncnormal", "truncated_normal"},
    {"upsample", "upsample2d"},
    {"view", "reshape"},
};

static constexpr Translation arguments[] = {
    {"alpha", "slope"},
    {"axes", "axis"},
    {"axis", "axes"},
    {"beta", "beta1"},
    {"betas", "beta1"},
    {"decay", "weight_decay"},
    {"dim", "axis"},
    {"dim", "axes"},
    {"dims", "axis"},
    {"embeddim", "heads"},
    {"embeddingdim", "dim"},
    {"endfactor", "final"},
    {"epsilon", "eps"},
    {"etamin", "final"},
    {"features", "units"},
    {"filters", "channels"},
    {"hiddensize", "units"},
    {"iscausal", "causal"},
    {"kernelsize", "kernel"},
    {"learningrate", "lr"},
    {"milestones", "at"},
    {"negativeslope", "slope"},
    {"normalizedshape", "axes"},
    {"numclasses", "classes"},
    {"numembeddings", "vocab"},
    {"numgroups", "groups"},
    {"numheads", "heads"},
    {"numlayers", "layers"},
    {"outchannels", "channels"},
    {"outfeatures", "units"},
    {"outputsize", "size"},
    {"paddingidx", "padding_id"},
    {"poolsize", "kernel"},
    {"rate", "p"},
    {"stepsize", "every"},
    {"strides", "stride"},
    {"tmax", "steps"},
    {"usebias", "bias"},
    {"wd", "weight_decay"},
};

static constexpr Translation values[] = {
    {"infinity", "inf"},
    {"null", "none"},
    {"nil", "none"},
};

static std::string normalize(StringRef name) {
  std::string text = name.lower();
  llvm::erase(text, '_');
  return text;
}

/// The known name that `name` means elsewhere, or is but for its spelling.
static StringRef translate(StringRef name, ArrayRef<Translation> table,
                           ArrayRef<StringRef> known) {
  std::string theirs = normalize(name);
  for (const Translation &entry : table)
    if (entry.theirs == theirs && is_contained(known, entry.ours))
      return entry.ours;
  StringRef stem = theirs;
  stem.consume_back("loss");
  for (StringRef other : known)
    if (std::string ours = normalize(other);
        ours == theirs || ours == stem || ours == theirs + "loss")
      return other;
  return {};
}

static std::string suggestAmong(StringRef name, ArrayRef<Translation> table,
                                ArrayRef<StringRef> known) {
  if (StringRef ours = translate(name, table, known); !ours.empty())
    return ("; did you mean '" + ours + "'?").str();
  return didYouMean(name, known);
}

std::string suggestArgument(StringRef name, ArrayRef<StringRef> known) {
  return suggestAmong(name, arguments, known);
}

std::string suggestValue(StringRef name, ArrayRef<StringRef> known) {
  return suggestAmong(name, values, known);
}

std::string suggestFunction(StringRef name, const FileScope &file) {
  SmallVector<StringRef> known(getBuiltinNames());
  for (const FileScope *scope = &file; scope; scope = scope->library) {
    for (auto &entry : scope->functions)
      known.push_back(entry.getKey());
    for (auto &entry : scope->initializers)
      known.push_back(entry.getKey());
  }
  llvm::sort(known);
  return suggestAmong(name, functions, known);
}

} // namespace nnc::sema
