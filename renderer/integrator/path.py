"""The path tracer: radiance and features along a path, for every pixel of one half.

Device code, and the kernel. Three strategies estimate the same integral: BSDF sampling alone (the
slow oracle of the tests; it misses point, spot and directional lights), emitter sampling for direct
light (NEE), and both combined by multiple importance sampling (Veach 1997, section 9.2).
"""

import taichi as ti

from renderer.bsdfs.dispatch import bsdf_albedo
from renderer.bsdfs.dispatch import bsdf_eval_pair
from renderer.bsdfs.dispatch import bsdf_sample
from renderer.bsdfs.dispatch import completed
from renderer.bsdfs.fetch import fetch_bsdf
from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFSample
from renderer.emitters.area import emitted_radiance
from renderer.emitters.dispatch import escaped_light
from renderer.emitters.dispatch import hit_emitter_pdf
from renderer.emitters.dispatch import sample_emitter
from renderer.emitters.records import no_emitter_sample
from renderer.geometry.interaction import SurfaceInteraction
from renderer.geometry.interaction import make_interaction
from renderer.geometry.interaction import offset_origin
from renderer.geometry.ray import INFINITY
from renderer.geometry.ray import Hit
from renderer.geometry.ray import Ray
from renderer.geometry.traversal import intersect
from renderer.integrator.camera import CameraParameters
from renderer.integrator.camera import CameraRay
from renderer.integrator.camera import sample_camera_ray
from renderer.integrator.direct_light import connect_emitter
from renderer.integrator.direct_light import hit_weight
from renderer.integrator.records import PathResult
from renderer.integrator.records import PathSettings
from renderer.integrator.records import Strategy
from renderer.integrator.upload import SceneTables
from renderer.rows import read_vec3
from renderer.sampling.sampler import start_sampler
from renderer.tables.layout import DIELECTRIC
from renderer.tables.layout import PLASTIC
from renderer.tables.layout import PRINCIPLED
from renderer.tables.layout import ROUGH_DIELECTRIC
from renderer.tables.layout import THIN_DIELECTRIC
from renderer.tables.layout import MaterialSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
color_image = ti.types.ndarray(dtype=vec3, ndim=2)
scalar_image = ti.types.ndarray(dtype=ti.f32, ndim=2)

# Feature weight of a path that took a delta lobe of probability < 0.5; other paths have weight 1,
# so its features hardly count in pixels with other paths.
UNLIKELY_LOBE_WEIGHT = 1e-3
MAX_SURVIVAL = 0.95  # maximum survival probability in Russian roulette, so that every path ends


@ti.func
def follows_delta(bsdf: BSDF, scattered: BSDFSample) -> ti.i32:
    """1 if features come from the surface seen by a delta lobe (mirror, glass), not from this one;
    0 for plastic and coated surfaces, whose base gives the features.
    """
    return scattered.is_delta == 1 and bsdf.kind != PLASTIC and bsdf.coating < 0


@ti.func
def delta_tint(bsdf: BSDF, scattered: BSDFSample) -> vec3:
    """Factor in [0, 1] of a delta lobe on the albedo behind it: the sample's weight; glass: its
    transmittance factor, without 1 / eta^2, for the reflected lobe too.
    """
    tint = ti.min(scattered.weight, 1.0)
    if bsdf.kind == DIELECTRIC or bsdf.kind == THIN_DIELECTRIC:
        tint = ti.min(bsdf.transmittance, 1.0)
    return tint


@ti.func
def camera_ray(start: CameraRay, sampler: ti.template()) -> Ray:
    """First ray of a path, with a random key for opacity tests."""
    key = sampler.next_words().x
    return Ray(
        origin=start.origin + start.start * start.direction,
        direction=start.direction,
        t_max=start.end - start.start,
        is_shadow=0,
        key=key,
    )


@ti.dataclass
class TraceResult:
    """Results of the shadow ray and of the path's next ray."""

    hit: Hit  # nearest hit of the path's next ray
    is_lit: ti.i32  # 1: the shadow ray was traced and is unoccluded


@ti.func
def trace_rays(tables: ti.template(), shadow_ray: Ray, next_ray: Ray) -> TraceResult:
    """Trace both rays in a loop, so that Taichi inlines the traversal only once.

    A ray with t_max <= 0 is not traced: `hit.primitive` is -1, `is_lit` 0.
    """
    result = TraceResult(hit=Hit(t=INFINITY, primitive=-1, uv=vec2(0.0)), is_lit=0)
    for phase in range(2):
        ray = next_ray
        if phase == 0:
            ray = shadow_ray
        if ray.t_max > 0.0:
            hit = intersect(tables, ray)
            if phase == 0:
                result.is_lit = hit.primitive < 0
            else:
                result.hit = hit
    return result


@ti.func
def absorption_after(
    tables: ti.template(), si: SurfaceInteraction, bsdf: BSDF, current: vec3, direction: vec3
) -> vec3:
    """Absorption coefficient along `direction` from a surface reached through that of `current`.

    Refraction into glass enters its absorption, refraction out of it leaves it.
    """
    result = current
    cos_o = si.frame.n.dot(direction)
    is_solid = bsdf.kind == DIELECTRIC or bsdf.kind == ROUGH_DIELECTRIC or bsdf.kind == PRINCIPLED
    if is_solid and si.wi.z * cos_o < 0.0:
        result = vec3(0.0)
        if cos_o < 0.0:
            result = read_vec3(tables.materials, si.material, MaterialSlot.ABSORPTION)
    return result


@ti.func
def passed(absorption: vec3, distance: ti.f32) -> vec3:
    """Fraction of light left after `distance` (Beer's law)."""
    return ti.exp(-absorption * distance)


@ti.func
def trace_path(
    tables: ti.template(),
    settings: PathSettings,
    sampler: ti.template(),
    start: CameraRay,
) -> PathResult:
    """Radiance along a camera ray, with the features of its first non-delta hit.

    That is the first hit on an emitter or where `follows_delta` is 0. Without one, normal and
    distance are 0, and the albedo is the tint of the delta lobes if the path escapes, else 1.
    """
    result = PathResult(albedo=vec3(1.0), weight=1.0)  # other fields: 0
    beta = vec3(1.0)  # throughput of the path so far
    tint = vec3(1.0)  # colour of the delta lobes so far, for the albedo feature
    depth = 0  # segments traced
    travelled = start.start  # length of the path, scene units
    pdf_bsdf = 1.0  # density of the last direction
    was_delta = 1  # last vertex scattered by a delta lobe (or is the camera)
    has_features = 0  # 1: the features of the path are set
    p_last = start.origin  # last vertex, reference point of pdf_emitter
    absorption = vec3(0.0)  # coefficient of the glass that the path is inside of
    shadow_light = vec3(0.0)  # contribution if the shadow ray is unoccluded
    next_ray = camera_ray(start, sampler)  # t_max = 0: no next segment
    shadow_ray = next_ray  # t_max = 0: no shadow ray
    shadow_ray.t_max, shadow_ray.is_shadow = 0.0, 1
    while next_ray.t_max > 0.0 or shadow_ray.t_max > 0.0:
        # ---- Trace ----
        # Shadow ray of the last vertex, then the path's next segment.
        traced = trace_rays(tables, shadow_ray, next_ray)
        hit = traced.hit
        result.radiance += ti.select(traced.is_lit == 1, shadow_light, vec3(0.0))
        shadow_ray.t_max = 0.0
        had_next = next_ray.t_max > 0.0
        next_ray.t_max = 0.0
        depth += 1
        if had_next and hit.primitive < 0:
            # ---- Escape: light from infinity ----
            result.albedo = ti.select(has_features == 1, result.albedo, tint)
            escaped = escaped_light(tables, next_ray.direction)
            if absorption.max() > 0.0:
                beta *= passed(absorption, INFINITY)
            weight = hit_weight(settings, pdf_bsdf, was_delta, escaped.pdf)
            result.radiance += weight * beta * escaped.radiance
        elif had_next:
            si = make_interaction(tables, next_ray, hit)
            travelled += hit.t
            if absorption.max() > 0.0:
                beta *= passed(absorption, hit.t)
            # ---- Emission ----
            emitted = vec3(0.0)
            if si.emitter >= 0:
                cos_front = -si.ng.dot(next_ray.direction)
                emitted = emitted_radiance(tables, si.emitter, si.point, cos_front)
                pdf_emitter = hit_emitter_pdf(tables, si, p_last, next_ray.direction)
                weight = hit_weight(settings, pdf_bsdf, was_delta, pdf_emitter)
                result.radiance += weight * beta * emitted
            if depth < settings.max_depth or has_features == 0:
                bsdf = fetch_bsdf(tables, si.material, si.coating, si.point)
                bsdf.smooth_normal = si.smooth_normal
                u_bsdf, u_emitter = sampler.next_4d(), sampler.next_4d()
                # ---- Sampling of both directions ----
                scattered = bsdf_sample(tables, bsdf, si.wi, vec3(u_bsdf.x, u_bsdf.y, u_bsdf.z))
                light = no_emitter_sample()
                if depth < settings.max_depth and settings.strategy != int(Strategy.BSDF):
                    light = sample_emitter(tables, si.p, u_emitter)
                to_light = si.frame.to_local(light.direction)
                values = bsdf_eval_pair(tables, bsdf, si.wi, scattered.wo, to_light)
                scattered = completed(bsdf, scattered, values.first)
                # ---- Features: follow delta lobes to the first non-delta hit ----
                if has_features == 0:
                    if si.emitter >= 0 or not follows_delta(bsdf, scattered):
                        has_features = 1
                        result.albedo = ti.min(tint * bsdf_albedo(bsdf) + ti.min(emitted, 1.0), 1.0)
                        result.normal = si.frame.n
                        result.distance = travelled
                    else:
                        result.delta_fraction = 1.0
                        result.weight = ti.select(
                            scattered.pdf < 0.5, UNLIKELY_LOBE_WEIGHT, result.weight
                        )
                    tint *= delta_tint(bsdf, scattered)
                # ---- Direct light ----
                if light.pdf > 0.0:
                    connection = connect_emitter(tables, settings, si, light, values.second)
                    inside = absorption_after(tables, si, bsdf, absorption, connection.direction)
                    shadow_light = beta * connection.light
                    if inside.max() > 0.0:
                        shadow_light *= passed(inside, connection.distance)
                    shadow_ray.origin = connection.origin
                    shadow_ray.direction = connection.direction
                    shadow_ray.t_max = connection.distance
                    shadow_ray.key += ti.u32(1)
                # ---- BSDF sampling ----
                beta *= scattered.weight
                pdf_bsdf, was_delta = scattered.pdf, scattered.is_delta
                p_last = si.p
                next_ray.direction = si.frame.to_world(scattered.wo)
                absorption = absorption_after(tables, si, bsdf, absorption, next_ray.direction)
                next_ray.origin = offset_origin(tables, si.p, si.ng, next_ray.direction)
                next_ray.key += ti.u32(0x10001)
                # ---- Roulette ----
                survival = 1.0
                if depth >= settings.rr_depth:
                    survival = ti.min(beta.max(), MAX_SURVIVAL)
                if depth < settings.max_depth and scattered.pdf > 0.0 and u_bsdf.w < survival:
                    next_ray.t_max = INFINITY
                    beta /= survival
    return result


@ti.kernel
def render_half(
    tables: SceneTables,
    camera: CameraParameters,
    settings: PathSettings,
    color: color_image,
    albedo: color_image,
    normal: color_image,
    distance: scalar_image,
    delta_fraction: scalar_image,
):
    """Render rows of the five images of one half: means over spp paths per pixel, box filter.

    The images, (H, W), are those of `renderer.frame.Half`; their rows from `settings.row_begin` to
    `row_end`, exclusive, are overwritten.

    At glass a path is reflected or transmitted at random, so a plain mean of features would mix two
    surfaces and be noisy. Paths that took a delta lobe of probability < 0.5 have feature weight
    UNLIKELY_LOBE_WEIGHT instead of 1, so that a pixel's features come mostly from one surface.
    """
    height, width = color.shape[0], color.shape[1]
    for row, column in ti.ndrange((settings.row_begin, settings.row_end), width):
        total = PathResult()
        for sample in range(settings.spp):
            sampler = start_sampler(
                row * width + column, settings.frame_index, settings.stream, sample
            )
            u = sampler.next_4d()
            position = vec2((column + u.y) / width, (row + u.z) / height)
            start = sample_camera_ray(camera, position, vec2(u.x, u.w))
            path = trace_path(tables, settings, sampler, start)
            total.radiance += path.radiance
            total.albedo += path.weight * path.albedo
            total.normal += path.weight * path.normal
            total.distance += path.weight * path.distance
            total.delta_fraction += path.weight * path.delta_fraction
            total.weight += path.weight
        color[row, column] = total.radiance / settings.spp
        scale = 1.0 / total.weight
        albedo[row, column] = total.albedo * scale
        normal[row, column] = total.normal * scale
        distance[row, column] = total.distance * scale
        delta_fraction[row, column] = total.delta_fraction * scale
