// One triangle that covers the viewport; the corners follow from the vertex's number.
#version 330 core

out vec2 place;  // (0, 0) lower left of the picture, (1, 1) upper right

void main() {
    place = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
    gl_Position = vec4(place * 2.0 - 1.0, 0.0, 1.0);
}
