// Draws one image, or two on either side of a split: encoding, exposure, tone curve, sRGB.
// Display only: the film is not affected.
#version 330 core

// Values of Encoding and ToneCurve in app/viewer/picture/views.py.
const int RADIANCE = 0;
const int ALBEDO = 1;
const int NORMAL = 2;
const int DEPTH = 3;
const int ERROR = 4;
const int PAPER = 0;
const int LINEAR = 1;
const int REINHARD = 2;
const int ACES = 3;

const vec3 NONFINITE_COLOR = vec3(1.0, 0.0, 1.0);  // marks NaN and infinity; rare in images
const vec3 SPLIT_COLOR = vec3(1.0, 0.75, 0.2);
const float DEPTH_DARKEST = 0.08;                  // brightness of the farthest; black: no surface
const float ERROR_WHITE = 0.25;                    // ERROR_WHITE in app/viewer/picture/views.py
// Colour map of errors in equal steps.
const vec3 HEAT[5] = vec3[5](vec3(0.0), vec3(0.34, 0.06, 0.43), vec3(0.73, 0.21, 0.33),
                             vec3(0.98, 0.56, 0.04), vec3(1.0, 1.0, 0.65));
const uint EXPONENT_BITS = 0x7f800000u;            // all set in NaN and infinity

uniform sampler2D left_image;
uniform sampler2D right_image;
uniform ivec2 encodings;     // of the left and the right image
uniform vec2 depth_scales;   // depth drawn darkest, scene units, of the left and the right image
uniform vec3 part;           // visible part: lower left corner, extent; fractions of the image
uniform float split;         // left edge of the right image, 0 to 1; above 1: no right image
uniform float split_width;   // width of the split line, fraction of the image width
uniform float gain;          // 2^exposure
uniform int curve;
uniform bool is_smooth;

in vec2 place;
out vec4 color;

// Compilers may assume that no number is NaN, so test the bits.
bool is_nonfinite(vec3 value) {
    uvec3 bits = floatBitsToUint(value) & EXPONENT_BITS;
    return any(equal(bits, uvec3(EXPONENT_BITS)));
}

vec3 encode_srgb(vec3 linear) {  // IEC 61966-2-1
    vec3 inside = clamp(linear, 0.0, 1.0);
    vec3 high = 1.055 * pow(inside, vec3(1.0 / 2.4)) - 0.055;
    return mix(high, 12.92 * inside, lessThanEqual(inside, vec3(0.0031308)));
}

vec3 tone(vec3 radiance) {
    vec3 v = max(radiance, 0.0) * gain;
    vec3 ratio = v / (1.0 + v);
    if (curve == PAPER) return pow(ratio, vec3(1.0 / 2.2));
    if (curve == REINHARD) return encode_srgb(ratio);
    // Narkowicz 2015. Above this limit the curve is 1 and the squares would overflow.
    vec3 x = min(v, vec3(1e6));
    if (curve == ACES) return encode_srgb(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14));
    return encode_srgb(v);
}

// Look up an image at `place`, with y flipped: GL rows start at the bottom, image rows on top.
vec3 look_up(sampler2D image) {
    ivec2 size = textureSize(image, 0);
    vec2 seen = part.xy + part.z * place;
    vec2 at = vec2(seen.x, 1.0 - seen.y);
    vec3 nearest = texelFetch(image, clamp(ivec2(at * size), ivec2(0), size - 1), 0).rgb;
    vec3 smoothed = texture(image, at).rgb;
    // No interpolation next to NaN or infinity, which would spread to neighbouring pixels.
    bool can_smooth = is_smooth && !is_nonfinite(nearest) && !is_nonfinite(smoothed);
    return can_smooth ? smoothed : nearest;
}

vec3 encode(vec3 value, int encoding, float depth_scale) {
    if (is_nonfinite(value)) return NONFINITE_COLOR;
    if (encoding == ALBEDO) return encode_srgb(value);
    if (encoding == NORMAL) return clamp(value * 0.5 + 0.5, 0.0, 1.0);
    if (encoding == DEPTH) {
        float far = clamp(value.r / depth_scale, 0.0, 1.0);
        return value.r > 0.0 ? vec3(mix(1.0, DEPTH_DARKEST, far)) : vec3(0.0);
    }
    if (encoding == ERROR) {
        float step = clamp(value.r * gain / ERROR_WHITE, 0.0, 1.0) * 4.0;
        int below = min(int(step), 3);
        return mix(HEAT[below], HEAT[below + 1], step - float(below));
    }
    return tone(value);
}

void main() {
    bool is_right = place.x >= split;
    vec3 value = is_right ? look_up(right_image) : look_up(left_image);
    float scale = is_right ? depth_scales.y : depth_scales.x;
    color = vec4(encode(value, is_right ? encodings.y : encodings.x, scale), 1.0);
    if (abs(place.x - split) < 0.5 * split_width) color.rgb = SPLIT_COLOR;
}
