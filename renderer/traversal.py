"""Ray against scene: the wide hierarchy, its leaf blocks, and the special primitives.

Device code. Each node holds the bounds of WIDTH children side by side and each plain leaf BLOCK_SIZE
triangles side by side, so that the unrolled loops over them become SIMD instructions on a CPU. Spheres,
flat shapes and surfaces with an opacity lie in special blocks, one primitive after the other.
"""
import taichi as ti

from renderer.material import fetch_opacity
from renderer.sampler import hash_to_unit
from renderer.table_layout import BLOCK_SIZE
from renderer.table_layout import BLOCK_WORDS
from renderer.table_layout import DISK
from renderer.table_layout import GEOMETRY_ROWS
from renderer.table_layout import KIND_MASK
from renderer.table_layout import MASKED_BIT
from renderer.table_layout import NODE_WORDS
from renderer.table_layout import NO_INDEX
from renderer.table_layout import RECTANGLE
from renderer.table_layout import SHADING_ROWS
from renderer.table_layout import SPHERE
from renderer.table_layout import WIDTH
from renderer.texture import row_xyz
from renderer.texture import word_bits

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
stack_i32 = ti.types.vector(64, ti.i32)
stack_f32 = ti.types.vector(64, ti.f32)
lanes_f32 = ti.types.vector(WIDTH, ti.f32)
block_f32 = ti.types.vector(BLOCK_SIZE, ti.f32)

INFINITY = 1e30  # distance of a miss; finite, so that fast-math arithmetic on it stays defined
EMPTY = 0x7FFFFFFF  # no node in hand
MIN_DIRECTION = 1e-12  # keeps 1 / direction finite


@ti.dataclass
class Ray:
    """Half line; only hits nearer than `t_max` count."""

    origin: vec3
    direction: vec3  # unit length
    t_max: ti.f32
    is_shadow: ti.i32  # 1: any hit will do
    key: ti.u32  # random word of this ray, for surfaces that are only partly there


@ti.dataclass
class Hit:
    """Nearest hit."""

    t: ti.f32
    primitive: ti.i32  # -1: none
    uv: vec2  # barycentric (b1, b2), or (a, b) of a flat shape


@ti.func
def lesser(a: ti.f32, b: ti.f32) -> ti.f32:
    """Minimum as one instruction: `ti.min` also orders NaN, which costs three."""
    return ti.select(a < b, a, b)


@ti.func
def greater(a: ti.f32, b: ti.f32) -> ti.f32:
    """Maximum as one instruction."""
    return ti.select(a > b, a, b)


@ti.func
def hit_plane(tables: ti.template(), primitive: ti.i32, origin: vec3, direction: vec3) -> vec3:
    """(t, a, b) where the ray meets the plane v0 + a edge1 + b edge2 (Moeller and Trumbore 1997)."""
    v0 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS])
    e1 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS + 1])
    e2 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS + 2])
    p = direction.cross(e2)
    inverse = 1.0 / e1.dot(p)
    s = origin - v0
    q = s.cross(e1)
    return vec3(e2.dot(q), s.dot(p), direction.dot(q)) * inverse


@ti.func
def hit_sphere(tables: ti.template(), primitive: ti.i32, ray: Ray) -> ti.f32:
    """Nearest t > 0 on the sphere, or INFINITY; the discriminant as in Haines et al. 2019 (Ray Tracing Gems 7)."""
    center = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS])
    radius = tables.geometry[primitive * GEOMETRY_ROWS + 1][0]
    f = ray.origin - center
    b = -f.dot(ray.direction)
    nearest = f + b * ray.direction
    discriminant = radius * radius - nearest.norm_sqr()
    t = INFINITY
    if discriminant >= 0.0:
        c = f.norm_sqr() - radius * radius
        q = b + ti.select(b >= 0.0, 1.0, -1.0) * ti.sqrt(discriminant)
        t0, t1 = ti.min(c / q, q), ti.max(c / q, q)
        # A ray that starts on the sphere must not hit it where it starts.
        start = 1e-4 * radius
        t = ti.select(t0 > start, t0, ti.select(t1 > start, t1, INFINITY))
    return t


@ti.func
def barycentric_to_uv(tables: ti.template(), primitive: ti.i32, b: vec2) -> vec2:
    """Texture coordinates of a triangle or flat shape."""
    base = primitive * SHADING_ROWS
    row0, row1 = tables.shading[base], tables.shading[base + 1]
    row2, row3 = tables.shading[base + 2], tables.shading[base + 3]
    uv0, uv1, uv2 = vec2(row0[3], row1[3]), vec2(row2[3], row3[0]), vec2(row3[1], row3[2])
    return uv0 + b.x * (uv1 - uv0) + b.y * (uv2 - uv0)


@ti.func
def hit_special(tables: ti.template(), primitive: ti.i32, ray: Ray, t_best: ti.f32) -> ti.f32:
    """t of a sphere, flat shape or partly transparent triangle if nearer than t_best, else INFINITY."""
    word = word_bits(tables.geometry[primitive * GEOMETRY_ROWS][3])
    kind = word & KIND_MASK
    t = INFINITY
    b = vec2(0.0)
    if kind == SPHERE:
        t = hit_sphere(tables, primitive, ray)
    else:
        plane = hit_plane(tables, primitive, ray.origin, ray.direction)
        b = vec2(plane.y, plane.z)
        inside = ti.min(b.x, b.y, 1.0 - b.x - b.y)
        if kind == RECTANGLE:
            inside = ti.min(b.x, b.y, 1.0 - b.x, 1.0 - b.y)
        elif kind == DISK:
            inside = 0.25 - (b - 0.5).norm_sqr()
        if inside >= 0.0 and plane.x > 0.0:
            t = plane.x
    if t < t_best and (word & MASKED_BIT) != 0:
        material = word_bits(tables.geometry[primitive * GEOMETRY_ROWS + 1][3])
        opacity = fetch_opacity(tables, material, barycentric_to_uv(tables, primitive, b))
        if hash_to_unit(ray.key, ti.cast(primitive, ti.u32)) >= opacity:
            t = INFINITY
    return ti.select(t < t_best, t, INFINITY)


@ti.func
def intersect(tables: ti.template(), ray: Ray) -> Hit:
    """Nearest hit of the ray, or for a shadow ray any hit, before t_max."""
    o, d = ray.origin, ray.direction
    for c in ti.static(range(3)):
        if abs(d[c]) < MIN_DIRECTION:
            d[c] = MIN_DIRECTION
    inverse = 1.0 / d
    shifted = o * inverse
    # Where the near planes lie: the upper ones for a negative direction.
    flip_x = ti.select(d.x < 0.0, 3 * WIDTH, 0)
    flip_y = ti.select(d.y < 0.0, 3 * WIDTH, 0)
    flip_z = ti.select(d.z < 0.0, 3 * WIDTH, 0)
    links, distances = stack_i32(0), stack_f32(0.0)
    enter, t_block = lanes_f32(0.0), block_f32(0.0)
    depth = 0  # entries on the stack
    link = tables.root
    best = ray.t_max
    primitive = NO_INDEX
    while link != EMPTY:
        next_link = EMPTY
        if link >= 0:
            # Test the bounds of all children; take the nearest, push the others.
            base = link * NODE_WORDS
            near_x, far_x = base + flip_x, base + 3 * WIDTH - flip_x
            near_y, far_y = base + WIDTH + flip_y, base + 4 * WIDTH - flip_y
            near_z, far_z = base + 2 * WIDTH + flip_z, base + 5 * WIDTH - flip_z
            for j in ti.static(range(WIDTH)):
                t0 = greater(
                    greater(
                        tables.nodes[near_x + j] * inverse.x - shifted.x,
                        tables.nodes[near_y + j] * inverse.y - shifted.y,
                    ),
                    greater(tables.nodes[near_z + j] * inverse.z - shifted.z, 0.0),
                )
                t1 = lesser(
                    lesser(
                        tables.nodes[far_x + j] * inverse.x - shifted.x,
                        tables.nodes[far_y + j] * inverse.y - shifted.y,
                    ),
                    lesser(tables.nodes[far_z + j] * inverse.z - shifted.z, best),
                )
                # Widened by rounding, so that a ray through a shared edge cannot slip between (Ize 2013).
                enter[j] = ti.select(t0 <= t1 * 1.0000004, t0, INFINITY)
            nearest = INFINITY
            for j in range(WIDTH):
                t = enter[j]
                if t < INFINITY:
                    child = word_bits(tables.nodes[base + 6 * WIDTH + j])
                    if t < nearest:
                        if next_link != EMPTY:
                            links[depth] = next_link
                            distances[depth] = nearest
                            depth += 1
                        next_link = child
                        nearest = t
                    else:
                        links[depth] = child
                        distances[depth] = t
                        depth += 1
        else:
            code = -1 - link
            base = (code >> 1) * BLOCK_WORDS
            if (code & 1) == 0:
                # Test a block of triangles together.
                for j in ti.static(range(BLOCK_SIZE)):
                    e1x = tables.blocks[base + 3 * BLOCK_SIZE + j]
                    e1y = tables.blocks[base + 4 * BLOCK_SIZE + j]
                    e1z = tables.blocks[base + 5 * BLOCK_SIZE + j]
                    e2x = tables.blocks[base + 6 * BLOCK_SIZE + j]
                    e2y = tables.blocks[base + 7 * BLOCK_SIZE + j]
                    e2z = tables.blocks[base + 8 * BLOCK_SIZE + j]
                    px, py, pz = d.y * e2z - d.z * e2y, d.z * e2x - d.x * e2z, d.x * e2y - d.y * e2x
                    scale = 1.0 / (e1x * px + e1y * py + e1z * pz)
                    sx = o.x - tables.blocks[base + j]
                    sy = o.y - tables.blocks[base + BLOCK_SIZE + j]
                    sz = o.z - tables.blocks[base + 2 * BLOCK_SIZE + j]
                    qx, qy, qz = sy * e1z - sz * e1y, sz * e1x - sx * e1z, sx * e1y - sy * e1x
                    b1 = (sx * px + sy * py + sz * pz) * scale
                    b2 = (d.x * qx + d.y * qy + d.z * qz) * scale
                    t = (e2x * qx + e2y * qy + e2z * qz) * scale
                    inside = lesser(lesser(b1, b2), lesser(1.0 - b1 - b2, t))
                    t_block[j] = ti.select(inside >= 0.0, t, INFINITY)
                for j in range(BLOCK_SIZE):
                    if t_block[j] < best:
                        best = t_block[j]
                        primitive = word_bits(tables.blocks[base + 9 * BLOCK_SIZE + j])
            else:
                for j in range(BLOCK_SIZE):
                    candidate = word_bits(tables.blocks[base + 9 * BLOCK_SIZE + j])
                    if candidate >= 0:
                        t = hit_special(tables, candidate, ray, best)
                        if t < best:
                            best = t
                            primitive = candidate
            if ray.is_shadow == 1 and primitive >= 0:
                depth = 0
        # Pop what is still in front of the best hit.
        while next_link == EMPTY and depth > 0:
            depth -= 1
            if distances[depth] < best:
                next_link = links[depth]
        link = next_link
    uv = vec2(0.0)
    if primitive >= 0:
        if (word_bits(tables.geometry[primitive * GEOMETRY_ROWS][3]) & KIND_MASK) != SPHERE:
            plane = hit_plane(tables, primitive, ray.origin, ray.direction)
            uv = vec2(plane.y, plane.z)
    return Hit(t=best, primitive=primitive, uv=uv)
