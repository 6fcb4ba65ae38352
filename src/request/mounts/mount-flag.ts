import { posix } from 'node:path'
import { invalidArgument } from '../../argv/usage.ts'
import { parseSize } from '../size.ts'
import { readMountOptions } from './mount-options.ts'
import { type MountSpec, sizeLimit } from './mount-spec.ts'

/** `--mount type=bind,source=/a,target=/b,readonly` */
export function readMountFlag(text: string): MountSpec {
  const options = readMountOptions(text)
  const isOn = (name: string): boolean => options.get(name) === 'true'
  const type = options.get('type') ?? ''
  const source = sourceOf(type, options.get('source') ?? '')
  const subPath = options.get('volume-subpath') ?? options.get('image-subpath')
  const mode = options.get('tmpfs-mode')
  // strconv.ParseUint, base 8, 32 bits
  if (mode !== undefined && !/^0*[0-3]?[0-7]{1,10}$/.test(mode))
    throw invalidArgument('--mount', text, `invalid value for tmpfs-mode: ${mode}`)
  return {
    spelled: `--mount ${JSON.stringify(text)}`,
    context: '',
    type,
    source: source.name,
    target: options.get('target') ?? '',
    readOnly: isOn('readonly'),
    createSource: isOn('bind-create-src'),
    ...sizeLimit(parseSize('tmpfs-size', options.get('tmpfs-size') ?? '0')),
    ...(subPath !== undefined && { subPath }),
    warnings: [
      ...(source.warning === undefined ? [] : [source.warning]),
      ...(mode === undefined ? [] : ['tmpfs-mode is ignored: in a Pod anybody may write to a tmpfs']),
    ],
  }
}

interface Source {
  readonly name: string
  readonly warning?: string
}

/** Since 4.5.5, kustomize joins every source with the root of the kustomization, also where it is no path or none. */
function sourceOf(type: string, source: string): Source {
  if (type === 'tmpfs' && source !== '')
    return { name: '', warning: `source ${source} is ignored: a tmpfs has none` }
  if (type !== 'volume' || !source.startsWith('/')) return { name: source }
  const name = posix.basename(source)
  return { name, warning: `source ${source} is taken for the volume ${name}: a volume has no path` }
}
