import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderPlan } from '../../src/run/dry-run.ts'
import { planned } from '../plan/planned.ts'

async function dryRun(words: string): Promise<unknown> {
  return parse((await renderPlan(planned(words))).split('---\n').at(-1) ?? '')
}

test.each([
  ['--tmpfs /x:size=1m', { emptyDir: { medium: 'Memory', sizeLimit: '1048576' } }],
  ['--mount type=tmpfs,source=/repo,target=/x', { emptyDir: { medium: 'Memory' } }],
  ['-v /x', { emptyDir: {} }],
  [
    '--pull always --mount type=image,src=acme.io/x:v1,dst=/x',
    { image: { reference: 'acme.io/x:v1', pullPolicy: 'Always' } },
  ],
])('--dry-run of %s shows the volume and its place', async (flags, source) => {
  expect(await dryRun(`${flags} img`)).toMatchObject({
    spec: {
      containers: [{ volumeMounts: [{ name: 'mount-0', mountPath: '/x' }] }],
      volumes: [{ name: 'mount-0', ...source }],
    },
  })
})
