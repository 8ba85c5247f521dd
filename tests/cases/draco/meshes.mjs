// Writes meshes.json: random meshes, encoded by the npm package draco3d 1.5.7, and what its decoder
// returns. Usage: npm install draco3d@1.5.7 && node meshes.mjs > meshes.json
import draco from 'draco3d';

const encoder = await draco.createEncoderModule({});
const decoder = await draco.createDecoderModule({});

let seed = 1;
const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const SIDE = 4; // quads per side
const COUNT = (SIDE + 1) ** 2;
const array = (type, width, value) => type.from({ length: COUNT * width }, (_, i) => value(i));
const integers = (type, width, low, high) =>
  array(type, width, () => low + Math.floor(random() * (high - low + 1)));

const ADD = {
  Float32: 'AddFloatAttributeToMesh',
  Int8: 'AddInt8Attribute',
  Uint8: 'AddUInt8Attribute',
  Int16: 'AddInt16Attribute',
  Uint16: 'AddUInt16Attribute',
};
const READ = { Float32: 'Float', Int8: 'Int8', Uint8: 'UInt8', Int16: 'Int16', Uint16: 'UInt16' };
const kind = (values) => values.constructor.name.replace('Array', '');

function faces() {
  const result = [];
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const a = y * (SIDE + 1) + x;
      result.push(a, a + 1, a + SIDE + 1, a + 1, a + SIDE + 2, a + SIDE + 1);
    }
  }
  return new Uint32Array(result);
}

function encode(attributes, method) {
  const mesh = new encoder.Mesh();
  const builder = new encoder.MeshBuilder();
  builder.AddFacesToMesh(mesh, faces().length / 3, faces());
  const ids = {};
  for (const [name, { type, width, values, isNormalized }] of Object.entries(attributes)) {
    ids[name] = builder[ADD[kind(values)]](mesh, encoder[type], COUNT, width, values);
    builder.SetNormalizedFlagForAttribute(mesh, ids[name], Boolean(isNormalized));
  }
  const writer = new encoder.Encoder();
  writer.SetEncodingMethod(encoder[method]);
  writer.SetAttributeQuantization(encoder.POSITION, 14);
  writer.SetAttributeQuantization(encoder.TEX_COORD, 12);
  const bytes = new encoder.DracoInt8Array();
  const length = writer.EncodeMeshToDracoBuffer(mesh, bytes);
  return [ids, Int8Array.from({ length }, (_, i) => bytes.GetValue(i))];
}

function decode(attributes, ids, data) {
  const reader = new decoder.Decoder();
  const buffer = new decoder.DecoderBuffer();
  buffer.Init(data, data.length);
  const mesh = new decoder.Mesh();
  reader.DecodeBufferToMesh(buffer, mesh);
  const face = new decoder.DracoInt32Array();
  const triangles = Array.from({ length: mesh.num_faces() }, (_, i) => {
    reader.GetFaceFromMesh(mesh, i, face);
    return [0, 1, 2].map((corner) => face.GetValue(corner));
  });
  const decoded = {};
  for (const [name, { width, values }] of Object.entries(attributes)) {
    const read = READ[kind(values)];
    const result = new decoder[`Draco${read}${read == 'Float' ? '32' : ''}Array`]();
    const attribute = reader.GetAttributeByUniqueId(mesh, ids[name]);
    reader[`GetAttribute${read}ForAllPoints`](mesh, attribute, result);
    decoded[name] = Array.from({ length: result.size() / width }, (_, i) =>
      Array.from({ length: width }, (_, k) => result.GetValue(i * width + k)),
    );
  }
  return { triangles, attributes: decoded };
}

const lines = [];
function add(name, attributes, method) {
  const [ids, data] = encode(attributes, method);
  const text = Buffer.from(data.buffer).toString('base64');
  lines.push(JSON.stringify({ name, ids, data: text, ...decode(attributes, ids, data) }));
}

const grid = (i) => [Math.floor(i / 3) % (SIDE + 1), Math.floor(i / 3 / (SIDE + 1)), random()][i % 3];
const color = { type: 'COLOR', width: 4, values: integers(Uint8Array, 4, 0, 255), isNormalized: true };
// The ids are not in the order of glTF's usual names.
add('quantized floats, integers', {
  WEIGHTS_0: { type: 'GENERIC', width: 4, values: array(Float32Array, 4, random) },
  JOINTS_0: { type: 'GENERIC', width: 4, values: integers(Uint16Array, 4, 0, 65535) },
  TEXCOORD_0: { type: 'TEX_COORD', width: 2, values: array(Float32Array, 2, random) },
  NORMAL: { type: 'GENERIC', width: 3, values: integers(Int8Array, 3, -127, 127), isNormalized: true },
  COLOR_0: color,
  POSITION: { type: 'POSITION', width: 3, values: array(Float32Array, 3, grid) },
}, 'MESH_EDGEBREAKER_ENCODING');
add('integers only', {
  POSITION: { type: 'POSITION', width: 3, values: integers(Int16Array, 3, -32767, 32767) },
  NORMAL: { type: 'GENERIC', width: 3, values: integers(Int16Array, 3, -32767, 32767), isNormalized: true },
  TEXCOORD_0: { type: 'GENERIC', width: 2, values: integers(Uint16Array, 2, 0, 65535), isNormalized: true },
  // Some old files mark nothing as normalised, or store joints as floats.
  TANGENT: { type: 'GENERIC', width: 4, values: integers(Int8Array, 4, -127, 127) },
  JOINTS_0: { type: 'GENERIC', width: 4, values: array(Float32Array, 4, () => Math.floor(random() * 9)) },
  COLOR_0: { type: 'COLOR', width: 3, values: array(Float32Array, 3, random) },
}, 'MESH_SEQUENTIAL_ENCODING');
// Decoded floats of these normals are whole numbers: 0, 1 and -1.
const axis = (i) => (i % 3 == 2 ? (i % 2 ? 127 : -127) : 0);
add('axis-aligned normals', {
  POSITION: { type: 'POSITION', width: 3, values: array(Float32Array, 3, grid) },
  NORMAL: { type: 'NORMAL', width: 3, values: array(Int8Array, 3, axis), isNormalized: true },
}, 'MESH_SEQUENTIAL_ENCODING');
console.log(`[\n${lines.join(',\n')}\n]`);
