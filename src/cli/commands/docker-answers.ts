import type { DockerCommand } from '../../argv/commands.ts'
import { dockerHelp, dockerRunHelp } from '../../argv/help.ts'
import { plain } from '../../result/explain.ts'
import { DOCKER_VERSION, VERSION } from '../version.ts'
import { dockerVersion } from './docker-version.ts'
import { pull } from './pull.ts'

/** Everything of docker but `run`: the words kustomize's neighbours say (contract §2.3). */
export async function answer(command: Exclude<DockerCommand, { kind: 'run' }>): Promise<number> {
  switch (command.kind) {
    case 'help':
      return say(dockerHelp())
    case 'runHelp':
      return say(dockerRunHelp())
    case 'versionLine':
      return say(`Docker version ${DOCKER_VERSION}, build krmpod-${VERSION}\n`)
    case 'version':
      return say(dockerVersion(command.format))
    case 'imageList':
      // Images are on the nodes. An empty list makes kpt ask the registry, which is right.
      return say(command.quiet || command.format ? '' : 'REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n')
    case 'imageInspect':
      if (command.format === undefined) await say('[]\n')
      for (const image of command.images) process.stderr.write(`Error: No such image: ${plain(image)}\n`)
      return 1
    case 'imagePull':
      return pull(command)
  }
}

function say(text: string): Promise<number> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(0)))
}
