/**
 * Whether the bytes are one piece over and over, at least twice: then an end that matches does not show that nothing
 * is missing before it. By the failure function of Knuth, Morris and Pratt: a text's longest border gives its period.
 */
export function repeatsItself(bytes: Uint8Array): boolean {
  if (bytes.length < 2) return false
  const borders = new Int32Array(bytes.length)
  let border = 0
  for (let at = 1; at < bytes.length; at += 1) {
    while (border > 0 && bytes[at] !== bytes[border]) border = borders[border - 1] ?? 0
    if (bytes[at] === bytes[border]) border += 1
    borders[at] = border
  }
  return 2 * (bytes.length - border) <= bytes.length
}
