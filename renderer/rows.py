"""Access to the rows of the scene tables by slot (`renderer.tables.layout`).

Device code.
"""

import taichi as ti

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)


@ti.func
def word_bits(word: ti.f32) -> ti.i32:
    """Reinterpret the bits of a float32 word as int32."""
    return ti.bit_cast(word, ti.i32)


@ti.func
def row_xyz(row: vec4) -> vec3:
    """First three words of a row."""
    return vec3(row[0], row[1], row[2])


@ti.func
def read_float(table: ti.template(), item: ti.i32, slot: ti.template()) -> ti.f32:
    """Float32 value of an item at a slot."""
    return table[item * slot.stride + slot.row][slot.word]


@ti.func
def read_bits(table: ti.template(), item: ti.i32, slot: ti.template()) -> ti.i32:
    """Int32 value of an item at a slot, stored bit for bit."""
    return word_bits(table[item * slot.stride + slot.row][slot.word])


@ti.func
def read_vec3(table: ti.template(), item: ti.i32, slot: ti.template()) -> vec3:
    """First three words of the row of a slot, which must be the row's first word."""
    return row_xyz(table[item * slot.stride + slot.row])


@ti.func
def read_vec4(table: ti.template(), item: ti.i32, slot: ti.template()) -> vec4:
    """Row of a slot, which must be the row's first word."""
    return table[item * slot.stride + slot.row]
