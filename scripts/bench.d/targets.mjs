/**
 * Issue 7's table: what has to be shown, as ratios in one run. `of` takes the medians (statistics.mjs) and gives
 * undefined where one of them is not there.
 */
export const TARGETS = [
  {
    line: 'fresh Pod, whole process, vs `kubectl run -i --rm`',
    target: '≤ 0.30 (goal 0.25)',
    of: (median) => ratio(median('run', 'fresh'), median('run', 'kubectl')),
    isMet: (value) => value <= 0.3,
  },
  {
    line: 'fresh Pod, whole process, vs raw floor',
    target: '≤ 1.45 (goal 1.3)',
    of: (median) => ratio(median('run', 'fresh'), median('run', 'raw')),
    isMet: (value) => value <= 1.45,
  },
  {
    line: 'fresh Pod with a 500-file mount, vs without',
    target: '≤ +600 ms',
    of: (median) => median('mounts', 'with') - median('mounts', 'without'),
    isMet: (value) => value <= 600,
    unit: 'ms',
  },
  {
    line: 'parked Pod, whole process, vs fresh',
    target: '≤ 0.65',
    of: (median) => ratio(median('run', 'parked'), median('run', 'fresh')),
    isMet: (value) => value <= 0.65,
  },
  {
    line: 'parked Pod, whole process, vs `docker run`',
    target: '≤ 1.5 (goal 1.0)',
    of: (median) => ratio(median('run', 'parked'), median('run', 'docker')),
    isMet: (value) => value <= 1.5,
  },
  {
    line: 'five functions: `krmpod build` vs `kustomize build` through the shim',
    target: '≤ 0.5',
    of: (median) => ratio(median('build', 'krmpod'), median('build', 'shim')),
    isMet: (value) => value <= 0.5,
  },
  {
    line: 'the same with parked Pods',
    target: '≤ 0.4',
    of: (median) => ratio(median('build', 'parked'), median('build', 'shim')),
    isMet: (value) => value <= 0.4,
  },
  {
    line: 'the same vs `kustomize build` with the real Docker engine',
    target: '≤ 1.0',
    of: (median) => ratio(median('build', 'parked'), median('build', 'docker')),
    isMet: (value) => value <= 1,
  },
  {
    line: 'cache hit, whole process, vs `node -e 0`',
    target: '≤ 1.6',
    of: (median) => ratio(median('run', 'cached'), median('run', 'node')),
    isMet: (value) => value <= 1.6,
  },
  {
    line: 'start-up over `node -e 0`, in-cluster credentials',
    target: '≤ +30 ms',
    of: (median) => median('start-up', 'inCluster') - median('start-up', 'node'),
    isMet: (value) => value <= 30,
    unit: 'ms',
  },
  {
    line: 'start-up over `node -e 0`, kubeconfig',
    target: '≤ +75 ms',
    of: (median) => median('start-up', 'kubeconfig') - median('start-up', 'node'),
    isMet: (value) => value <= 75,
    unit: 'ms',
  },
  {
    line: 'echo of 100 MiB, throughput vs raw socket',
    target: '≥ 0.9',
    of: (median) => ratio(median('echo', 'raw-100', 'streamMs'), median('echo', 'krmpod-100', 'streamMs')),
    isMet: (value) => value >= 0.9,
  },
  {
    line: 'echo of 100 MiB, peak memory',
    target: '≤ 150 MiB',
    of: (median) => median('echo', 'krmpod-100', 'peakMiB'),
    isMet: (value) => value <= 150,
    unit: 'MiB',
  },
  {
    line: '40 at once by `runFunction` in one process, vs raw calls',
    target: '≤ 1.2',
    of: (median) => ratio(median('many', 'library'), median('many', 'raw')),
    isMet: (value) => value <= 1.2,
  },
  {
    line: '40 at once as 40 processes, vs raw calls',
    target: '≤ 1.6',
    of: (median) => ratio(median('many', 'processes'), median('many', 'raw')),
    isMet: (value) => value <= 1.6,
  },
]

function ratio(a, b) {
  return a / b
}
