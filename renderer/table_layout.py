"""How the scene lies in memory: rows of each table, written by the host and read by the device.

Host and device constants only. Tables are flat arrays, so one compiled kernel serves every scene. Integers
ride in float32 words, bit for bit ("bits" below).

| table | per | rows of four words |
|---|---|---|
| geometry | primitive | (v0, kind bits) (edge1, material bits) (edge2, emitter bits); sphere: (center, kind) (radius, flip, 0, material) (0, 0, 0, emitter) |
| shading | primitive | (n0, u0) (n1, v0) (n2, u1) (v1, u2, v2, 0) |
| materials | material | (kind, flags, distribution, table: bits) (alpha, ior, internal, normal scale) (reflectance, texture bits) (specular, normal map bits) (transmittance, opacity texture bits) (eta, opacity channel bits) (k, metallic-roughness texture bits) (metallic, roughness, transmission, opacity) (opacity cutoff or -1, 0, 0, 0) |
| textures | texture | (kind, offset, width, height: bits) (scale or color0) (color1) (uv row 0, flags bits) (uv row 1, 0) |
| emitters | emitter | (kind bits, primitive bits, pmf, area) (radiance, texture bits) (3 rows by kind) |
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

# ---- Textures ----
TEXTURE_ROWS = 5
IMAGE_TEXTURE = 0
CHECKERBOARD = 1
SRGB_FLAG = 1
NEAREST_FLAG = 2
CLAMP_FLAG = 4
MIRROR_FLAG = 8

# ---- Emitters ----
EMITTER_ROWS = 5
AREA_EMITTER = 0  # rows 2..4: (is two-sided, 0, 0, 0), unused, unused
ENVIRONMENT_EMITTER = 1  # rows 2..4: rows of the world-to-local rotation, each with (width, height, 0) bits
POINT_EMITTER = 2  # rows 2..4: (position, cos inner) (axis, cos outer), unused
DIRECTIONAL_EMITTER = 3  # row 2: (direction towards the light, 0)

# ---- Hierarchy ----
WIDTH = 4  # children of a node; four bounds fill one SIMD register
NODE_WORDS = 7 * WIDTH  # lower xyz, upper xyz (WIDTH words each), links (bits)
STACK_SIZE = 96  # links that wait during a traversal; checked when the hierarchy is built
BLOCK_SIZE = 4  # triangles of a leaf block, tested together
BLOCK_WORDS = 10 * BLOCK_SIZE  # v0, edge1, edge2 (xyz, BLOCK_SIZE words each), primitive (bits)
