"""Every function of the library, and every built-in that the language promises,
has a row in a table of these tests.

usage: covered.py NNC
"""
import json
import re
import subprocess
import sys

from initializer_rows import INITIALIZERS, RANDOM
from table import ROWS
from training_rows import OPTIMIZERS, REGULARIZERS, SCHEDULES

# Parts of others: what covers them, and why they have no row of their own.
PARTS = {
    "conv_padding": "compile-time numbers: rows of conv1d and conv2d with every padding",
    "spatial_list": "compile-time numbers: rows of conv1d",
    "group_inputs": "a compile-time number: rows of conv2d with groups",
    "fan_of": "a compile-time number: rows of kaiming_normal with mode",
    "bias_correction": "rows of adam and adamw",
    "clipped_by_norm": "rows with clip_norm=",
    "started_average": "test/EndToEnd/minimize-options.test, with ema=",
    "moving_average": "test/EndToEnd/minimize-options.test, with ema=",
}
# Not of the library, but called like its functions.
PROMISED = """
exp log log2 log10 log1p expm1 sqrt rsqrt square abs sign sin cos erf floor ceil round clamp minimum maximum where pow
isnan isinf step_fn identity sigmoid tanh relu leaky_relu elu selu softplus gelu silu hard_sigmoid hard_swish mish
softmax log_softmax sparsemax sum mean var std max min argmax argmin prod logsumexp norm any all cumsum sort argsort topk
reshape flatten transpose concat split stack squeeze unsqueeze expand pad tile gather scatter_add one_hot roll flip tril
triu zeros ones full arange eye constant zeros_like ones_like uniform normal bernoulli randint categorical matmul dot
outer einsum linear conv1d conv2d conv_transpose2d max_pool1d max_pool2d avg_pool1d avg_pool2d global_avg_pool2d
adaptive_avg_pool2d batch_norm layer_norm instance_norm group_norm rms_norm dropout embedding rnn gru lstm attention
multi_head_attention positional_encoding graph_conv upsample2d normalize mae mse huber smooth_l1 quantile_loss log_cosh
cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits gaussian_nll hinge focal sparsemax_loss
kl_div js_div gaussian_kl gan_discriminator gan_generator contrastive triplet info_nce nt_xent image_text_nce clip_loss
cosine_similarity entropy l1 l2 accuracy top_k_accuracy kaiming_normal kaiming_uniform xavier_normal xavier_uniform
orthogonal truncated_normal sgd momentum adagrad rmsprop adam adamw lion step_decay multi_step exponential cosine
linear_warmup plateau
"""

nnc = sys.argv[1]
library = json.loads(subprocess.run([nnc, "ops", "--format=json"], check=True, capture_output=True, text=True).stdout)["library"]
rows = {name for row in ROWS for name in row.covers}
rows |= {row.name for row in OPTIMIZERS + SCHEDULES + INITIALIZERS + RANDOM}
rows |= {name for row in REGULARIZERS for name in re.findall(r"(\w+)\(\{", row.extra)}
defined = {function["name"] for function in library}

problems = [f"{name} has no row in test/StandardLibrary/Inputs" for name in sorted((defined | set(PROMISED.split())) - rows - set(PARTS))]
problems += [f"{name} is a part of others, but not in the library" for name in sorted(set(PARTS) - defined)]
problems += [f"{name} has rows and is in PARTS, too" for name in sorted(set(PARTS) & rows)]
problems += [f"{function['name']} ({function['source']}) is not documented" for function in library if not function["formula"]]
for row in ROWS:
    if not row.smooth and not row.reason:
        problems.append(f"{row.name}: {row.code} has no gradient test, and no reason why")
    if not row.oracle:
        problems.append(f"{row.name}: {row.code} has no oracle")
print("\n".join(problems))
print(f"{len(defined)} functions, {len(ROWS)} rows, {len(problems)} problems")
sys.exit(bool(problems) or len(defined) < 100)
