"""Path tracer: scene tables, sampling, BSDFs, emitters, traversal, integrator and film. Taichi
lives here only.
"""
