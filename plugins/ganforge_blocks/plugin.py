"""The hooks through which ganforge finds what this package adds."""

from __future__ import annotations

from ganforge.plugins import Block, DataSource, Init, Loss, Metric, Parametrization, hookimpl


@hookimpl
def ganforge_register_blocks() -> tuple[Block, ...]:
    from ganforge_blocks import (
        activations,
        affine,
        attention,
        augmentation,
        conditional,
        conv,
        dense,
        features,
        functions,
        labels,
        layout,
        modulation,
        noise,
        norms,
        pooling,
        resampling,
        statistics,
        styles,
    )

    return (
        *conv.BLOCKS,
        *modulation.BLOCKS,
        *dense.BLOCKS,
        *affine.BLOCKS,
        *norms.BLOCKS,
        *conditional.BLOCKS,
        *attention.BLOCKS,
        *styles.BLOCKS,
        *augmentation.BLOCKS,
        *activations.BLOCKS,
        *noise.BLOCKS,
        *layout.BLOCKS,
        *resampling.BLOCKS,
        *pooling.BLOCKS,
        *statistics.BLOCKS,
        *features.BLOCKS,
        *functions.BLOCKS,
        *labels.BLOCKS,
    )


@hookimpl
def ganforge_register_losses() -> tuple[Loss, ...]:
    from ganforge_blocks.loss_declarations import LOSSES

    return LOSSES


@hookimpl
def ganforge_register_inits() -> tuple[Init, ...]:
    from ganforge_blocks.init_declarations import INITS

    return INITS


@hookimpl
def ganforge_register_weights() -> tuple[Parametrization, ...]:
    from ganforge_blocks.weight_declarations import WEIGHTS

    return WEIGHTS


@hookimpl
def ganforge_register_data_sources() -> tuple[DataSource, ...]:
    from ganforge_blocks.source_declarations import SOURCES

    return SOURCES


@hookimpl
def ganforge_register_metrics() -> tuple[Metric, ...]:
    from ganforge_blocks.metric_declarations import METRICS

    return METRICS
