"""What every plugin of ganforge promises."""

from ganforge.plugins import Tensor
from ganforge.testing import conformance

SAMPLES = {
    "ylg-attention": [
        ({"heads": 2}, [Tensor((16, 4, 4))]),
        ({"heads": 1, "steps": ["repetitive"], "direction": "left-to-right"}, [Tensor((8, 4, 6))]),
        ({"heads": 4, "direction": "right-to-left"}, [Tensor((32, 6, 2))]),
    ]
}
test_conformance = conformance("ganforge_ylg.plugin", SAMPLES)
