"""Random numbers, addressed by (pixel, frame, stream, sample, dimension).

Device code. Each address yields four numbers. The first draws of a path are scrambled Sobol points,
so that the samples of a pixel are well distributed; later ones, and those of other pixels, frames
and streams, are independent. The hash is pcg4d of Jarzynski and Olano 2020, "Hash functions for GPU
rendering": four 32-bit words in, four independent-looking ones out.
"""

import taichi as ti

from renderer.sampling.sobol import reverse_bits
from renderer.sampling.sobol import scrambled_point
from renderer.sampling.sobol import to_unit

vec4 = ti.types.vector(4, ti.f32)
uvec2 = ti.types.vector(2, ti.u32)
uvec4 = ti.types.vector(4, ti.u32)

# Address distance of samples: odd, 2^32 / golden ratio. The addresses of 2^16 samples are 29,000
# draws or more apart. A stride of 2^16 leaves samples correlated by 0.05, because the hash mixes
# the upper half of a word less.
SAMPLE_STRIDE = 0x9E3779B1
SOBOL_DRAWS = (
    4  # first draws, of camera and first vertex, that are Sobol points; opacity uses `next_words`
)


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
    """Position in one stream of random numbers; only `draw` changes."""

    pixel: ti.u32  # index of the pixel in the image
    frame: ti.u32  # frame index
    stream: ti.u32  # 2 * seed + half; half a: 0, half b: 1
    sample: ti.u32  # index of the sample
    draw: ti.u32  # number of draws so far

    @ti.func
    def next_4d(self) -> vec4:
        """Four numbers, uniform in [0, 1). In the first SOBOL_DRAWS draws, the pairs (y, z) and
        (x, w) over the samples of a pixel are scrambled Sobol points.
        """
        result = vec4(0.0)
        if self.draw < SOBOL_DRAWS:
            word = pcg4d(uvec4(self.pixel, self.frame, self.stream, self.draw))
            order = pcg4d(word)
            index = reverse_bits(self.sample)
            inner = scrambled_point(index, order.xy, uvec2(word.x, word.y))
            outer = scrambled_point(index, order.zw, uvec2(word.z, word.w))
            result = vec4(outer.x, inner.x, inner.y, outer.y)
            self.draw += ti.u32(1)
        else:
            result = to_unit(self.next_words())
        return result

    @ti.func
    def next_words(self) -> uvec4:
        """Four random 32-bit words, independent of all other draws."""
        address = self.sample * ti.u32(SAMPLE_STRIDE) + self.draw
        self.draw += ti.u32(1)
        return pcg4d(uvec4(self.pixel, self.frame, self.stream, address))


@ti.func
def start_sampler(pixel: ti.i32, frame: ti.i32, stream: ti.i32, sample: ti.i32) -> Sampler:
    """Sampler at the first draw of one sample of one pixel."""
    return Sampler(
        pixel=ti.cast(pixel, ti.u32),
        frame=ti.cast(frame, ti.u32),
        stream=ti.cast(stream, ti.u32),
        sample=ti.cast(sample, ti.u32),
    )


@ti.func
def hash_to_unit(a: ti.u32, b: ti.u32) -> ti.f32:
    """Random number in [0, 1) from two words; for the opacity test of a ray against a primitive."""
    word = pcg4d(uvec4(a, b, ti.u32(0x9E3779B9), ti.u32(0x7F4A7C15)))
    return to_unit(word.x)
