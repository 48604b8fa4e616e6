"""Keys as other libraries call them, by the table that has them."""

from __future__ import annotations

from collections.abc import Mapping

from ganforge.diagnostics.habits.habit import SPECTRAL, Habits, helps, words

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
_OWN_OPTIMIZER = "write `[train.players.generator.optimizer]` or `[train.players.critic.optimizer]`"

_RUN: Habits = helps(
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
    **words(
        {
            "batch": "batch_size batchsize bs",
            "epochs": "epoch n_epochs num_epochs max_epochs",
            "rounds": "iterations iters steps n_iter niter max_iter max_steps total_steps",
            "kimg": "total_kimg",
            "optimizer": "optim optimiser",
        }
    ),
    **helps(
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
        **words(
            {
                "networks": "models nets modules architecture",
                "data": "dataset datasets",
                "params": "hyperparameters hparams config args settings variables constants",
                "train.optimizer": "optimizer optim optimizers optimiser",
                "train.ema": "ema",
                "extends": "base inherits inherit parent include from",
            }
        ),
        **helps(
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
    "gan": words({"notes": "description desc comment comments", "paper": "url arxiv link"}),
    "data": {
        **words(
            {
                "holdout": "test_split val_split validation_split test_size",
                "flip": "mirror hflip horizontal_flip xflip random_flip",
            }
        ),
        **helps(
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
        **words(
            {
                "size": "image_size img_size resolution res dim dims length",
                "channels": "nc in_channels num_channels n_channels",
                "classes": "num_classes n_classes nclasses n_class num_labels",
            }
        ),
        **helps({"height width": "`size` is one number for squares, or `[height, width]`"}, "size"),
        **helps(
            {
                "mean std normalize normalise normalization": "images are in `range`, which is "
                "[-1, 1] if not given",
                "shape": "write `channels = 3, size = 64`",
            }
        ),
    },
    "latent": {
        **words(
            {
                "size": "dim dims z_dim latent_dim nz zdim length",
                "classes": "size num_classes n_classes categories",
                "low": "min",
                "high": "max",
                "threshold": "truncation trunc truncate",
            }
        ),
        **helps(
            {
                "mean std sigma loc variance": "it is N(0, 1): wiring changes that, such as "
                "`G(1 + 2 * z)`",
                "range bounds interval": "write `low = -1, high = 1`",
            }
        ),
    },
    "conditioning": words({"field": "from source of", "draw": "sample sampling"}),
    "networks": {
        **words({"frozen": "freeze", "outputs": "output", "like": "same_as copy clone"}),
        **helps(
            {
                "spectral_norm sn use_spectral_norm use_sn": SPECTRAL,
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
        **words(
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
        **helps(
            {
                "in in_channels in_features input_dim": "remove it: what a layer receives is known",
                "spectral_norm sn use_sn": SPECTRAL,
                "batch_norm bn use_bn batchnorm": 'write `norm = "batch"`',
                "repeat times n_layers num_layers": "a loop repeats layers: "
                '`{ for = "i", in = "range(4)", layers = [...] }`',
            }
        ),
    },
    "losses": {
        **words(
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
        **helps(
            {
                "label_smoothing smoothing smooth": "write `targets = { real = 0.9 }`",
                "gamma": "`weight` is half of gamma",
            }
        ),
    },
    "train": _TRAIN,
    "player": {
        **words(
            {
                "steps": "n_steps iterations updates n_critic",
                "networks": "network models",
                "clip_weights": "clip clip_value weight_clip",
                "clip_gradients": "grad_clip clip_grad max_grad_norm",
                "batch": "batch_size",
            }
        ),
        **helps({"lr learning_rate betas": "write `optimizer = { lr = 1e-4 }`"}),
    },
    "optimizer": {
        **words(
            {
                "lr": "learning_rate rate step_size",
                "kind": "type name",
                "weight_decay": "wd l2",
                "eps": "epsilon",
                "alpha": "rho",
            }
        ),
        **helps({"beta1 beta2 b1 b2 beta": "write `betas = [0.5, 0.999]`"}, "betas"),
        **helps(
            {
                "G generator gen D discriminator critic disc": _OWN_OPTIMIZER,
                "schedule scheduler lr_scheduler decay lr_decay warmup": _RATE,
            }
        ),
    },
    "ema": words(
        {"decay": "beta rate momentum tau", "half_life_kimg": "kimg half_life", "start": "begin"}
    ),
    "stages": {
        **_TRAIN,
        **helps({"freeze frozen fixed": "`train` names the networks that learn: others rest"}),
        **words({"level": "resolution res", "init_from": "init pretrained start_from"}),
    },
    "sample": helps(
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
