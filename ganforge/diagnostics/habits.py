"""What other libraries call things that a spec has under another name, or in another place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """What to do about a word of elsewhere.

    meant: the known name it stands for, if any. help: what to write, where another name is not all.
    """

    meant: str = ""
    help: str = ""


Habits = Mapping[str, Habit]


def _words(known: Mapping[str, str]) -> dict[str, Habit]:
    return {word: Habit(name) for name, words in known.items() for word in words.split()}


def _helps(known: Mapping[str, str], meant: str = "") -> dict[str, Habit]:
    """By words, with blanks between them, what to write in their place."""
    return {word: Habit(meant, help) for words, help in known.items() for word in words.split()}


_READING = "num_workers workers shuffle pin_memory drop_last prefetch"
_READS = "remove it: ganforge reads and shuffles the data by itself"
_RATE = 'a rate that changes is a formula: `lr = "linear(2e-4, 0, progress)"`'
_LOGGED = (
    "options of `ganforge train` say that: `--log-every`, `--sample-every`, `--checkpoint-every`"
)
_MEASURED = "`ganforge eval RUN` measures a run; a spec says nothing of it"
_SEED = "`ganforge train --seed 1` says that"
_DEVICE = "`ganforge train --device cuda` says that"
_FLOAT = "remove it: training computes with 32 bits"
_SPECTRAL = 'write `weights = "spectral"`'
_OWN_OPTIMIZER = "write `[train.players.generator.optimizer]` or `[train.players.critic.optimizer]`"

_RUN: Habits = _helps(
    {
        "seed random_seed manual_seed": _SEED,
        "device gpu gpus cuda gpu_ids": _DEVICE,
        "amp fp16 bf16 mixed_precision precision": _FLOAT,
        "log_every log_interval sample_every sample_interval save_every save_interval "
        "checkpoint_every print_every display_freq save_freq": _LOGGED,
        _READING: _READS,
    }
)

_TRAIN: Habits = {
    **_words(
        {
            "batch": "batch_size batchsize bs",
            "epochs": "epoch n_epochs num_epochs max_epochs",
            "rounds": "iterations iters steps n_iter niter max_iter max_steps total_steps",
            "kimg": "total_kimg",
            "optimizer": "optim optimiser",
        }
    ),
    **_helps(
        {
            "lr learning_rate betas beta1 beta2 weight_decay": "it is a key of the optimizer: "
            '`optimizer = { kind = "adam", lr = 2e-4 }`',
            "n_critic critic_steps d_steps n_dis disc_iters critic_iters": "write `steps = 5` "
            "below `[train.players.critic]`",
            "lr_scheduler scheduler lr_decay warmup warmup_steps schedule": _RATE,
            "ema_decay ema_beta": "write `ema = { decay = 0.999 }`",
            "grad_clip clip_grad clip_gradients max_grad_norm": "write `clip_gradients = 1` "
            "below `[train.players.generator]` or `[train.players.critic]`",
            "clip clip_value clip_weights weight_clip": "write `clip_weights = 0.01` below "
            "`[train.players.critic]`",
            "resume checkpoint": "`ganforge train RUN --resume` goes on with a run",
        }
    ),
    **_RUN,
}

KEYS: Mapping[str, Habits] = {
    "": {
        **_words(
            {
                "networks": "models nets modules architecture",
                "data": "dataset datasets",
                "params": "hyperparameters hparams config args settings variables constants",
                "train.optimizer": "optimizer optim optimizers optimiser",
                "train.ema": "ema",
                "extends": "base inherits inherit parent include from",
            }
        ),
        **_helps(
            {
                "generator netg gen G": "write `[networks.G]`",
                "discriminator critic netd disc D": "write `[networks.D]`",
                "metrics metric eval evaluation evaluate fid validation": _MEASURED,
                "logging log logger wandb tensorboard checkpoint checkpoints": _LOGGED,
                "scheduler lr_scheduler schedule schedules": _RATE,
                "lr learning_rate betas": 'write `optimizer = { kind = "adam", lr = 2e-4 }` below '
                "`[train]`",
            }
        ),
        **_RUN,
    },
    "gan": _words({"notes": "description desc comment comments", "paper": "url arxiv link"}),
    "data": {
        **_words(
            {
                "holdout": "test_split val_split validation_split test_size",
                "flip": "mirror hflip horizontal_flip xflip random_flip",
            }
        ),
        **_helps(
            {
                "batch_size batch": "write `batch` below `[train]`",
                "path root dir directory dataroot data_dir location": "a spec does not say where "
                "data lie: `--data folder:PATH` does",
                "size image_size img_size resolution channels": "it stands with the field: "
                '`x = { kind = "image", channels = 3, size = 64 }`',
                _READING: _READS,
            }
        ),
    },
    "field": {
        **_words(
            {
                "size": "image_size img_size resolution res dim dims length",
                "channels": "nc in_channels num_channels n_channels",
                "classes": "num_classes n_classes nclasses n_class num_labels",
            }
        ),
        **_helps(
            {"height width": "`size` is one number for squares, or `[height, width]`"}, "size"
        ),
        **_helps(
            {
                "mean std normalize normalise normalization": "images are in `range`, which is "
                "[-1, 1] if not given",
                "shape": "write `channels = 3, size = 64`",
            }
        ),
    },
    "latent": {
        **_words(
            {
                "size": "dim dims z_dim latent_dim nz zdim length",
                "classes": "size num_classes n_classes categories",
                "low": "min",
                "high": "max",
                "threshold": "truncation trunc truncate",
            }
        ),
        **_helps(
            {
                "mean std sigma loc variance": "it is N(0, 1): wiring changes that, such as "
                "`G(1 + 2 * z)`",
                "range bounds interval": "write `low = -1, high = 1`",
            }
        ),
    },
    "conditioning": _words({"field": "from source of", "draw": "sample sampling"}),
    "networks": {
        **_words({"frozen": "freeze", "outputs": "output", "like": "same_as copy clone"}),
        **_helps(
            {
                "spectral_norm sn use_spectral_norm use_sn": _SPECTRAL,
                "input in": 'write `inputs = ["x"]`',
                "trainable requires_grad train": "`frozen = true` says that it is not trained",
                "lr optimizer": _OWN_OPTIMIZER,
                "norm act activation kernel bias": "parameters stand in the layers, or for all of "
                'them in `defaults`: `defaults = { conv = { norm = "batch" } }`',
                "ema": "write `ema = { decay = 0.999 }` below `[train]`",
            }
        ),
    },
    "layer": {
        **_words(
            {
                "out": "out_channels out_features filters units channels features dim",
                "kernel": "kernel_size ksize k",
                "rate": "p prob probability dropout",
                "slope": "negative_slope alpha leak",
                "act": "activation nonlinearity",
                "norm": "normalization normalisation norm_layer",
                "scale": "scale_factor factor",
                "padding": "pad",
                "bias": "use_bias",
                "id": "name",
                "when": "if",
                "from": "input",
                "block": "type op layer module",
            }
        ),
        **_helps(
            {
                "in in_channels in_features input_dim": "remove it: what a layer receives is known",
                "spectral_norm sn use_sn": _SPECTRAL,
                "batch_norm bn use_bn batchnorm": 'write `norm = "batch"`',
                "repeat times n_layers num_layers": "a loop repeats layers: "
                '`{ for = "i", in = "range(4)", layers = [...] }`',
            }
        ),
    },
    "losses": {
        **_words(
            {
                "weight": "lambda lambda_ lam lambd coef coeff coefficient w",
                "kind": "type",
                "objective": "mode gan_mode loss",
                "first": "real",
                "second": "fake",
                "logits": "pred prediction predictions logit",
                "target": "label labels",
                "mean": "mu",
                "log_variance": "logvar log_var",
                "every": "interval",
            }
        ),
        **_helps(
            {
                "label_smoothing smoothing smooth": "write `targets = { real = 0.9 }`",
                "gamma": "`weight` is half of gamma",
            }
        ),
    },
    "train": _TRAIN,
    "player": {
        **_words(
            {
                "steps": "n_steps iterations updates n_critic",
                "networks": "network models",
                "clip_weights": "clip clip_value weight_clip",
                "clip_gradients": "grad_clip clip_grad max_grad_norm",
                "batch": "batch_size",
            }
        ),
        **_helps({"lr learning_rate betas": "write `optimizer = { lr = 1e-4 }`"}),
    },
    "optimizer": {
        **_words(
            {
                "lr": "learning_rate rate step_size",
                "kind": "type name",
                "weight_decay": "wd l2",
                "eps": "epsilon",
                "alpha": "rho",
            }
        ),
        **_helps({"beta1 beta2 b1 b2 beta": "write `betas = [0.5, 0.999]`"}, "betas"),
        **_helps(
            {
                "G generator gen D discriminator critic disc": _OWN_OPTIMIZER,
                "schedule scheduler lr_scheduler decay lr_decay warmup": _RATE,
            }
        ),
    },
    "ema": _words(
        {"decay": "beta rate momentum tau", "half_life_kimg": "kimg half_life", "start": "begin"}
    ),
    "stages": {
        **_TRAIN,
        **_helps({"freeze frozen fixed": "`train` names the networks that learn: others rest"}),
        **_words({"level": "resolution res", "init_from": "init pretrained start_from"}),
    },
    "sample": _helps(
        {
            "count n num n_samples num_samples grid": "`ganforge sample RUN --count 64` says that",
            "every interval freq": "`ganforge train --sample-every 500` says that",
            "truncation psi": "latents may be drawn otherwise: `latents = { z = { distribution = "
            '"truncated-normal", threshold = 0.5 } }`',
            "ema": "samples are made by the averages where `[train] ema` asks for them",
            "seed": "`ganforge sample RUN --seed 1` says that",
        }
    ),
}
"""By the table what keys are called elsewhere, in lower case. A key is offered where the table has
it.
"""

_FOLDER = 'write `source = "folder"`, and `--data folder:PATH` when it is trained'
_IDX = 'write `source = "idx"`, and `--data idx:PATH` when it is trained'
_PENALTY = 'write `objective = "wasserstein"`, and a loss of the kind `gradient-penalty` beside it'
_SUM = 'a sum needs no block: `{ from = "prev + skip" }`'
_JOIN = 'it is a function: `{ from = "concat(prev, skip)" }`'

WORDS: Mapping[str, Habits] = {
    "distribution": _words(
        {
            "normal": "gaussian gauss randn standard-normal n",
            "uniform": "rand",
            "categorical": "onehot one-hot discrete class classes",
            "bernoulli": "binary",
        }
    ),
    "optimizer": _helps(
        {
            "adamw": "`adam` adds `weight_decay` to the gradient; AdamW is not built",
            "radam nadam adamax adagrad adadelta lion muon": "this version has `sgd`, `adam` and "
            "`rmsprop`",
        }
    ),
    "objective": {
        **_words(
            {
                "non-saturating": "bce vanilla logistic softplus ns nsgan ns-gan standard gan "
                "dcgan cross-entropy binary-cross-entropy bce-with-logits",
                "saturating": "minimax min-max",
                "least-squares": "lsgan mse l2 ls",
                "wasserstein": "wgan w emd wass",
            }
        ),
        **_helps({"wgan-gp wgangp wgan-div": _PENALTY}),
        **_helps(
            {
                "ragan": 'write `objective = "non-saturating"` and `pairing = "average"`',
                "rahinge": 'write `objective = "hinge"` and `pairing = "average"`',
                "ralsgan": 'write `objective = "least-squares"` and `pairing = "average"`',
                "rsgan r3gan relativistic": 'write `objective = "non-saturating"` and '
                '`pairing = "paired"`',
            }
        ),
    },
    "field": {
        **_words(
            {
                "class": "label labels category categorical int",
                "image": "picture rgb img mask segmentation",
                "vector": "embedding features float tabular",
                "attributes": "multilabel multi-label",
            }
        ),
        **_helps({"text caption": 'a text is a vector, its embedding: write `kind = "vector"`'}),
    },
    "norm": {
        **_words(
            {
                "batch": "bn batchnorm2d batchnorm1d",
                "instance": "in instancenorm2d",
                "layer": "ln",
                "group": "gn",
                "l1": "mae l1loss",
                "l2": "mse mseloss",
            }
        ),
        **_helps({"spectral sn spectral-norm": f"it is a form of the weights: {_SPECTRAL}"}),
    },
    "act": _words(
        {
            "none": "linear identity",
            "leaky-relu": "lrelu leaky leakyrelu",
            "swish": "silu",
        }
    ),
    "init": _words(
        {
            "xavier-uniform": "xavier glorot glorot-uniform",
            "he-normal": "he kaiming kaiming-normal",
            "normal": "gaussian",
        }
    ),
    "player": _words({"critic": "d discriminator disc netd dis", "generator": "g gen netg"}),
    "update": _words({"simultaneous": "together joint jointly parallel"}),
    "channels": _helps(
        {
            "rgb color colour": "write `channels = 3`",
            "gray grey grayscale greyscale l": "write `channels = 1`",
        }
    ),
    "padding": _helps({"valid none": "write `padding = 0`", "zero zeros": 'write `"same"`'}),
    "data source": {
        **_helps(
            {
                "cifar10 cifar-10 cifar cifar100 celeba celeba-hq ffhq lsun imagenet stl10 afhq "
                "svhn imagefolder image-folder images coco": _FOLDER,
                "mnist fashion-mnist fashionmnist emnist kmnist": _IDX,
            }
        ),
    },
    "loss": _helps(
        {
            "l1 mae l1-loss": 'write `kind = "reconstruction"` and `norm = "l1"`',
            "l2 mse mse-loss": 'write `kind = "reconstruction"` and `norm = "l2"`',
            "kl kld kl-divergence vae": 'write `kind = "kl-to-normal"`',
            "gp": 'write `kind = "gradient-penalty"`',
            "cycle": 'write `kind = "cycle-consistency"`',
            "bce vanilla": 'write `kind = "adversarial"` and `objective = "non-saturating"`',
            "cross-entropy ce classification": 'write `kind = "auxiliary-class"`',
            "perceptual vgg lpips content": 'write `kind = "reconstruction"` over what a network '
            "of `vgg-features` gives",
            "tv": 'write `kind = "total-variation"`',
            "mutual-information mi": 'write `kind = "mutual-info"`',
        }
    ),
    "block": {
        **_words(
            {
                "linear": "fc dense",
                "conv-transpose": "deconv upconv convtranspose2d convtranspose",
                "batch-norm": "bn batchnorm2d batchnorm1d batchnorm",
                "instance-norm": "instancenorm2d instancenorm",
                "reshape": "view unflatten",
                "self-attention": "attention attn non-local",
                "leaky-relu": "lrelu leakyrelu",
                "swish": "silu",
                "global-average": "gap adaptiveavgpool2d global-average-pool",
            }
        ),
        **_helps(
            {
                "cat concatenate": _JOIN,
                "add sum residual-add": _SUM,
                "spectral-norm spectralnorm": f"it is a form of the weights: {_SPECTRAL}",
                "identity": "leave the layer out",
            }
        ),
    },
    "function": {
        **_words(
            {
                "concat": "cat concatenate",
                "one_hot": "onehot",
                "reshape": "view unflatten",
                "detach": "stop_gradient no_grad sg",
                "squared_error": "mse mse_loss l2 l2_loss",
                "absolute_error": "mae l1 l1_loss",
                "resize": "interpolate2d",
            }
        ),
        **_helps(
            {
                "randn rand normal uniform noise randn_like": "what is drawn is a latent: "
                '`[latents]` with `z = { distribution = "normal", size = 100 }`',
            }
        ),
    },
}
"""By what is named what it is called elsewhere, in lower case. A name is offered where it is known.
"""


def of_key(table: str, key: str, known: Iterable[str]) -> Habit | None:
    """What to do about an unknown key of a table that other libraries have."""
    habits = KEYS.get(table, {})
    found = habits.get(key) or habits.get(key.lower())
    return _usable(found, key, known)


def of_word(kind: str, word: str, known: Iterable[str]) -> Habit | None:
    """What to do about an unknown name of this kind that other libraries have."""
    habits = WORDS.get(kind, {})
    plain = word.lower()
    return _usable(habits.get(plain) or habits.get(plain.replace("_", "-")), word, known)


def _usable(found: Habit | None, word: str, known: Iterable[str]) -> Habit | None:
    """A habit whose name is known here, if it offers one."""
    if found is None or found.meant == word:
        return None
    return found if found.help or found.meant in set(known) else None
