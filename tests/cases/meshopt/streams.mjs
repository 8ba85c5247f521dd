// Writes streams.json: random data, encoded by the npm package meshoptimizer 1.3.0, and what its
// decoder returns. Usage: npm install meshoptimizer@1.3.0 && node streams.mjs > streams.json
import { MeshoptDecoder as decoder, MeshoptEncoder as encoder } from 'meshoptimizer';

await encoder.ready;
await decoder.ready;

let seed = 1;
const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const base64 = (array) =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
const lines = [];

function add(name, mode, count, byteStride, data, filter = 'NONE') {
  const decoded = new Uint8Array(count * byteStride);
  decoder.decodeGltfBuffer(decoded, count, byteStride, data, mode, filter);
  const encoded = { name, mode, filter, count, byteStride, data: base64(data) };
  lines.push(JSON.stringify({ ...encoded, decoded: base64(decoded) }));
}

// Attributes: `word(view, offset, index, column)` writes 4 bytes.
const words = {
  noise: (view, o) => view.setUint32(o, random() * 2 ** 32, true),
  constant: (view, o) => view.setUint32(o, 0x01020304, true),
  flags: (view, o, i) => view.setUint32(o, i % 7 == 0 ? random() * 2 ** 32 : 0x7f, true),
  bursts: (view, o, i) => view.setUint32(o, i % 64 < 16 ? random() * 2 ** 32 : i % 2, true),
  shifted: (view, o) => view.setUint32(o, Math.floor(random() * 16) << 20, true),
  smooth: (view, o, i, k) => {
    view.setInt16(o, 1000 * Math.sin(i / 20 + k) + random() * 8, true);
    view.setInt16(o + 2, 20000 * Math.cos(i / 99 + k) + random() * 300, true);
  },
  floats: (view, o, i, k) => view.setFloat32(o, Math.sin(i / 9 + k) + random() / 99, true),
};
for (const [kind, count, stride] of [
  ['noise', 1, 4], ['noise', 37, 8], ['constant', 20, 12], ['flags', 70, 4], ['flags', 300, 4],
  ['bursts', 128, 4], ['shifted', 43, 8], ['smooth', 100, 8], ['floats', 50, 12],
  ['smooth', 33, 256],
]) {
  const source = new Uint8Array(count * stride);
  const view = new DataView(source.buffer);
  for (let o = 0; o < source.length; o += 4) {
    words[kind](view, o, Math.floor(o / stride), o % stride);
  }
  for (const version of [0, 1]) {
    const data = encoder.encodeVertexBufferLevel(source, count, stride, 3, version);
    add(`${kind} ${count} x ${stride} version ${version}`, 'ATTRIBUTES', count, stride, data);
  }
}

// Filters.
function vectors(count, width) {
  const result = new Float32Array(count * width).map(() => random() * 2 - 1);
  for (let o = 0; o < result.length; o += width) {
    const length = Math.hypot(...result.subarray(o, o + width));
    for (let k = 0; k < width; k++) result[o + k] /= length;
  }
  return result;
}
const COUNT = 30;
function addFilter(name, filter, stride, bits, values) {
  const data = encoder.encodeGltfBuffer(values, COUNT, stride, 'ATTRIBUTES', 1);
  add(`${name} ${stride} bytes ${bits} bits`, 'ATTRIBUTES', COUNT, stride, data, filter);
}
for (const [stride, bits] of [[4, 8], [4, 5], [8, 16], [8, 10]]) {
  const values = encoder.encodeFilterOct(vectors(COUNT, 4), COUNT, stride, bits);
  addFilter('octahedral', 'OCTAHEDRAL', stride, bits, values);
}
for (const bits of [16, 9]) {
  const values = encoder.encodeFilterQuat(vectors(COUNT, 4), COUNT, 8, bits);
  addFilter('quaternion', 'QUATERNION', 8, bits, values);
}
for (const [stride, bits] of [[12, 15], [4, 24]]) {
  const source = new Float32Array((COUNT * stride) / 4).map(
    () => (random() - 0.5) * 10 ** (random() * 8 - 4),
  );
  const values = encoder.encodeFilterExp(source, COUNT, stride, bits, 'Separate');
  addFilter('exponential', 'EXPONENTIAL', stride, bits, values);
}
for (const [stride, bits] of [[4, 8], [4, 6], [8, 16], [8, 11]]) {
  const source = new Float32Array(COUNT * 4).map(() => random());
  addFilter('color', 'COLOR', stride, bits, encoder.encodeFilterColor(source, COUNT, stride, bits));
}

// Indices.
function grid(width, height) {
  const faces = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const a = y * (width + 1) + x;
      faces.push(a, a + 1, a + width + 1, a + 1, a + width + 2, a + width + 1);
    }
  }
  return faces;
}
const optimised = new Uint32Array(grid(12, 9));
encoder.reorderMesh(optimised, true, true);
for (const [name, values] of [
  ['one', [0, 1, 2]],
  ['grid', grid(6, 4)],
  ['two grids', [...grid(3, 2), ...grid(3, 2)]],
  ['optimised', [...optimised]],
  ['random', Array.from({ length: 99 }, () => Math.floor(random() * 60))],
  ['large', Array.from({ length: 45 }, () => Math.floor(random() * 4e9))],
]) {
  for (const stride of [2, 4]) {
    if (stride == 2 && Math.max(...values) > 65535) continue;
    const bytes = new Uint8Array((stride == 2 ? Uint16Array : Uint32Array).from(values).buffer);
    for (const mode of ['TRIANGLES', 'INDICES']) {
      const data = encoder.encodeGltfBuffer(bytes, values.length, stride, mode);
      add(`${name} ${mode} ${stride} bytes`, mode, values.length, stride, data);
    }
  }
}
console.log(`[\n${lines.join(',\n')}\n]`);
