"""How the scene lies in memory: rows of each table, written by the host and read by the device.

Host and device constants only. Tables are flat arrays, so one compiled kernel serves every scene.
Rows have four float32 words. Integers ride in words bit for bit, marked with # below.

geometry, per primitive:
    (v0, kind#) (edge1, material#) (edge2, emitter#)
    of a sphere: (center, kind#) (radius, is flipped, 0, material#) (0, 0, 0, emitter#)
shading, per primitive:
    (n0, u0) (n1, v0) (n2, u1) (v1, u2, v2, 0)
    of a sphere: its axes in world space (x, 0) (y, 0) (z, 0), unused
materials, per material:
    (kind#, flags#, distribution#, coat table#) (alpha, ior, internal reflectance, normal scale)
    (reflectance, texture#) (specular, normal map#) (transmittance, opacity texture#)
    (eta, opacity channel#) (k, metallic-roughness texture#)
    (metallic, roughness, transmission, opacity) (opacity cutoff or -1, 0, 0, 0)
textures, per texture:
    (kind#, first texel#, width#, height#) (scale or color0) (color1)
    (uv matrix row 0, flags#) (uv matrix row 1, 0)
emitters, per emitter:
    (kind#, primitive#, pmf, area) (radiance, texture#) and three rows that depend on the kind
"""

NO_INDEX = -1

# ---- Primitives ----
GEOMETRY_ROWS = 3
SHADING_ROWS = 4
TRIANGLE = 0
RECTANGLE = 1
DISK = 2
SPHERE = 3
KIND_MASK = 3
MASKED_BIT = 4  # set in the kind word where the material has an opacity to look up

# ---- Materials ----
MATERIAL_ROWS = 9
TWO_SIDED_FLAG = 1
NONLINEAR_FLAG = 2
COAT_TABLE_SIZE = 64  # entries of a coat's transmittance over cos(theta) in [0, 1]

# ---- Kinds of BSDFs ----
DIFFUSE = 0
CONDUCTOR = 1
ROUGH_CONDUCTOR = 2
DIELECTRIC = 3
THIN_DIELECTRIC = 4
ROUGH_DIELECTRIC = 5
PLASTIC = 6
METALLIC_ROUGHNESS = 7

# ---- Microfacet distributions ----
GGX = 0
BECKMANN = 1

# ---- Textures ----
TEXTURE_ROWS = 5
IMAGE_TEXTURE = 0
CHECKERBOARD = 1
SRGB_FLAG = 1
NEAREST_FLAG = 2
CLAMP_FLAG = 4
MIRROR_FLAG = 8
RGBE_FLAG = 16

# ---- Emitters ----
EMITTER_ROWS = 5
AREA_EMITTER = 0  # rows 2..4: (is two-sided, 0, 0, 0), unused, unused
ENVIRONMENT_EMITTER = (
    1  # rows 2..4: rows of the world-to-local rotation, each with (width, height, 0) bits
)
POINT_EMITTER = 2  # rows 2..4: (position, cos inner) (axis, cos outer)
# (1 where linear in the angle, outer angle, 1 / width, 0)
DIRECTIONAL_EMITTER = 3  # row 2: (direction towards the light, 0)

# ---- Hierarchy ----
WIDTH = 8  # children of a node; eight bounds fill one SIMD register
NODE_WORDS = 7 * WIDTH  # lower xyz, upper xyz (WIDTH words each), links (bits)
STACK_SIZE = 96  # links that wait during a traversal; checked when the hierarchy is built
BLOCK_SIZE = 4  # triangles of a leaf block, tested together
BLOCK_WORDS = 10 * BLOCK_SIZE  # v0, edge1, edge2 (xyz, BLOCK_SIZE words each), primitive (bits)
