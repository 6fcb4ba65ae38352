import { afterAll } from 'vitest'
import { busyboxPath } from './receiver.ts'

const busybox = busyboxPath()
afterAll(() => busybox[Symbol.dispose]())

/** The PATH of a receiver with busybox's programs, for the file of tests that asks. */
export const BUSYBOX_PATH: string = busybox.path

/** Those whose tar, find and sha256sum the receiver gets along with, each with its PATH. */
export const TOOLS = [
  ['busybox', BUSYBOX_PATH],
  ['GNU', '/usr/bin:/bin'],
] as const
