"""dSprites: three shapes of several sizes, turned, anywhere in the image."""
