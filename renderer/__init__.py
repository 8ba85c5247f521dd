"""Path tracer: scene tables, sampling, BSDFs, emitters, traversal, integrator and film. No other
package imports Taichi.
"""
