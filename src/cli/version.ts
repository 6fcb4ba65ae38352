declare const KRMPOD_VERSION: string

/** From package.json, at build time; sources run by tests have none. */
export const VERSION: string = typeof KRMPOD_VERSION === 'string' ? KRMPOD_VERSION : '0.0.0'

/** The docker CLI whose command line krmpod answers. kpt refuses less than 20.10.0, a leading `v` and any suffix. */
export const DOCKER_VERSION = '29.0.0'
