/** Sine, cosine, logarithm and exponential in WGSL, to the last digits of float32. */

// WGSL promises an absolute error of 2^-11 for sin and cos within ±π and nothing beyond (WGSL, "Accuracy of Built-in
// Functions"); the embedding of noise levels takes angles of thousands of radians, and normal draws need more digits. The
// polynomials are those of Cephes' sinf, cosf, logf and expf (S. Moshier), to about 1e-7.

/** `turned(t, quarter)`: sine and cosine of `t` in ±π/4 and that many quarter turns more. */
export const turnedCode = `
  fn turned(t : f32, quarter : u32) -> vec2<f32> {
    let z = t * t;
    let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * t + t;
    let rest = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z;
    let most = 1.0 - 0.5 * z;
    let cosine = most + (((1.0 - most) - 0.5 * z) + rest);
    var there = vec2<f32>(sine, cosine);
    if ((quarter & 1u) == 1u) { there = vec2<f32>(cosine, -sine); }
    if ((quarter & 2u) == 2u) { there = -there; }
    return there;
  }`;

/**
 * `sineCosineOf(x)`: both, of any float32 below 2^127; NaN where there is none.
 *
 * The product of a number's 24 bits with 192 bits of 2/π is exact, so the quarter turns are (Payne and Hanek 1983); in
 * whole numbers, as compilers of shaders may reorder sums of floats.
 */
export const anyAngleCode = `
  ${turnedCode}
  // The high word of a product.
  fn high(a : u32, b : u32) -> u32 {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let cross = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let other = (a & 0xffffu) * (b >> 16u) + (cross & 0xffffu);
    return (a >> 16u) * (b >> 16u) + (cross >> 16u) + (other >> 16u);
  }
  fn sineCosineOf(x : f32) -> vec2<f32> {
    let bits = bitcast<u32>(x);
    let exponent = (bits >> 23u) & 0xffu;
    if (exponent >= 254u) { return vec2<f32>(uniforms.NAN, uniforms.NAN); }
    var there : vec2<f32>;
    if (exponent < 128u) { // below 2
      let size = abs(x);
      let quarter = u32(size * 0.63661977 + 0.5);
      there = turned((size - f32(quarter) * 1.5703125) - f32(quarter) * 4.8382679489661923e-4, quarter);
    } else {
      var twoOverPi = array<u32, 6>(0x3c439041u, 0xdb629599u, 0xf534ddc0u, 0xfc2757d1u, 0x4e441529u, 0xa2f9836eu);
      let mantissa = (bits << 8u) | 0x80000000u;
      var product : array<u32, 7>;
      var carried = 0u;
      for (var i = 0u; i < 6u; i++) {
        let low = mantissa * twoOverPi[i];
        product[i] = low + carried;
        carried = high(mantissa, twoOverPi[i]) + select(0u, 1u, product[i] < low);
      }
      product[6] = carried;
      let shift = exponent - 128u;
      let word = 6u - (shift >> 5u);
      let by = shift & 31u;
      var first = product[word];
      var second = product[word - 1u];
      if (by > 0u) {
        first = (first << by) | (second >> (32u - by));
        second = (second << by) | (product[word - 2u] >> (32u - by));
      }
      let fraction = (first << 2u) | (second >> 30u); // of a quarter turn; above one half it is that of the next, less one
      let quarter = (first >> 30u) + (fraction >> 31u);
      there = turned(f32(bitcast<i32>(fraction)) * ${Math.PI / 2 ** 33}, quarter);
    }
    if ((bits >> 31u) == 1u) { there.x = -there.x; }
    return there;
  }`;

/** `logarithm(x)`: natural, of a positive number that is not subnormal; `logarithmOfOneAnd(x)`: of 1 + x. */
export const logarithmCode = `
  // Of 1 + m, which lies in √½ to √2, times 2^e.
  fn logarithmOf(m : f32, e : f32) -> f32 {
    let z = m * m;
    var y = 7.0376836292e-2;
    y = y * m - 1.1514610310e-1;
    y = y * m + 1.1676998740e-1;
    y = y * m - 1.2420140846e-1;
    y = y * m + 1.4249322787e-1;
    y = y * m - 1.6668057665e-1;
    y = y * m + 2.0000714765e-1;
    y = y * m - 2.4999993993e-1;
    y = y * m + 3.3333331174e-1;
    y = y * m * z - 2.12194440e-4 * e - 0.5 * z;
    return m + y + 0.693359375 * e;
  }
  fn logarithm(x : f32) -> f32 {
    let bits = bitcast<u32>(x);
    let above = select(0u, 1u, (bits & 0x7fffffu) > 0x3504f3u);
    let m = bitcast<f32>((bits & 0x7fffffu) | ((127u - above) << 23u)) - 1.0;
    return logarithmOf(m, f32(i32(bits >> 23u) - 127 + i32(above)));
  }
  fn logarithmOfOneAnd(x : f32) -> f32 {
    if (x > -0.29 && x < 0.41) { return logarithmOf(x, 0.0); }
    return logarithm(1.0 + x);
  }`;

/** `exponential(x)`, and `exponentialLessOne(x)`. Too large a number gives infinity, too small a one 0. */
export const exponentialCode = `
  fn exponential(x : f32) -> f32 {
    if (x > 88.72283) { return uniforms.INFINITY; }
    if (x < -87.33654) { return 0.0; }
    let n = round(x * 1.44269504);
    let r = (x - n * 0.693359375) + n * 2.12194440e-4;
    var y = 1.9875691500e-4;
    y = y * r + 1.3981999507e-3;
    y = y * r + 8.3334519073e-3;
    y = y * r + 4.1665795894e-2;
    y = y * r + 1.6666665459e-1;
    y = y * r + 5.0000001201e-1;
    y = y * r * r + r + 1.0;
    // In two factors, as 2^128 is too large.
    let half = i32(n) / 2;
    let scale = bitcast<f32>(u32(half + 127) << 23u) * y;
    return scale * bitcast<f32>(u32(i32(n) - half + 127) << 23u);
  }
  fn exponentialLessOne(x : f32) -> f32 {
    if (abs(x) > 0.35) { return exponential(x) - 1.0; }
    var y = 1.0 / 40320.0;
    y = y * x + 1.0 / 5040.0;
    y = y * x + 1.0 / 720.0;
    y = y * x + 1.0 / 120.0;
    y = y * x + 1.0 / 24.0;
    y = y * x + 1.0 / 6.0;
    y = y * x + 0.5;
    return x + x * x * y;
  }`;
