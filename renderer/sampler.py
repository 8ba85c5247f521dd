"""Counter-based random numbers, addressed by (pixel, frame, stream, sample, dimension).

Device code. The hash is pcg4d of Jarzynski and Olano 2020, "Hash functions for GPU rendering": four
32-bit words in, four out, so every address yields four independent-looking numbers.
"""

import taichi as ti

vec4 = ti.types.vector(4, ti.f32)
uvec4 = ti.types.vector(4, ti.u32)

UINT_TO_UNIT = 1.0 / 16777216.0  # 24 bits fill a float32's mantissa, so the result stays below 1
SAMPLE_STRIDE = 0x9E3779B1  # odd, 2^32 / golden ratio: 2^16 samples stay 29,000 draws or more apart
# (a shift by 16 leaves samples correlated by 0.05: the hash mixes the upper half of a word less)


@ti.func
def pcg4d(address: uvec4) -> uvec4:
    """Hash four words into four (Jarzynski and Olano 2020, listing 4)."""
    v = address * ti.u32(1664525) + ti.u32(1013904223)
    for _ in ti.static(range(2)):
        v.x += v.y * v.w
        v.y += v.z * v.x
        v.z += v.x * v.y
        v.w += v.y * v.z
        if ti.static(_ == 0):
            v ^= v >> ti.u32(16)
    return v


@ti.dataclass
class Sampler:
    """Position in one stream of random numbers; only `dimension` changes."""

    pixel: ti.u32  # index of the pixel in the image
    frame: ti.u32  # frame index
    stream: ti.u32  # 0: half a, 1: half b; shifted by the seed
    dimension: ti.u32  # sample index * SAMPLE_STRIDE, plus the number of draws so far

    @ti.func
    def next_4d(self) -> vec4:
        """Four numbers, uniform in [0, 1)."""
        word = pcg4d(uvec4(self.pixel, self.frame, self.stream, self.dimension))
        self.dimension += ti.u32(1)
        return ti.cast(word >> ti.u32(8), ti.f32) * UINT_TO_UNIT


@ti.func
def start_sampler(pixel: ti.i32, frame: ti.i32, stream: ti.i32, sample: ti.i32) -> Sampler:
    """The stream of one sample of one pixel."""
    return Sampler(
        pixel=ti.cast(pixel, ti.u32),
        frame=ti.cast(frame, ti.u32),
        stream=ti.cast(stream, ti.u32),
        dimension=ti.cast(sample, ti.u32) * ti.u32(SAMPLE_STRIDE),
    )


@ti.func
def hash_to_unit(a: ti.u32, b: ti.u32) -> ti.f32:
    """One number in [0, 1) from two words; for the opacity test of a ray against a primitive."""
    word = pcg4d(uvec4(a, b, ti.u32(0x9E3779B9), ti.u32(0x7F4A7C15)))
    return ti.cast(word.x >> ti.u32(8), ti.f32) * UINT_TO_UNIT
