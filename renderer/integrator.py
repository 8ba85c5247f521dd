"""The path tracer: radiance and features along a path, for every pixel of one half.

Device code, and the kernel. Three strategies estimate the same integral: BSDF sampling alone (the slow
oracle of the tests), emitter sampling for direct light (NEE), and both combined by multiple importance
sampling (Veach 1997, section 9.2).
"""
from enum import IntEnum

import taichi as ti

from renderer.bsdf import bsdf_albedo
from renderer.bsdf import bsdf_eval
from renderer.bsdf import bsdf_pdf
from renderer.bsdf import bsdf_sample
from renderer.bsdf_record import DIELECTRIC
from renderer.bsdf_record import PLASTIC
from renderer.bsdf_record import THIN_DIELECTRIC
from renderer.bsdf_record import Bsdf
from renderer.bsdf_record import BSDFSample
from renderer.camera import CameraParameters
from renderer.camera import sample_camera_ray
from renderer.emitter import emitted_radiance
from renderer.emitter import escaped_light
from renderer.emitter import hit_emitter_pdf
from renderer.emitter import sample_emitter
from renderer.interaction import SurfaceInteraction
from renderer.interaction import make_interaction
from renderer.interaction import offset_origin
from renderer.material import fetch_bsdf
from renderer.ray import INFINITY
from renderer.ray import Hit
from renderer.ray import Ray
from renderer.sampler import start_sampler
from renderer.scene_tables import SceneTables
from renderer.traversal import intersect

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)
color_image = ti.types.ndarray(dtype=vec3, ndim=2)
depth_image = ti.types.ndarray(dtype=ti.f32, ndim=2)

MAX_SURVIVAL = 0.95  # Russian roulette: even the brightest path ends some time


class Strategy(IntEnum):
    """How direct light is estimated."""

    BSDF = 0
    NEE = 1
    MIS = 2


@ti.dataclass
class PathSettings:
    """What a frame's paths share."""

    frame_index: ti.i32
    stream: ti.i32  # 0: half a, 1: half b, shifted by the seed
    spp: ti.i32
    max_depth: ti.i32  # 1: emitters seen directly, 2: direct light
    rr_depth: ti.i32  # vertices before Russian roulette
    strategy: ti.i32
    row_begin: ti.i32  # rows [begin, end) of the image are rendered
    row_end: ti.i32


@ti.dataclass
class Connection:
    """A shadow ray from a surface to an emitter, and the light it brings if it is free."""

    origin: vec3
    direction: vec3
    distance: ti.f32  # 0: no connection
    light: vec3  # radiance times BSDF, over density, MIS weight included


@ti.dataclass
class PathResult:
    """What one path contributes to its pixel."""

    radiance: vec3
    albedo: vec3
    normal: vec3
    depth: ti.f32


@ti.func
def mis_weight(pdf_a: ti.f32, pdf_b: ti.f32) -> ti.f32:
    """Power heuristic, exponent 2 (Veach 1997, eq. 9.12); written so that no square overflows."""
    ratio = pdf_b / ti.max(pdf_a, 1e-30)
    return 1.0 / (1.0 + ratio * ratio)


@ti.func
def hit_weight(settings: PathSettings, pdf_bsdf: ti.f32, was_delta: ti.i32, pdf_emitter: ti.f32) -> ti.f32:
    """Share of emission that a BSDF-sampled ray may count when it hits an emitter."""
    weight = 1.0
    # What emitter sampling can never find is counted in full.
    if was_delta == 0 and pdf_emitter > 0.0:
        if settings.strategy == int(Strategy.NEE):
            weight = 0.0
        elif settings.strategy == int(Strategy.MIS):
            weight = mis_weight(pdf_bsdf, pdf_emitter)
    return weight


@ti.func
def follows_delta(bsdf: Bsdf, scattered: BSDFSample) -> ti.i32:
    """1 where the features are those of what is seen in a mirror or through glass; plastic shows its base."""
    return scattered.is_delta == 1 and bsdf.kind != PLASTIC


@ti.func
def delta_tint(bsdf: Bsdf, scattered: BSDFSample) -> vec3:
    """Colour that a delta lobe lends to the albedo behind it, in [0, 1]; glass keeps its own, without eta^2."""
    tint = ti.min(scattered.weight, 1.0)
    if bsdf.kind == DIELECTRIC or bsdf.kind == THIN_DIELECTRIC:
        tint = ti.min(bsdf.transmittance, 1.0)
    return tint


@ti.func
def connect_emitter(
    tables: ti.template(), settings: PathSettings, si: SurfaceInteraction, bsdf: Bsdf, u: vec4
) -> Connection:
    """Sample an emitter from a surface; distance 0 where no light can arrive."""
    result = Connection(origin=si.p, direction=si.ng, distance=0.0, light=vec3(0.0))
    sample = sample_emitter(tables, si.p, u)
    if sample.pdf > 0.0:
        wo = si.frame.to_local(sample.direction)
        value = bsdf_eval(tables, bsdf, si.wi, wo)
        if value.max() > 0.0:
            weight = 1.0
            if settings.strategy == int(Strategy.MIS) and sample.is_delta == 0:
                weight = mis_weight(sample.pdf, bsdf_pdf(tables, bsdf, si.wi, wo))
            result.light = value * sample.radiance * (weight / sample.pdf)
            result.origin = offset_origin(tables, si.p, si.ng, sample.direction)
            result.direction = sample.direction
            result.distance = sample.distance
    return result


@ti.func
def trace_path(
    tables: ti.template(), settings: PathSettings, sampler: ti.template(), origin: vec3, direction: vec3
) -> PathResult:
    """Radiance along a camera ray, with the features of its first non-delta hit."""
    result = PathResult(radiance=vec3(0.0), albedo=vec3(1.0), normal=vec3(0.0), depth=0.0)
    beta = vec3(1.0)  # throughput of the path so far
    tint = vec3(1.0)  # colour of the delta lobes so far, for the albedo feature
    depth = 0  # segments traced
    travelled = 0.0  # length of the path, scene units
    pdf_bsdf = 1.0  # density of the last direction
    was_delta = 1  # last vertex scattered by a delta lobe (or is the camera)
    has_features = 0  # features are taken
    is_active = 1  # there is a next ray to trace
    p_last = origin  # last vertex, whose emitter sampling competes
    key = ti.cast(sampler.next_4d().x * 16777216.0, ti.u32)
    next_ray = Ray(origin=origin, direction=direction, t_max=INFINITY, is_shadow=0, key=key)
    shadow_ray = Ray(origin=origin, direction=direction, t_max=0.0, is_shadow=1, key=key)
    shadow_light = vec3(0.0)  # what arrives if the shadow ray is free
    while is_active == 1:
        # ---- Trace: the last vertex' shadow ray, then the path's next segment -----------------------
        hit = Hit(t=INFINITY, primitive=-1, uv=vec2(0.0))
        for phase in range(2):
            if phase == 1 or shadow_ray.t_max > 0.0:
                ray = next_ray
                if phase == 0:
                    ray = shadow_ray
                if ray.t_max > 0.0:
                    hit = intersect(tables, ray)
                    if phase == 0 and hit.primitive < 0:
                        result.radiance += shadow_light
        shadow_ray.t_max = 0.0
        is_active = 0
        if next_ray.t_max > 0.0:
            depth += 1
            if hit.primitive < 0:
                # ---- Escape: light from infinity ----------------------------------------------------
                if has_features == 0:
                    result.albedo = tint
                escaped = escaped_light(tables, next_ray.direction)
                weight = hit_weight(settings, pdf_bsdf, was_delta, escaped.pdf)
                result.radiance += weight * beta * escaped.radiance
            else:
                si = make_interaction(tables, next_ray, hit)
                travelled += hit.t
                # ---- Emission -----------------------------------------------------------------------
                emitted = vec3(0.0)
                if si.emitter >= 0:
                    emitted = emitted_radiance(tables, si.emitter, si.uv, -si.ng.dot(next_ray.direction))
                    pdf_emitter = hit_emitter_pdf(tables, si, p_last, next_ray.direction)
                    weight = hit_weight(settings, pdf_bsdf, was_delta, pdf_emitter)
                    result.radiance += weight * beta * emitted
                if depth < settings.max_depth or has_features == 0:
                    bsdf = fetch_bsdf(tables, si.material, si.uv)
                    u_bsdf, u_emitter = sampler.next_4d(), sampler.next_4d()
                    scattered = bsdf_sample(tables, bsdf, si.wi, vec3(u_bsdf.x, u_bsdf.y, u_bsdf.z))
                    # ---- Features: follow delta lobes to the first other surface --------------------
                    if has_features == 0 and (not follows_delta(bsdf, scattered) or si.emitter >= 0):
                        has_features = 1
                        result.albedo = ti.min(tint * bsdf_albedo(bsdf) + ti.min(emitted, 1.0), 1.0)
                        result.normal = si.frame.n
                        result.depth = travelled
                    is_active = depth < settings.max_depth
                    # ---- Emitter sampling -----------------------------------------------------------
                    if is_active == 1 and settings.strategy != int(Strategy.BSDF):
                        connection = connect_emitter(tables, settings, si, bsdf, u_emitter)
                        shadow_light = beta * connection.light
                        shadow_ray.origin, shadow_ray.direction = connection.origin, connection.direction
                        shadow_ray.t_max = connection.distance
                        shadow_ray.key += ti.u32(1)
                    # ---- BSDF sampling --------------------------------------------------------------
                    beta *= scattered.weight
                    if has_features == 0:
                        tint *= delta_tint(bsdf, scattered)
                    pdf_bsdf, was_delta = scattered.pdf, scattered.is_delta
                    p_last = si.p
                    has_next = is_active == 1 and scattered.pdf > 0.0 and beta.max() > 0.0
                    # ---- Roulette -------------------------------------------------------------------
                    if has_next and depth >= settings.rr_depth:
                        survival = ti.min(beta.max(), MAX_SURVIVAL)
                        has_next = u_bsdf.w < survival
                        beta /= survival
                    next_ray.direction = si.frame.to_world(scattered.wo)
                    next_ray.origin = offset_origin(tables, si.p, si.ng, next_ray.direction)
                    next_ray.t_max = ti.select(has_next, INFINITY, 0.0)
                    next_ray.key += ti.u32(0x10001)
                    is_active = has_next or shadow_ray.t_max > 0.0
    return result


@ti.kernel
def render_half(
    tables: SceneTables,
    camera: CameraParameters,
    settings: PathSettings,
    color: color_image,
    albedo: color_image,
    normal: color_image,
    depth: depth_image,
):
    """Fill rows of the four images of one half: means over spp paths per pixel, box filter."""
    height, width = color.shape[0], color.shape[1]
    for row, column in ti.ndrange((settings.row_begin, settings.row_end), width):
        total = PathResult(radiance=vec3(0.0), albedo=vec3(0.0), normal=vec3(0.0), depth=0.0)
        for sample in range(settings.spp):
            sampler = start_sampler(row * width + column, settings.frame_index, settings.stream, sample)
            u = sampler.next_4d()
            position = vec2((column + u.x) / width, (row + u.y) / height)
            start = sample_camera_ray(camera, position, vec2(u.z, u.w))
            path = trace_path(tables, settings, sampler, start.origin, start.direction)
            total.radiance += path.radiance
            total.albedo += path.albedo
            total.normal += path.normal
            total.depth += path.depth
        scale = 1.0 / settings.spp
        color[row, column] = total.radiance * scale
        albedo[row, column] = total.albedo * scale
        normal[row, column] = total.normal * scale
        depth[row, column] = total.depth * scale
