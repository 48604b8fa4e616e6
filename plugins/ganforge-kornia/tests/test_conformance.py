"""What every plugin of ganforge promises."""

from ganforge.testing import conformance

test_conformance = conformance("ganforge_kornia")
