const BINARY: readonly (readonly [suffix: string, bytes: number])[] = [
  ['Ei', 1024 ** 6],
  ['Pi', 1024 ** 5],
  ['Ti', 1024 ** 4],
  ['Gi', 1024 ** 3],
  ['Mi', 1024 ** 2],
  ['Ki', 1024],
]

const UNITS: ReadonlyMap<string, number> = new Map([
  ...BINARY,
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
])

/** A Kubernetes quantity in the largest binary unit that needs no fraction: `512Mi`. */
export function bytesToQuantity(bytes: number): string {
  const [suffix, size] = BINARY.find(([, unit]) => bytes % unit === 0) ?? ['', 1]
  return `${bytes / size}${suffix}`
}

/** Bytes of a Kubernetes quantity (`64Mi`, `1G`, `1e9`, `1048576`); NaN of anything else. */
export function quantityToBytes(quantity: string): number {
  const { number, suffix = '' } =
    /^(?<number>\d+(?:\.\d+)?(?:e\d+)?)(?<suffix>[A-Za-z]*)$/.exec(quantity)?.groups ?? {}
  return Number(number) * (UNITS.get(suffix) ?? Number.NaN)
}
