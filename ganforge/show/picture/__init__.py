"""The whole GAN as one interactive picture: what it shows, as data, and the page that shows it."""

from ganforge.show.picture.build import picture_of
from ganforge.show.picture.page import page

__all__ = ["page", "picture_of"]
