"""Intersection of a ray with the scene: the wide hierarchy and its leaf blocks.

Device code. Each node holds the bounds of WIDTH children side by side and each plain leaf
BLOCK_SIZE triangles side by side, so that the unrolled loops over them become SIMD instructions on
a CPU. Spheres, flat shapes and surfaces with an opacity lie in special blocks, tested one primitive
after the other.
"""

import taichi as ti

from renderer.geometry.primitives import EDGE
from renderer.geometry.primitives import hit_plane
from renderer.geometry.primitives import hit_special
from renderer.geometry.ray import INFINITY
from renderer.geometry.ray import Hit
from renderer.geometry.ray import Ray
from renderer.rows import read_bits
from renderer.rows import word_bits
from renderer.tables.layout import BLOCK_EDGE1
from renderer.tables.layout import BLOCK_EDGE2
from renderer.tables.layout import BLOCK_PRIMITIVES
from renderer.tables.layout import BLOCK_SIZE
from renderer.tables.layout import BLOCK_WORDS
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import NODE_LINKS
from renderer.tables.layout import NODE_UPPER
from renderer.tables.layout import NODE_WORDS
from renderer.tables.layout import SPHERE
from renderer.tables.layout import STACK_SIZE
from renderer.tables.layout import WIDTH
from renderer.tables.layout import GeometrySlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
ivec3 = ti.types.vector(3, ti.i32)
stack_i32 = ti.types.vector(STACK_SIZE, ti.i32)
stack_f32 = ti.types.vector(STACK_SIZE, ti.f32)
lanes_f32 = ti.types.vector(WIDTH, ti.f32)
lanes_i32 = ti.types.vector(WIDTH, ti.i32)
block_f32 = ti.types.vector(BLOCK_SIZE, ti.f32)

EMPTY = 0x7FFFFFFF  # link value: none
# Two bits per child: LLVM would turn the choice between one bit and 0 into a shift that differs in
# each lane.
TWO_BITS = 1 | (1 << WIDTH)
MIN_DIRECTION = 1e-12  # keeps 1 / direction finite
ROUNDING = (
    1.0000004  # widens bounds, so that a ray through a shared edge cannot slip between (Ize 2013)
)


@ti.dataclass
class Slabs:
    """A ray prepared for tests against axis-aligned bounds."""

    inverse: vec3  # 1 / direction
    shifted: vec3  # origin / direction
    # words from the lower to the near plane: 0, or NODE_UPPER for a negative direction
    flip: ivec3


@ti.func
def lesser(a: ti.f32, b: ti.f32) -> ti.f32:
    """Minimum in one instruction; `ti.min` takes three, because it also handles NaN."""
    return ti.select(a < b, a, b)


@ti.func
def greater(a: ti.f32, b: ti.f32) -> ti.f32:
    """Maximum in one instruction; see `lesser`."""
    return ti.select(a > b, a, b)


@ti.func
def prepare_slabs(origin: vec3, direction: vec3) -> Slabs:
    """Prepare a ray for slab tests (Kay and Kajiya 1986)."""
    d = direction
    flip = ivec3(0)
    for c in ti.static(range(3)):
        if abs(d[c]) < MIN_DIRECTION:
            d[c] = MIN_DIRECTION
        flip[c] = ti.select(d[c] < 0.0, NODE_UPPER, 0)
    inverse = 1.0 / d
    return Slabs(inverse=inverse, shifted=origin * inverse, flip=flip)


@ti.func
def enter_children(tables: ti.template(), base: ti.i32, slabs: Slabs, t_max: ti.f32) -> lanes_f32:
    """Distance at which the ray enters each child of a node; INFINITY where it misses."""
    inverse, shifted = slabs.inverse, slabs.shifted
    near_x, far_x = base + slabs.flip.x, base + NODE_UPPER - slabs.flip.x
    near_y, far_y = base + WIDTH + slabs.flip.y, base + NODE_UPPER + WIDTH - slabs.flip.y
    near_z, far_z = base + 2 * WIDTH + slabs.flip.z, base + NODE_UPPER + 2 * WIDTH - slabs.flip.z
    enter = lanes_f32(0.0)
    for j in ti.static(range(WIDTH)):
        x0 = tables.nodes[near_x + j] * inverse.x - shifted.x
        y0 = tables.nodes[near_y + j] * inverse.y - shifted.y
        z0 = tables.nodes[near_z + j] * inverse.z - shifted.z
        x1 = tables.nodes[far_x + j] * inverse.x - shifted.x
        y1 = tables.nodes[far_y + j] * inverse.y - shifted.y
        z1 = tables.nodes[far_z + j] * inverse.z - shifted.z
        t0 = greater(greater(x0, y0), greater(z0, 0.0))
        t1 = lesser(lesser(x1, y1), lesser(z1, t_max))
        enter[j] = ti.select(t0 <= t1 * ROUNDING, t0, INFINITY)
    return enter


@ti.func
def hit_block(tables: ti.template(), base: ti.i32, o: vec3, d: vec3) -> block_f32:
    """Distance to each triangle of a block, or INFINITY (Moeller and Trumbore 1997)."""
    t_block = block_f32(0.0)
    for j in ti.static(range(BLOCK_SIZE)):
        e1x = tables.blocks[base + BLOCK_EDGE1 + j]
        e1y = tables.blocks[base + BLOCK_EDGE1 + BLOCK_SIZE + j]
        e1z = tables.blocks[base + BLOCK_EDGE1 + 2 * BLOCK_SIZE + j]
        e2x = tables.blocks[base + BLOCK_EDGE2 + j]
        e2y = tables.blocks[base + BLOCK_EDGE2 + BLOCK_SIZE + j]
        e2z = tables.blocks[base + BLOCK_EDGE2 + 2 * BLOCK_SIZE + j]
        px, py, pz = d.y * e2z - d.z * e2y, d.z * e2x - d.x * e2z, d.x * e2y - d.y * e2x
        scale = 1.0 / (e1x * px + e1y * py + e1z * pz)
        sx = o.x - tables.blocks[base + j]
        sy = o.y - tables.blocks[base + BLOCK_SIZE + j]
        sz = o.z - tables.blocks[base + 2 * BLOCK_SIZE + j]
        qx, qy, qz = sy * e1z - sz * e1y, sz * e1x - sx * e1z, sx * e1y - sy * e1x
        b1 = (sx * px + sy * py + sz * pz) * scale
        b2 = (d.x * qx + d.y * qy + d.z * qz) * scale
        t = (e2x * qx + e2y * qy + e2z * qz) * scale
        inside = lesser(lesser(lesser(b1, b2), 1.0 - b1 - b2) + EDGE, t)
        t_block[j] = ti.select(inside >= 0.0, t, INFINITY)
    return t_block


@ti.func
def finish_hit(tables: ti.template(), ray: Ray, t: ti.f32, primitive: ti.i32) -> Hit:
    """Hit record with the position on the primitive; uv is 0 on a sphere."""
    uv = vec2(0.0)
    if primitive >= 0:
        if (read_bits(tables.geometry, primitive, GeometrySlot.KIND) & KIND_MASK) != SPHERE:
            plane = hit_plane(tables, primitive, ray.origin, ray.direction)
            uv = vec2(plane.y, plane.z)
    return Hit(t=t, primitive=primitive, uv=uv)


@ti.func
def opaque_zero(tables: ti.template()) -> ti.i32:
    """0, which LLVM cannot deduce. So a local array indexed with it stays in memory, and LLVM
    computes all its elements in one SIMD register.
    """
    return tables.emitter_count >> 31


@ti.func
def entered(enter: ti.template(), zero: ti.i32) -> ti.i32:
    """Bit mask of the children that the ray enters."""
    flags = lanes_i32(0)
    for j in ti.static(range(WIDTH)):
        flags[j] = ti.select(enter[j] < INFINITY, TWO_BITS << j, 0)
    mask = 0
    for j in ti.static(range(WIDTH)):
        mask |= flags[j + zero]
    return mask & ((1 << WIDTH) - 1)


@ti.func
def highest_bit(mask: ti.i32) -> ti.i32:
    """Index of the highest set bit, 0 for the lowest; mask must not be 0."""
    return 31 - ti.math.clz(mask)


@ti.func
def intersect(tables: ti.template(), ray: Ray) -> Hit:
    """Nearest hit of the ray, or for a shadow ray any hit, before t_max."""
    slabs = prepare_slabs(ray.origin, ray.direction)
    zero = opaque_zero(tables)
    links, distances = stack_i32(0), stack_f32(0.0)
    depth = 0  # entries on the stack
    link = tables.root  # current node, or leaf block if negative
    best = ray.t_max  # distance of the nearest hit so far
    primitive = NO_INDEX  # primitive of the nearest hit so far
    while link != EMPTY:
        next_link = EMPTY
        if link >= 0:
            # Take the nearest child, push the others.
            base = link * NODE_WORDS
            enter = enter_children(tables, base, slabs, best)
            mask = entered(enter, zero)
            if mask != 0:
                j = highest_bit(mask)
                next_link = word_bits(tables.nodes[base + NODE_LINKS + j])
                nearest = enter[j]
                mask ^= 1 << j
                while mask != 0:
                    j = highest_bit(mask)
                    t = enter[j]
                    child = word_bits(tables.nodes[base + NODE_LINKS + j])
                    is_nearer = t < nearest
                    links[depth] = ti.select(is_nearer, next_link, child)
                    distances[depth] = ti.select(is_nearer, nearest, t)
                    depth += 1
                    next_link = ti.select(is_nearer, child, next_link)
                    nearest = ti.select(is_nearer, t, nearest)
                    mask ^= 1 << j
        else:
            code = -1 - link
            base = (code >> 1) * BLOCK_WORDS
            t_block = block_f32(INFINITY)
            if (code & 1) == 0:
                t_block = hit_block(tables, base, ray.origin, ray.direction)
            for j in range(BLOCK_SIZE):
                candidate = word_bits(tables.blocks[base + BLOCK_PRIMITIVES + j])
                if (code & 1) != 0 and candidate >= 0:
                    t_block[j] = hit_special(tables, candidate, ray, best)
                if t_block[j] < best:
                    best = t_block[j]
                    primitive = candidate
            if ray.is_shadow == 1 and primitive >= 0:
                depth = 0
        # Pop the next entry that is nearer than the best hit.
        while next_link == EMPTY and depth > 0:
            depth -= 1
            if distances[depth] < best:
                next_link = links[depth]
        link = next_link
    return finish_hit(tables, ray, best, primitive)
