const LINE_FEED = 10

/** The whole lines of a body, each decoded by itself: a piece of it may end within a letter. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of body) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      yield rest.toString('utf8', 0, end)
      rest = rest.subarray(end + 1)
    }
  }
}

/** All of it. */
export async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
