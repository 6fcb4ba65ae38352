const GO_NAMES = { x64: 'amd64', arm64: 'arm64' }

/** The one platform of the images: this machine's. */
export const PLATFORM = { os: 'linux', architecture: GO_NAMES[process.arch] ?? process.arch }
