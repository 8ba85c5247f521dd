"""Memory layout of the scene tables: rows per item, and the slot of each value in its rows.

Host and device constants only. Tables are flat arrays of rows of four float32 words, so that one
compiled kernel serves every scene. An item of a table (a primitive, a material) takes a fixed
number of rows; a slot names one word, or the first three words of a row, among them. Slots marked
"bits" hold an int32 bit for bit.
"""

from typing import NamedTuple


class Slot(NamedTuple):
    """Place of one value in an item's rows."""

    stride: int
    """Rows per item of the table."""
    row: int
    word: int

    @property
    def at(self) -> tuple[int, int]:
        """(row, word) index into one item's (stride, 4) rows."""
        return self.row, self.word

    @property
    def of_all(self) -> tuple[slice, int, int]:
        """Index of the word in (N, stride, 4) rows of N items."""
        return slice(None), self.row, self.word

    @property
    def vector(self) -> tuple[int, slice]:
        """Index of the three words that begin at the slot in one item's (stride, 4) rows."""
        return self.row, slice(self.word, self.word + 3)

    @property
    def vector_of_all(self) -> tuple[slice, int, slice]:
        """Index of the three words that begin at the slot in (N, stride, 4) rows of N items."""
        return slice(None), self.row, slice(self.word, self.word + 3)


NO_INDEX = -1

# ---- Primitives ----
GEOMETRY_ROWS = 3
SHADING_ROWS = 4
TRIANGLE = 0
RECTANGLE = 1
DISK = 2
SPHERE = 3
KIND_MASK = 3
MASKED_BIT = 4  # set in the kind word if the material's opacity must be looked up


class GeometrySlot:
    """Slots of a primitive in the geometry table."""

    KIND = Slot(GEOMETRY_ROWS, 0, 3)  # bits
    MATERIAL = Slot(GEOMETRY_ROWS, 1, 3)  # bits
    EMITTER = Slot(GEOMETRY_ROWS, 2, 3)  # bits, NO_INDEX: none
    # Triangle, rectangle, disk.
    ORIGIN = Slot(GEOMETRY_ROWS, 0, 0)  # vertex 0, or the corner (0, 0)
    EDGE1 = Slot(GEOMETRY_ROWS, 1, 0)
    EDGE2 = Slot(GEOMETRY_ROWS, 2, 0)
    # Sphere.
    CENTER = Slot(GEOMETRY_ROWS, 0, 0)
    RADIUS = Slot(GEOMETRY_ROWS, 1, 0)
    IS_FLIPPED = Slot(GEOMETRY_ROWS, 1, 1)  # 1: normals point inwards


class ShadingSlot:
    """Slots of a primitive in the shading table."""

    NORMAL0 = Slot(SHADING_ROWS, 0, 0)
    NORMAL1 = Slot(SHADING_ROWS, 1, 0)
    NORMAL2 = Slot(SHADING_ROWS, 2, 0)
    U0 = Slot(SHADING_ROWS, 0, 3)
    V0 = Slot(SHADING_ROWS, 1, 3)
    U1 = Slot(SHADING_ROWS, 2, 3)
    V1 = Slot(SHADING_ROWS, 3, 0)
    U2 = Slot(SHADING_ROWS, 3, 1)
    V2 = Slot(SHADING_ROWS, 3, 2)
    # Sphere: its unit axes in world space.
    AXIS_X = Slot(SHADING_ROWS, 0, 0)
    AXIS_Y = Slot(SHADING_ROWS, 1, 0)
    AXIS_Z = Slot(SHADING_ROWS, 2, 0)


# ---- Materials ----
MATERIAL_ROWS = 9
TWO_SIDED_FLAG = 1
NONLINEAR_FLAG = 2
COAT_TABLE_SIZE = 64  # entries of a coat's transmittance over cos(theta) in [0, 1]


class MaterialSlot:
    """Slots of a material."""

    KIND = Slot(MATERIAL_ROWS, 0, 0)  # bits
    FLAGS = Slot(MATERIAL_ROWS, 0, 1)  # bits
    DISTRIBUTION = Slot(MATERIAL_ROWS, 0, 2)  # bits
    COAT_TABLE = Slot(MATERIAL_ROWS, 0, 3)  # bits
    ALPHA = Slot(MATERIAL_ROWS, 1, 0)
    IOR = Slot(MATERIAL_ROWS, 1, 1)
    INTERNAL_REFLECTANCE = Slot(MATERIAL_ROWS, 1, 2)
    NORMAL_SCALE = Slot(MATERIAL_ROWS, 1, 3)
    REFLECTANCE = Slot(MATERIAL_ROWS, 2, 0)
    REFLECTANCE_TEXTURE = Slot(MATERIAL_ROWS, 2, 3)  # bits
    SPECULAR = Slot(MATERIAL_ROWS, 3, 0)
    NORMAL_MAP = Slot(MATERIAL_ROWS, 3, 3)  # bits
    TRANSMITTANCE = Slot(MATERIAL_ROWS, 4, 0)
    OPACITY_TEXTURE = Slot(MATERIAL_ROWS, 4, 3)  # bits
    ETA = Slot(MATERIAL_ROWS, 5, 0)
    OPACITY_CHANNEL = Slot(MATERIAL_ROWS, 5, 3)  # bits, 0 to 3: R, G, B, A
    K = Slot(MATERIAL_ROWS, 6, 0)
    METALLIC_ROUGHNESS_TEXTURE = Slot(MATERIAL_ROWS, 6, 3)  # bits
    METALLIC = Slot(MATERIAL_ROWS, 7, 0)
    ROUGHNESS = Slot(MATERIAL_ROWS, 7, 1)
    TRANSMISSION = Slot(MATERIAL_ROWS, 7, 2)
    OPACITY = Slot(MATERIAL_ROWS, 7, 3)
    OPACITY_CUTOFF = Slot(MATERIAL_ROWS, 8, 0)  # below 0: no cutoff


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


class TextureSlot:
    """Slots of a texture."""

    KIND = Slot(TEXTURE_ROWS, 0, 0)  # bits
    FIRST_TEXEL = Slot(TEXTURE_ROWS, 0, 1)  # bits
    WIDTH = Slot(TEXTURE_ROWS, 0, 2)  # bits
    HEIGHT = Slot(TEXTURE_ROWS, 0, 3)  # bits
    SCALE = Slot(TEXTURE_ROWS, 1, 0)  # RGBA factor of an image
    COLOR0 = Slot(TEXTURE_ROWS, 1, 0)  # RGBA of a checkerboard
    COLOR1 = Slot(TEXTURE_ROWS, 2, 0)  # RGBA
    U_TRANSFORM = Slot(TEXTURE_ROWS, 3, 0)  # row 0 of the (2, 3) matrix that maps uv
    FLAGS = Slot(TEXTURE_ROWS, 3, 3)  # bits
    V_TRANSFORM = Slot(TEXTURE_ROWS, 4, 0)  # row 1


# ---- Emitters ----
EMITTER_ROWS = 5
AREA_EMITTER = 0
ENVIRONMENT_EMITTER = 1
POINT_EMITTER = 2  # spot lights too
DIRECTIONAL_EMITTER = 3


class EmitterSlot:
    """Slots of an emitter; those after `TEXTURE` depend on its kind."""

    KIND = Slot(EMITTER_ROWS, 0, 0)  # bits
    PRIMITIVE = Slot(EMITTER_ROWS, 0, 1)  # bits
    PMF = Slot(EMITTER_ROWS, 0, 2)
    AREA = Slot(EMITTER_ROWS, 0, 3)
    RADIANCE = Slot(EMITTER_ROWS, 1, 0)  # point, spot: intensity; directional: irradiance
    TEXTURE = Slot(EMITTER_ROWS, 1, 3)  # bits
    # Area emitter.
    IS_TWO_SIDED = Slot(EMITTER_ROWS, 2, 0)
    # Environment: its axes in world space, size of its image.
    AXIS_X = Slot(EMITTER_ROWS, 2, 0)
    AXIS_Y = Slot(EMITTER_ROWS, 3, 0)
    AXIS_Z = Slot(EMITTER_ROWS, 4, 0)
    WIDTH = Slot(EMITTER_ROWS, 2, 3)  # bits
    HEIGHT = Slot(EMITTER_ROWS, 3, 3)  # bits
    # Point or spot light.
    POSITION = Slot(EMITTER_ROWS, 2, 0)
    COS_INNER = Slot(EMITTER_ROWS, 2, 3)
    SPOT_AXIS = Slot(EMITTER_ROWS, 3, 0)
    COS_OUTER = Slot(EMITTER_ROWS, 3, 3)
    IS_LINEAR_IN_ANGLE = Slot(EMITTER_ROWS, 4, 0)
    OUTER_ANGLE = Slot(EMITTER_ROWS, 4, 1)  # radians
    INVERSE_WIDTH = Slot(EMITTER_ROWS, 4, 2)  # 1 / (outer - inner angle)
    # Directional light.
    TO_LIGHT = Slot(EMITTER_ROWS, 2, 0)


# ---- Environment ----
CELL_ROWS = 2
MANTISSA_BITS = 14  # of each channel of a texel, see `environment_texels`
CELL_BITS = 14  # of the index of a texel's cell
EXPONENT_BIAS = 142  # 128 for the exponent of a fraction in [0.5, 1), and MANTISSA_BITS


class CellSlot:
    """Slots of a sampling cell of the environment."""

    LEFT = Slot(CELL_ROWS, 0, 0)  # bounds: image coordinates
    TOP = Slot(CELL_ROWS, 0, 1)
    WIDTH = Slot(CELL_ROWS, 0, 2)
    HEIGHT = Slot(CELL_ROWS, 0, 3)
    DENSITY = Slot(CELL_ROWS, 1, 0)  # per unit of the image's area


# ---- Hierarchy ----
WIDTH = 8  # children of a node; eight bounds fill one SIMD register
NODE_UPPER = 3 * WIDTH  # first word of the upper bounds; the lower ones begin at 0
NODE_LINKS = 6 * WIDTH  # first word of the children's links (bits)
NODE_WORDS = 7 * WIDTH
STACK_SIZE = 96  # maximum pending links of a traversal; checked when the tree is built
BLOCK_SIZE = 4  # triangles of a leaf block, tested together
BLOCK_EDGE1 = 3 * BLOCK_SIZE  # first word of edge 1; x, y and z of vertex 0 begin at 0
BLOCK_EDGE2 = 6 * BLOCK_SIZE
BLOCK_PRIMITIVES = 9 * BLOCK_SIZE  # first word of the primitive indices (bits)
BLOCK_WORDS = 10 * BLOCK_SIZE
