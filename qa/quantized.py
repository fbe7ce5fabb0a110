"""Post-training quantization: matrix products of a network in 8-bit integers.

For every product with a constant, the activations' range is taken from example inputs (least
and greatest value seen) and the weights' from each output channel; both are marked with
FakeQuantize operations, which OpenVINO's processor plug-in turns into integer arithmetic
(Jacob et al., 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference"). Products of two activations stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ACTIVATION_LEVELS = 256
_WEIGHT_LEVELS = 255  # symmetric


def quantize(openvino: Any, network: Any, examples: Iterable[tuple[NDArray[Any], ...]]) -> None:
    """Mark the products of ``network``, an OpenVINO model, in place.

    Args:
        openvino: the package.
        network: as converted; its weights are constants.
        examples: inputs like those to come, without padding.
    """
    from openvino import opset13 as ops

    products = [
        operation
        for operation in network.get_ordered_ops()
        if operation.get_type_name() == "MatMul" and _constant(operation) is not None
    ]
    inputs: dict[tuple[str, int], list[Any]] = {}
    for product in products:
        source = product.input_value(0)
        key = (source.get_node().get_friendly_name(), source.get_index())
        inputs.setdefault(key, []).append(product)
    sources = [group[0].input_value(0) for group in inputs.values()]
    lows, highs = _ranges(openvino, network, sources, examples)
    for source, group, low, high in zip(sources, inputs.values(), lows, highs, strict=True):
        bounds = [ops.constant(np.float32(value)) for value in (low, high)]
        marked = ops.fake_quantize(source, *bounds, *bounds, _ACTIVATION_LEVELS)
        for product in group:
            product.input(0).replace_source_output(marked.output(0))
    for product in products:
        weights = _constant(product)
        assert weights is not None
        axis = 1 if product.get_attributes()["transpose_b"] else 0
        most = np.maximum(np.abs(weights).max(axis=axis, keepdims=True), 1e-8)
        bounds = [ops.constant(value.astype(np.float32)) for value in (-most, most)]
        marked = ops.fake_quantize(ops.constant(weights), *bounds, *bounds, _WEIGHT_LEVELS)
        product.input(1).replace_source_output(marked.output(0))


def _constant(product: Any) -> NDArray[np.float32] | None:
    """The weights of a product with a constant matrix; nothing for other products."""
    node = product.input_value(1).get_node()
    if node.get_type_name() == "Convert":  # kept in 16 bits
        node = node.input_value(0).get_node()
    if node.get_type_name() != "Constant":
        return None
    weights: NDArray[np.float32] = node.data.astype(np.float32)
    return weights if weights.ndim == 2 else None


def _ranges(
    openvino: Any,
    network: Any,
    sources: list[Any],
    examples: Iterable[tuple[NDArray[Any], ...]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest value of each source over the examples; zero is always between."""
    from openvino import opset13 as ops

    probe = openvino.Model(
        [ops.result(source) for source in sources], network.get_parameters(), "probe"
    )
    running = openvino.Core().compile_model(probe, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    lows, highs = np.zeros(len(sources)), np.zeros(len(sources))
    for example in examples:
        found = running(dict(enumerate(example)))
        for number in range(len(sources)):
            lows[number] = min(lows[number], found[number].min())
            highs[number] = max(highs[number], found[number].max())
    return lows, highs
