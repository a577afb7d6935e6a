"""One file a resource; each has a `router`. `pages` holds those of the console."""
