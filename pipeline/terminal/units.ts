/** Numbers with their units, as people read them. */

/** `1,020`; a whole number with commas between thousands. */
export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 picture`, `1,020 pictures`. */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12.3` below 100 and `1,020` from there on: rates that may be slow. */
export function rate(value: number): string {
  return value >= 99.95 ? count(value) : value.toFixed(value >= 9.995 ? 1 : 2);
}

/** A positive number with a prefix: `2.1 GB` for 2.1e9 and `B`, `438 GFLOP`. Powers of 1000. */
export function scaled(value: number, unit: string): string {
  const prefixes = ["", "k", "M", "G", "T", "P"];
  let power = value >= 1 ? Math.min(prefixes.length - 1, Math.floor(Math.log10(value) / 3)) : 0;
  const digits = (n: number) => (n < 10 && power > 0 ? n.toFixed(1) : n.toFixed(0));
  let text = digits(value / 1000 ** power);
  if (text === "1000" && power < prefixes.length - 1) text = digits(value / 1000 ** ++power);
  return `${text} ${prefixes[power]}${unit}`;
}

/** `2.1 GB`. */
export function bytes(value: number): string {
  return scaled(value, "B");
}

/** `2026-11-27 22:21`: a time as the clock of this machine shows it. */
export function localTime(time: Date): string {
  const two = (n: number) => n.toString().padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `0:00:42` for 42 seconds; hours grow as they have to. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-:--:--";
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => n.toString().padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** `0.3127 ± 0.0210`: a number with its standard deviation, where there is one. */
export function withSpread(value: number, spread: number | undefined): string {
  return decimal(value) + (spread === undefined ? "" : ` ± ${decimal(spread)}`);
}

/** `0.1841`; small and large ones as powers of ten. */
export function decimal(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && Number.isFinite(size) && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(2)
    : value.toFixed(4);
}
