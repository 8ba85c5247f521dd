"""Kernels that call the sampler, warps, Fresnel terms and microfacet functions on arrays.

Device code.
"""

import taichi as ti

from renderer.bsdfs.alias_lookup import choose
from renderer.bsdfs.fresnel import fresnel_conductor
from renderer.bsdfs.fresnel import fresnel_dielectric
from renderer.bsdfs.fresnel import fresnel_schlick
from renderer.bsdfs.fresnel import reflect
from renderer.bsdfs.fresnel import refract
from renderer.bsdfs.microfacet import normal_density
from renderer.bsdfs.microfacet import sample_visible_normal
from renderer.bsdfs.microfacet import smith_g1
from renderer.bsdfs.microfacet import visible_normal_pdf
from renderer.geometry.frame import make_frame
from renderer.sampling.sampler import hash_to_unit
from renderer.sampling.sampler import start_sampler
from renderer.sampling.sobol import reverse_bits
from renderer.sampling.sobol import second_coordinate
from renderer.sampling.warp import cone_pdf
from renderer.sampling.warp import cosine_hemisphere_pdf
from renderer.sampling.warp import square_to_cone
from renderer.sampling.warp import square_to_cosine_hemisphere
from renderer.sampling.warp import square_to_disk
from renderer.sampling.warp import square_to_sphere
from renderer.sampling.warp import square_to_triangle

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vectors = ti.types.ndarray(dtype=vec3, ndim=1)
pairs = ti.types.ndarray(dtype=vec2, ndim=1)
scalars = ti.types.ndarray(dtype=ti.f32, ndim=1)
integers = ti.types.ndarray(dtype=ti.i32, ndim=1)
integer_rows = ti.types.ndarray(dtype=ti.i32, ndim=2)
numbers = ti.types.ndarray(dtype=ti.f32, ndim=2)


@ti.kernel
def draw(address: integer_rows, out: numbers):
    """Columns: draw number `address[i, 4]` at (pixel, frame, stream, sample) 0-3, hash 4."""
    for i in range(address.shape[0]):
        sampler = start_sampler(address[i, 0], address[i, 1], address[i, 2], address[i, 3])
        u = sampler.next_4d()
        for _ in range(address[i, 4]):
            u = sampler.next_4d()
        for c in ti.static(range(4)):
            out[i, c] = u[c]
        out[i, 4] = hash_to_unit(ti.cast(address[i, 0], ti.u32), ti.cast(address[i, 1], ti.u32))


@ti.kernel
def sobol_digits(index: integers, out: integer_rows):
    """Columns: reversed bits of the index 0, reversed bits of its second Sobol coordinate 1."""
    for i in index:
        word = ti.cast(index[i], ti.u32)
        out[i, 0] = ti.cast(reverse_bits(word), ti.i32)
        out[i, 1] = ti.cast(reverse_bits(second_coordinate(word)), ti.i32)


@ti.kernel
def warp_all(u: pairs, one_minus_cos: ti.f32, out: numbers):
    """Columns: disk 0-1, hemisphere 2-4 (pdf 5), triangle 6-7, sphere 8-10, cone 11-13 (pdf 14)."""
    for i in u:
        disk, corner = square_to_disk(u[i]), square_to_triangle(u[i])
        hemisphere, sphere = square_to_cosine_hemisphere(u[i]), square_to_sphere(u[i])
        cone = square_to_cone(u[i], one_minus_cos)
        for c in ti.static(range(2)):
            out[i, c] = disk[c]
            out[i, 6 + c] = corner[c]
        for c in ti.static(range(3)):
            out[i, 2 + c] = hemisphere[c]
            out[i, 8 + c] = sphere[c]
            out[i, 11 + c] = cone[c]
        out[i, 5] = cosine_hemisphere_pdf(hemisphere)
        out[i, 14] = cone_pdf(one_minus_cos)


@ti.kernel
def fresnel_all(cosine: scalars, eta: ti.f32, metal: vec3, k: vec3, out: numbers):
    """Columns: dielectric 0, conductor 1-3, Schlick with f0 = k 4-6."""
    for i in cosine:
        out[i, 0] = fresnel_dielectric(cosine[i], eta)
        conductor = fresnel_conductor(cosine[i], metal, k)
        schlick = fresnel_schlick(cosine[i], k)
        for c in ti.static(range(3)):
            out[i, 1 + c] = conductor[c]
            out[i, 4 + c] = schlick[c]


@ti.kernel
def scatter_all(wi: vectors, m: vectors, eta: ti.f32, out: numbers):
    """Columns: reflected 0-2, refracted 3-5, frame of m 6-14, wi to local and back 15-17."""
    for i in wi:
        mirrored, bent = reflect(wi[i], m[i]), refract(wi[i], m[i], eta)
        frame = make_frame(m[i])
        back = frame.to_world(frame.to_local(wi[i]))
        for c in ti.static(range(3)):
            out[i, c] = mirrored[c]
            out[i, 3 + c] = bent[c]
            out[i, 6 + c] = frame.s[c]
            out[i, 9 + c] = frame.t[c]
            out[i, 12 + c] = frame.n[c]
            out[i, 15 + c] = back[c]


@ti.kernel
def facets_at(wi: vec3, m: vectors, alpha: vec2, distribution: ti.i32, out: numbers):
    """Columns: D(m) 0, G1(wi, m) 1, density of visible normals 2."""
    for i in m:
        out[i, 0] = normal_density(m[i], alpha, distribution)
        out[i, 1] = smith_g1(wi, m[i], alpha, distribution)
        out[i, 2] = visible_normal_pdf(wi, m[i], alpha)


@ti.kernel
def sample_facets(wi: vec3, u: pairs, alpha: vec2, out: numbers):
    """Columns: sampled visible normal 0-2."""
    for i in u:
        m = sample_visible_normal(wi, alpha, u[i])
        for c in ti.static(range(3)):
            out[i, c] = m[c]


@ti.kernel
def choose_all(table: pairs, u: pairs, index: integers, remainder: scalars):
    """Draw from the whole alias `table` with pairs of random numbers `u`."""
    for i in u:
        choice = choose(table, 0, table.shape[0], u[i].x, u[i].y)
        index[i] = choice.index
        remainder[i] = choice.remainder
