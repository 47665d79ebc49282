import { readFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'

function versionOf(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** What the figures of a report hold for: machine, versions, settings. */
export function describeConditions(options) {
  const packages = options.peers.flatMap((peer) => peer.packages)
  return {
    measuredAt: new Date().toISOString(),
    node: process.versions.node,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    isBound: options.isBound,
    rounds: options.rounds,
    seconds: options.seconds,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    ...(options.idle === undefined ? {} : { idle: options.idle }),
    versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  }
}
