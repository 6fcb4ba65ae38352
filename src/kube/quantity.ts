const CPU = /^(\d+(?:\.\d+)?)(m?)$/

/** Millicores of a CPU quantity as krmpod writes them (`10m`, `0.5`, `2`); undefined for any other form. */
export function millicores(quantity: string): number | undefined {
  const match = CPU.exec(quantity)
  if (!match?.[1]) return undefined
  return match[2] === 'm' ? Number(match[1]) : Math.round(Number(match[1]) * 1000)
}
