import { expect, test } from 'vitest'
import { locateSettingsFiles } from '../../src/settings/locate-settings-files.ts'

const SYSTEM = { path: '/etc/krmpod/config.yaml', mustExist: false }

test.each([
  [{}, '/home/ann', [{ path: '/home/ann/.config/krmpod/config.yaml', mustExist: false }, SYSTEM]],
  [{ XDG_CONFIG_HOME: '/x' }, '/home/ann', [{ path: '/x/krmpod/config.yaml', mustExist: false }, SYSTEM]],
  [
    { XDG_CONFIG_HOME: 'x' },
    '/home/ann',
    [{ path: '/home/ann/.config/krmpod/config.yaml', mustExist: false }, SYSTEM],
  ],
  [{}, undefined, [SYSTEM]],
  [{}, '', [SYSTEM]],
  [{ KRMPOD_CONFIG: '' }, undefined, [SYSTEM]],
  [
    { KRMPOD_CONFIG: './mine.yaml', XDG_CONFIG_HOME: '/x' },
    '/home/ann',
    [{ path: './mine.yaml', mustExist: true }],
  ],
])('%o with home %s', (env, home, expected) => {
  expect(locateSettingsFiles({ env, home })).toEqual(expected)
})
