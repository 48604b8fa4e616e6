"""Names as other libraries call them, by what is named."""

from __future__ import annotations

from collections.abc import Mapping

from ganforge.diagnostics.habits.habit import SPECTRAL, Habits, helps, words

_FOLDER = 'write `source = "folder"`, and `--data folder:PATH` when it is trained'
_IDX = 'write `source = "idx"`, and `--data idx:PATH` when it is trained'
_PENALTY = 'write `objective = "wasserstein"`, and a loss of the kind `gradient-penalty` beside it'
_SUM = 'a sum needs no block: `{ from = "prev + skip" }`'
_JOIN = 'it is a function: `{ from = "concat(prev, skip)" }`'

WORDS: Mapping[str, Habits] = {
    "distribution": words(
        {
            "normal": "gaussian gauss randn standard-normal n",
            "uniform": "rand",
            "categorical": "onehot one-hot discrete class classes",
            "bernoulli": "binary",
        }
    ),
    "optimizer": helps(
        {
            "adamw": "`adam` adds `weight_decay` to the gradient; AdamW is not built",
            "radam nadam adamax adagrad adadelta lion muon": "this version has `sgd`, `adam` and "
            "`rmsprop`",
        }
    ),
    "objective": {
        **words(
            {
                "non-saturating": "bce vanilla logistic softplus ns nsgan ns-gan standard gan "
                "dcgan cross-entropy binary-cross-entropy bce-with-logits",
                "saturating": "minimax min-max",
                "least-squares": "lsgan mse l2 ls",
                "wasserstein": "wgan w emd wass",
            }
        ),
        **helps({"wgan-gp wgangp wgan-div": _PENALTY}),
        **helps(
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
        **words(
            {
                "class": "label labels category categorical int",
                "image": "picture rgb img mask segmentation",
                "vector": "embedding features float tabular",
                "attributes": "multilabel multi-label",
            }
        ),
        **helps({"text caption": 'a text is a vector, its embedding: write `kind = "vector"`'}),
    },
    "norm": {
        **words(
            {
                "batch": "bn batchnorm2d batchnorm1d",
                "instance": "in instancenorm2d",
                "layer": "ln",
                "group": "gn",
                "l1": "mae l1loss",
                "l2": "mse mseloss",
            }
        ),
        **helps({"spectral sn spectral-norm": f"it is a form of the weights: {SPECTRAL}"}),
    },
    "act": words(
        {
            "none": "linear identity",
            "leaky-relu": "lrelu leaky leakyrelu",
            "swish": "silu",
        }
    ),
    "init": words(
        {
            "xavier-uniform": "xavier glorot glorot-uniform",
            "he-normal": "he kaiming kaiming-normal",
            "normal": "gaussian",
        }
    ),
    "player": words({"critic": "d discriminator disc netd dis", "generator": "g gen netg"}),
    "update": words({"simultaneous": "together joint jointly parallel"}),
    "channels": helps(
        {
            "rgb color colour": "write `channels = 3`",
            "gray grey grayscale greyscale l": "write `channels = 1`",
        }
    ),
    "padding": helps({"valid none": "write `padding = 0`", "zero zeros": 'write `"same"`'}),
    "data source": {
        **helps(
            {
                "cifar10 cifar-10 cifar cifar100 celeba celeba-hq ffhq lsun imagenet stl10 afhq "
                "svhn imagefolder image-folder images coco": _FOLDER,
                "mnist fashion-mnist fashionmnist emnist kmnist": _IDX,
            }
        ),
    },
    "loss": helps(
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
        **words(
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
        **helps(
            {
                "cat concatenate": _JOIN,
                "add sum residual-add": _SUM,
                "spectral-norm spectralnorm": f"it is a form of the weights: {SPECTRAL}",
                "identity": "leave the layer out",
            }
        ),
    },
    "function": {
        **words(
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
        **helps(
            {
                "randn rand normal uniform noise randn_like": "what is drawn is a latent: "
                '`[latents]` with `z = { distribution = "normal", size = 100 }`',
            }
        ),
    },
}
"""By what is named what it is called elsewhere, in lower case. A name is offered where it is known.
"""
