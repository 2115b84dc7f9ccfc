/** Functions of exponential integrators. Hochbruck and Ostermann 2010, doi:10.1017/S0962492910000048, eq. 2.10. */

/**
 * `phi_k(z)`, k from 1 on: `phi_1(z) = (e^z - 1) / z`, `phi_(k + 1)(z) = (phi_k(z) - 1 / k!) / z`, and 1 / k! at z = 0.
 *
 * Near 0 by its series, since the recursion loses digits there. At -Infinity all of them are 0.
 */
export function phi(k: number, z: number): number {
  if (Math.abs(z) < 1) {
    let term = 1 / factorial(k), sum = 0;
    for (let n = k + 1; sum + term !== sum; n++) {
      sum += term;
      term *= z / n;
    }
    return sum;
  }
  let value = Math.expm1(z) / z;
  for (let i = 1; i < k; i++) value = (value - 1 / factorial(i)) / z;
  return value;
}

/** n! */
export function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
