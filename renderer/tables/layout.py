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
CHANNEL_BITS = 4  # of the word of a number's texture: 16 * texture + channel, or NO_INDEX
LUMINANCE_CHANNEL = 4
ANGLE_CHANNEL = 5
INVERTED_FLAG = 8  # added to the channel: 1 minus the texture's value

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
    ATTRIBUTES = Slot(SHADING_ROWS, 3, 3)  # bits: row of its attributes, NO_INDEX: none
    # Sphere: its unit axes in world space.
    AXIS_X = Slot(SHADING_ROWS, 0, 0)
    AXIS_Y = Slot(SHADING_ROWS, 1, 0)
    AXIS_Z = Slot(SHADING_ROWS, 2, 0)


# ---- Attributes ----
TANGENT = "TANGENT"  # attribute with tangent (xyz) and handedness (w) of normal maps
ATTRIBUTE_ROWS = 3  # one per corner of a triangle, for each attribute of the scene


# ---- Materials ----
FIRST_COLOR_ROW = 2
COLORS = ("reflectance", "specular", "transmittance", "sheen_color")
"""Colours with textures, one per row from FIRST_COLOR_ROW on."""
CONSTANT_ROW = FIRST_COLOR_ROW + len(COLORS)
FIRST_SCALAR_ROW = CONSTANT_ROW + 3
SCALARS = (
    "alpha_u",
    "alpha_v",
    "metallic",
    "roughness",
    "transmission",
    "anisotropic",
    "clearcoat",
    "clearcoat_roughness",
    "sheen",
    "diffuse_transmission",
    "specular_weight",
    "rotation",
    "spec_tint",
    "sheen_tint",
    "clearcoat_gloss",
    "flatness",
)
"""Numbers with textures, two per row from FIRST_SCALAR_ROW on."""
WIDTH_COUNT = 2
"""Leading numbers of SCALARS of a rough BSDF."""
SIMPLE_COUNT = 5
"""Leading numbers of SCALARS of a metallic-roughness material without layers."""
LAST_ROW = FIRST_SCALAR_ROW + (len(SCALARS) + 1) // 2
MATERIAL_ROWS = LAST_ROW + 2
TWO_SIDED_FLAG = 1
NONLINEAR_FLAG = 2
LAYERED_FLAG = 4  # metallic-roughness with any of the numbers after SIMPLE_COUNT
ORIENTED_FLAG = 8  # anisotropic, or with a normal or bump map
BITANGENT_FLAG = 16  # y of the normal map is along normal x dp/du
TANGENTS_FLAG = 32  # maps keep their tangential part on the back
COAT_TABLE_SIZE = 64  # entries of a coat's transmittance over cos(theta) in [0, 1]
SHEEN_TABLE_SIZE = 32  # entries of the albedo of sheen over roughness, and over cos(theta)


class MaterialSlot:
    """Slots of a material besides COLORS and SCALARS.

    The word after a colour or a number is its texture (bits).
    """

    KIND = Slot(MATERIAL_ROWS, 0, 0)  # bits
    FLAGS = Slot(MATERIAL_ROWS, 0, 1)  # bits
    DISTRIBUTION = Slot(MATERIAL_ROWS, 0, 2)  # bits
    COAT_TABLE = Slot(MATERIAL_ROWS, 0, 3)  # bits
    IOR = Slot(MATERIAL_ROWS, 1, 0)
    INTERNAL_REFLECTANCE = Slot(MATERIAL_ROWS, 1, 1)
    NORMAL_SCALE = Slot(MATERIAL_ROWS, 1, 2)
    OPACITY_CUTOFF = Slot(MATERIAL_ROWS, 1, 3)  # below 0: no cutoff
    ETA = Slot(MATERIAL_ROWS, CONSTANT_ROW, 0)
    NORMAL_MAP = Slot(MATERIAL_ROWS, CONSTANT_ROW, 3)  # bits
    K = Slot(MATERIAL_ROWS, CONSTANT_ROW + 1, 0)
    BUMP_MAP = Slot(MATERIAL_ROWS, CONSTANT_ROW + 1, 3)  # bits: texture and channel
    ABSORPTION = Slot(MATERIAL_ROWS, CONSTANT_ROW + 2, 0)
    OPACITY = Slot(MATERIAL_ROWS, LAST_ROW, 0)
    BLEND_WEIGHT = Slot(MATERIAL_ROWS, LAST_ROW, 2)
    # Materials of a blend, or of the front and the back; FIRST: below a coating.
    FIRST = Slot(MATERIAL_ROWS, LAST_ROW + 1, 0)  # bits
    SECOND = Slot(MATERIAL_ROWS, LAST_ROW + 1, 1)  # bits
    # Parameters of a coating.
    COATING_ALPHA = Slot(MATERIAL_ROWS, 1, 1)
    COATING_SPECULAR = Slot(MATERIAL_ROWS, CONSTANT_ROW, 0)
    COATING_ABSORPTION = Slot(MATERIAL_ROWS, CONSTANT_ROW + 1, 0)
    # How many of COLORS and of SCALARS, from the first, the BSDF reads.
    COLOR_COUNT = Slot(MATERIAL_ROWS, LAST_ROW + 1, 2)  # bits
    SCALAR_COUNT = Slot(MATERIAL_ROWS, LAST_ROW + 1, 3)  # bits


# ---- Kinds of BSDFs ----
DIFFUSE = 0
CONDUCTOR = 1
ROUGH_CONDUCTOR = 2
DIELECTRIC = 3
THIN_DIELECTRIC = 4
ROUGH_DIELECTRIC = 5
PLASTIC = 6
METALLIC_ROUGHNESS = 7
PRINCIPLED = 8
PRINCIPLED_THIN = 9
BLEND = 10
SIDES = 11
ROUGH_DIFFUSE = 12
COATED = 13

# ---- Microfacet distributions ----
GGX = 0
BECKMANN = 1

# ---- Textures ----
TEXTURE_ROWS = 5
IMAGE_TEXTURE = 0
CHECKERBOARD = 1
ATTRIBUTE_TEXTURE = 2
SRGB_FLAG = 1
NEAREST_FLAG = 2
RGBE_FLAG = 4
WRAP_U_SHIFT = 4  # two bits of the flags
WRAP_V_SHIFT = 6
WRAP_REPEAT = 0
WRAP_CLAMP = 1
WRAP_MIRROR = 2
WRAP_BLACK = 3


class TextureSlot:
    """Slots of a texture."""

    KIND = Slot(TEXTURE_ROWS, 0, 0)  # bits
    FIRST_TEXEL = Slot(TEXTURE_ROWS, 0, 1)  # bits
    WIDTH = Slot(TEXTURE_ROWS, 0, 2)  # bits
    HEIGHT = Slot(TEXTURE_ROWS, 0, 3)  # bits
    ATTRIBUTE = Slot(TEXTURE_ROWS, 0, 1)  # bits: number of an attribute texture's attribute
    SCALE = Slot(TEXTURE_ROWS, 1, 0)  # RGBA factor of an image or attribute
    COLOR0 = Slot(TEXTURE_ROWS, 1, 0)  # RGBA of a checkerboard
    COLOR1 = Slot(TEXTURE_ROWS, 2, 0)  # RGBA
    UV_ATTRIBUTE = Slot(TEXTURE_ROWS, 2, 0)  # bits: attribute that holds uv, NO_INDEX: the usual
    U_TRANSFORM = Slot(TEXTURE_ROWS, 3, 0)  # row 0 of the (2, 3) matrix that maps uv
    FLAGS = Slot(TEXTURE_ROWS, 3, 3)  # bits
    V_TRANSFORM = Slot(TEXTURE_ROWS, 4, 0)  # row 1
    NEXT_FACTOR = Slot(TEXTURE_ROWS, 4, 3)  # bits: texture to multiply by, NO_INDEX: none


# ---- Emitters ----
EMITTER_ROWS = 7
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
    # Area emitter: cosine with its front's normal above which it emits.
    MIN_COSINE = Slot(EMITTER_ROWS, 2, 0)
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
    FALLOFF = Slot(EMITTER_ROWS, 4, 0)  # bits
    OUTER_ANGLE = Slot(EMITTER_ROWS, 4, 1)  # radians
    INVERSE_WIDTH = Slot(EMITTER_ROWS, 4, 2)  # 1 / (outer - inner angle)
    IS_PROJECTOR = Slot(EMITTER_ROWS, 4, 3)
    # Image of a point light, if TEXTURE is given.
    IMAGE_X = Slot(EMITTER_ROWS, 5, 0)
    IMAGE_SCALE_X = Slot(EMITTER_ROWS, 5, 3)
    IMAGE_Y = Slot(EMITTER_ROWS, 6, 0)
    IMAGE_SCALE_Y = Slot(EMITTER_ROWS, 6, 3)
    # Directional light.
    TO_LIGHT = Slot(EMITTER_ROWS, 2, 0)


FRONT = 0.0  # minimum cosines: from its front,
BOTH_SIDES = -2.0  # from both sides,
PARALLEL = 2.0  # or exactly along its normal, which no cosine exceeds, so that no path hits it
COSINE_SQUARED_FALLOFF = 0
ANGLE_FALLOFF = 1
SMOOTH_STEP_FALLOFF = 2

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
