import type { ClientRequest } from 'node:http'

/**
 * A request that is stopped just as its answer ends destroys its connection, and Node then takes its own listener off it
 * (responseKeepAlive, lib/_http_client.js): the error of a connection that nobody needs any more would end the process.
 */
export function ignoreLateErrors(request: ClientRequest): void {
  request.once('socket', (socket) => {
    // One connection serves many requests.
    if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore)
  })
}

function ignore(): void {
  // Whoever still waits for an answer is told by the request.
}
