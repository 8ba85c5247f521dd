"""Python interface: the classes and functions of the module `hush`."""
