const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** An IPv4 address without leading zeros, or an IPv6 address without a zone. */
export function isIp(text: string): boolean {
  if (IPV4.test(text)) return true
  // The URL parser knows the whole IPv6 grammar, and node:net is no part of a pure room.
  return /^[0-9a-f.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]/`)
}
